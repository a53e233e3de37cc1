"""The clinician's side on this machine: a switchboard, and Chromium with a film for a camera and bursts for a microphone."""

import pathlib
import socket
import sys

import numpy

from . import material

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "Tests" / "Interop"))

from browser import Browser  # noqa: E402
from console import Console  # noqa: E402
from programs import Process, wait_for  # noqa: E402
import media  # noqa: E402

# Reads what the page's remote picture is now: its pixels small, and how many frames have been shown.
READ_PICTURE = """
const video = document.querySelector('#remote');
if (!video || !video.videoWidth) return null;
const canvas = new OffscreenCanvas(64, 48), context = canvas.getContext('2d', {willReadFrequently: true});
context.drawImage(video, 0, 0, 64, 48);
return {frames: video.getVideoPlaybackQuality().totalVideoFrames, width: video.videoWidth, height: video.videoHeight,
        pixels: Array.from(context.getImageData(0, 0, 64, 48).data)};
"""


class Switchboard(Process):
    """The project's own, where the kiosk reaches it."""

    def __init__(self, programs, folder, port=8080):
        super().__init__(folder)
        self.port = port
        self.programs = programs
        self.launch()

    def launch(self):
        self.start([self.programs / "switchboard", "--listen", f"0.0.0.0:{self.port}"])
        wait_for(self.listening, what="the switchboard listens")

    def listening(self):
        assert self.child.poll() is None, "the switchboard has ended:\n" + self.log_tail()
        with socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True


class Bench:
    """Switchboard, browser and console for as long as scenarios are played."""

    def __init__(self, programs, folder):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        film, sound = folder / "clinician.y4m", folder / "clinician.wav"
        film.write_bytes(material.clinician())
        sound.write_bytes(material.bursts(material.BROWSER_TONE))
        self.switchboard = Switchboard(programs, folder / "switchboard")
        self.film, self.sound = film, sound
        self.browser = self.console = None

    def open_console(self):
        """A browser of its own for each scenario: nothing of the last one's calls is left in it."""
        self.close_console()
        self.browser = Browser(arguments=(
            f"--use-file-for-fake-video-capture={self.film}", f"--use-file-for-fake-audio-capture={self.sound}"))
        self.console = Console(self.browser, f"http://127.0.0.1:{self.switchboard.port}")

    def close_console(self):
        if self.browser:
            self.browser.__exit__(None, None, None)
        self.browser = self.console = None

    def picture(self):
        """{frames, width, height, pixels} of what the clinician sees, None if nothing."""
        seen = self.browser.run_async(READ_PICTURE)
        if seen:
            seen["pixels"] = numpy.array(seen["pixels"], dtype=numpy.uint8).reshape(48, 64, 4)[..., :3]
        return seen

    def hears(self):
        return media.tone(self.browser, "#remote")

    def rings(self):
        return self.browser.run("return !document.getElementById('incoming').hidden")

    def screenshot(self, file):
        self.browser.driver.save_screenshot(str(file))

    def close(self):
        try:
            self.close_console()
        finally:
            self.switchboard.stop()
