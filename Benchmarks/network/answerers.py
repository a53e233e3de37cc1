"""Those who answer, on the other side of the cable. Each tells what came to it: `record`, and later `recorded`, a dictionary
for each instant with webrtc-stats' names."""

import shutil
import threading
import time

from harness.kiosk import KioskAnswerer
from peers import answerers as near

import link

PICTURES, FREEZES, FROZEN = (f"inbound-rtp/video/{name}" for name in ("framesDecoded", "freezeCount", "totalFreezesDuration"))


class Placed:
    """A program of the other side's namespace."""

    def start(self, command, env=None):
        return super().start([*link.ENTER, *command], env)


class Kiosk(Placed, KioskAnswerer):
    name = "Callpoint"

    def record(self):
        self.samples, self.ended = [], threading.Event()
        self.thread = threading.Thread(target=self.sample, daemon=True)
        self.thread.start()

    def sample(self):
        while not self.ended.wait(0.25):
            try:
                figures = self.figures()
            except OSError:
                continue
            self.samples.append({**figures, "at": time.time()})

    def recorded(self):
        self.ended.set()
        self.thread.join()
        return self.samples


class Telling(Placed):
    """One that tells of each picture; freezes are counted from that as webrtc-stats has it."""

    def __init__(self, *arguments):
        super().__init__(*arguments, every=1)

    def record(self):
        pass

    def recorded(self):
        samples, intervals, freezes, frozen, last = [], [], 0, 0.0, None
        for line in self.said():
            at = line.get("at") or line.get("frame", 0) / 1000
            if not at:
                continue
            if last is not None:
                interval, recent = at - last, intervals[-30:]
                mean = sum(recent) / len(recent) if recent else interval
                if interval > max(3 * mean, mean + 0.15):
                    freezes, frozen = freezes + 1, frozen + interval
                intervals.append(interval)
            last = at
            samples.append({"at": at, PICTURES: len(samples) + 1, FREEZES: freezes, FROZEN: frozen})
        return samples


class Aiortc(Telling, near.Aiortc):
    pass


class GStreamer(Telling, near.GStreamer):
    pass


class Chromium(near.Chromium):
    """Its driver stays on this side and speaks to it over a pipe."""

    def __init__(self, *arguments):
        program = link.CACHE / "chromium-there"
        program.write_text(f'#!/bin/sh\nexec {" ".join(link.ENTER)} {shutil.which("chromium")} "$@"\n')
        program.chmod(0o755)
        super().__init__(*arguments, arguments=("--remote-debugging-pipe",), binary=program)

    def record(self):
        self.browser.run("recording = new Recording(peer)")

    def recorded(self):
        return self.browser.run("return recording.end()")
