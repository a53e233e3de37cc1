"""The other stacks, each as a process (or a browser) that answers every call in its room."""

import json
import os
import pathlib
import sys

BENCHMARKS = pathlib.Path(__file__).resolve().parents[1]
ROOT = BENCHMARKS.parent
sys.path.insert(0, str(ROOT / "Tests" / "Interop"))
sys.path.insert(0, str(BENCHMARKS))

from programs import Process  # noqa: E402

from harness import clip, machine, speech  # noqa: E402
from harness.caller import browser_processes, camera_browser, one  # noqa: E402


class ScriptAnswerer(Process):
    """One of the Python programs beside this file, which tells by lines of JSON what happens."""

    def __init__(self, folder, url, room, size, bitrate, every=30):
        super().__init__(folder)
        self.width, self.height = size
        self.launch([
            "--url", url, "--room", room, "--width", self.width, "--height", self.height, "--bitrate", bitrate, "--every", every])

    def said(self):
        """What it said of its last call."""
        lines = []
        for text in self.log.read_text(errors="replace").splitlines():
            if text.startswith("{"):
                lines.append(json.loads(text))
        last = max((line.get("call", 0) for line in lines), default=0)
        return [line for line in lines if line.get("call") == last]

    def marks(self):
        return next(({"frame": line["frame"]} for line in self.said() if "frame" in line), {})

    def decoded(self):
        """Pictures decoded in this call, and when that was so, in seconds."""
        return max(((line["decoded"], line["at"]) for line in self.said() if "decoded" in line), default=(0, 0))

    def processes(self):
        return machine.tree(self.child.pid)


class Aiortc(ScriptAnswerer):
    name = "aiortc"

    def launch(self, arguments):
        self.start([sys.executable, BENCHMARKS / "peers" / "aiortc_answerer.py", *arguments])


class GStreamer(ScriptAnswerer):
    name = "GStreamer"

    def launch(self, arguments):
        packages = next(path for path in sys.path if path.endswith("site-packages"))
        self.start(
            ["/usr/bin/python3", BENCHMARKS / "peers" / "gstreamer_answerer.py", *arguments, "--pictures",
             clip.single_pictures(self.width, self.height), "--count", clip.FRAMES, "--sound", speech.recording()],
            dict(os.environ, PYTHONPATH=packages))


class Chromium:
    name = "Chromium"

    def __init__(self, pages, url, room, size, bitrate, **browser):
        self.browser = camera_browser(f"{size[0]}x{size[1]}", **browser)
        self.browser.open(pages.url + "/answerer.html")
        self.browser.run_async("return await enter(args[0])", {
            "address": url.removeprefix("http://"), "room": room, "width": size[0], "height": size[1], "bitrate": bitrate})

    def stop(self):
        self.browser.__exit__()

    def marks(self):
        return self.browser.run("return marks")

    def decoded(self):
        reading = self.browser.run_async("return await readStatistics(peer)")
        return one(reading, "inbound-rtp", "video").get("framesDecoded", 0), reading["at"] / 1000

    def processes(self):
        return browser_processes(self.browser)
