"""Pictures that cost a coder about what a camera's do: somebody who speaks and moves in a room, with a sensor's noise.

Five seconds that can be looped. Made once per size, from a fixed seed, into `.build/bench`."""

import pathlib

import numpy

ROOT = pathlib.Path(__file__).resolve().parents[2]
CACHE = ROOT / ".build" / "bench"
RATE, SECONDS = 30, 5
FRAMES = RATE * SECONDS


def clouds(random, height, width, grain):
    """Values of -1…1 that change smoothly over about `grain` pixels."""
    coarse = random.uniform(-1, 1, (height // grain + 2, width // grain + 2))
    rows, columns = numpy.arange(height) / grain, numpy.arange(width) / grain
    top, left = rows.astype(int), columns.astype(int)
    down, right = (rows - top)[:, None], (columns - left)[None, :]
    above = coarse[top][:, left] * (1 - right) + coarse[top][:, left + 1] * right
    below = coarse[top + 1][:, left] * (1 - right) + coarse[top + 1][:, left + 1] * right
    return (above * (1 - down) + below * down).astype(numpy.float32)


class Scene:
    def __init__(self, width, height):
        random = numpy.random.default_rng(20)
        self.width, self.height = width, height
        self.rows, self.columns = numpy.mgrid[0:height, 0:width].astype(numpy.float32)
        self.wall = 105 + 30 * clouds(random, height, width, height // 4) + 9 * clouds(random, height, width, 5)
        # A shelf of books: edges that stay where they are.
        books = random.integers(40, 190, 24).repeat(width // 72 + 1)[: width // 3]
        self.wall[height // 10 : height // 2, -len(books) :] = books
        self.wall[height // 10 : height // 2 : height // 5, -len(books) :] = 30
        self.cloth = 75 + 22 * clouds(random, height, width, 9) + 12 * clouds(random, height, width, 40)
        self.skin = 150 + 12 * clouds(random, height, width, 12) + 18 * clouds(random, height, width, 60)
        # More patterns of noise than fit into one's memory at a glance; each frame takes one and shifts it.
        self.noise = [random.normal(0, 1.8, (height, width)).astype(numpy.float32) for _ in range(12)]

    def ellipse(self, x, y, width, height):
        return ((self.columns - x) / width) ** 2 + ((self.rows - y) / height) ** 2 < 1

    def frame(self, number):
        """The three planes of picture `number`."""
        turn = 2 * numpy.pi * number / FRAMES
        unit = self.height
        x = self.width / 2 + 0.07 * unit * numpy.sin(turn) + 0.01 * unit * numpy.sin(5 * turn)
        y = 0.42 * unit + 0.02 * unit * numpy.sin(2 * turn)
        shift = (int(y - 0.42 * unit), int(x - self.width / 2))
        luma = self.wall.copy()
        torso = self.ellipse(x, 1.1 * unit, 0.48 * unit, 0.45 * unit)
        luma[torso] = numpy.roll(self.cloth, shift, (0, 1))[torso]
        head = self.ellipse(x, y, 0.17 * unit, 0.23 * unit)
        luma[head] = numpy.roll(self.skin, shift, (0, 1))[head]
        for side in (-1, 1):
            luma[self.ellipse(x + side * 0.065 * unit, y - 0.05 * unit, 0.022 * unit, 0.012 * unit)] = 40
        opening = 0.008 + 0.022 * abs(numpy.sin(11 * turn) * numpy.sin(3 * turn))
        luma[self.ellipse(x, y + 0.11 * unit, 0.05 * unit, opening * unit)] = 55
        hand = self.ellipse(
            x + 0.42 * unit + 0.05 * unit * numpy.sin(4 * turn), 0.72 * unit - 0.1 * unit * abs(numpy.sin(2 * turn)),
            0.06 * unit, 0.08 * unit)
        luma[hand] = numpy.roll(self.skin, (shift[0], shift[1] + 40), (0, 1))[hand]
        luma += numpy.roll(self.noise[number % len(self.noise)], (number * 7 % 31, number * 13 % 37), (0, 1))
        blue = numpy.full((self.height // 2, self.width // 2), 122, numpy.uint8)
        red = numpy.full_like(blue, 133)
        small_torso, small_skin = torso[::2, ::2], (head | hand)[::2, ::2]
        blue[small_torso], red[small_torso] = 148, 112
        blue[small_skin], red[small_skin] = 108, 154
        return luma.clip(16, 235).astype(numpy.uint8), blue, red


def clip(width, height):
    """The path of the Y4M file of that size; makes it if it is not there."""
    path = CACHE / f"clip-{width}x{height}.y4m"
    if not path.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        scene = Scene(width, height)
        partial = path.with_suffix(".partial")
        with open(partial, "wb") as file:
            file.write(f"YUV4MPEG2 W{width} H{height} F{RATE}:1 Ip A1:1 C420jpeg\n".encode())
            for number in range(FRAMES):
                file.write(b"FRAME\n")
                for plane in scene.frame(number):
                    file.write(plane.tobytes())
        partial.rename(path)
    return path


def pictures(width, height):
    """The bytes of each of the clip's pictures, I420."""
    data = clip(width, height).read_bytes()
    size = width * height * 3 // 2
    at = data.index(b"\n") + 1
    return [data[start + 6 : start + 6 + size] for start in range(at, len(data), size + 6)]


def single_pictures(width, height):
    """A pattern of paths, one I420 picture a file, for those who cannot loop a Y4M file."""
    folder = CACHE / f"pictures-{width}x{height}"
    if not folder.exists():
        partial = folder.with_suffix(".partial")
        partial.mkdir(parents=True, exist_ok=True)
        for number, picture in enumerate(pictures(width, height)):
            (partial / f"{number:03d}.i420").write_bytes(picture)
        partial.rename(folder)
    return folder / "%03d.i420"
