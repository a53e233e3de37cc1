"""What a picture shows and what a sound is."""

import io
import wave

import numpy


def colours(pixels):
    """The share of saturated colours by name in an array of RGB lines."""
    pixels = numpy.asarray(pixels, dtype=numpy.int16)
    red, green, blue = pixels[..., 0], pixels[..., 1], pixels[..., 2]
    high, low = 120, 110

    def share(r, g, b):
        wanted = numpy.ones(red.shape, dtype=bool)
        for channel, up in ((red, r), (green, g), (blue, b)):
            wanted &= (channel >= high) if up else (channel < low)
        return float(wanted.mean())

    return {"yellow": share(1, 1, 0), "cyan": share(0, 1, 1), "green": share(0, 1, 0), "magenta": share(1, 0, 1),
            "red": share(1, 0, 0), "blue": share(0, 0, 1)}


def shows_bars(pixels):
    """Whether this is the test camera's picture: all six saturated colours, each on its part of it."""
    return min(colours(pixels).values()) >= 0.03


def shows_clinician(image):
    """Whether the browser's film is somewhere on a display."""
    seen = colours(image)
    return seen["magenta"] >= 0.04 and seen["cyan"] >= 0.04


def difference(one, other):
    """How far two pictures of one size differ, 0 to 255, by the mean of their pixels."""
    one, other = (numpy.asarray(image.convert("L").resize((320, 180)), dtype=numpy.int16) for image in (one, other))
    return float(numpy.abs(one - other).mean())


def tone(recording):
    """{frequency, decibels} of the strongest frequency in a WAV file, decibels below full scale of a sine."""
    with wave.open(io.BytesIO(recording)) as file:
        samples = numpy.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(float) / 32768
        rate = file.getframerate()
    if len(samples) < rate // 4:
        return {"frequency": 0.0, "decibels": -120.0}
    # The loudest quarter second, for the sound comes in bursts.
    step, size = rate // 16, rate // 4
    best = max((samples[at:at + size] for at in range(0, len(samples) - size + 1, step)), key=lambda part: float((part ** 2).sum()))
    spectrum = numpy.abs(numpy.fft.rfft(best * numpy.hanning(size)))
    spectrum[:8] = 0
    peak = int(spectrum.argmax())
    return {"frequency": peak * rate / size, "decibels": float(20 * numpy.log10(spectrum[peak] / (size / 4) + 1e-9))}
