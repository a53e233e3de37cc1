"""The kiosk as one who answers: the real programs on a virtual board whose camera shows the clip, and in whose microphone
somebody speaks."""

import os
import pathlib
import subprocess
import sys
import time

import yaml
from programs import Kiosk, wait_for

from . import clip, machine, speech

ROOT = pathlib.Path(__file__).resolve().parents[2]
COUNTER = ROOT / "Sources" / "CLibraries" / "CAllocationCounter"


def counter():
    """A shared object that counts each thread's allocations in the process it is preloaded into."""
    path = clip.CACHE / "allocation-counter.so"
    sources = [COUNTER / "CAllocationCounter.c", COUNTER / "include" / "CAllocationCounter.h"]
    if not path.exists() or path.stat().st_mtime < max(source.stat().st_mtime for source in sources):
        clip.CACHE.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ["gcc", "-O2", "-shared", "-fPIC", "-I", COUNTER / "include", "-o", path, sources[0]], check=True)
    return path


def built(folder):
    """The folder of the programs, if they are in it."""
    for name in ("kioskd", "kiosk-mediad", "kioskctl", "switchboard"):
        if not (folder / name).exists():
            sys.exit(f"error: {folder / name} is not there; run `make build` first")
    return folder


class KioskAnswerer(Kiosk):
    name = "Callpoint"

    def __init__(self, programs, folder, url, room, size, bitrate, counting=False):
        self.width, self.height, self.bitrate, self.counting = *size, bitrate, counting
        self.readings = []
        super().__init__(
            programs, folder, url, name="Kiosk", room=room,
            answer={"automatic": True, "after": "2s", "from": ["*"]})

    def launch(self):
        settings = yaml.safe_load(self.board_file.read_text())
        settings["camera"] = {"y4m": str(clip.clip(self.width, self.height))}
        settings["video"] = {"bitrate": self.bitrate}
        settings["microphone"] = {"wav": str(speech.recording())}
        # The others send their pauses too.
        settings["audio"] = {"bitrate": 32_000, "discontinuous": False}
        settings["network"] = {"loopback": False, "ipv6": False}
        self.board_file.write_text(yaml.safe_dump(settings))
        environment = dict(os.environ, XDG_STATE_HOME=str(self.folder), XDG_RUNTIME_DIR=str(self.runtime))
        if self.counting:
            environment["LD_PRELOAD"] = str(counter())
        self.start([self.programs / "kioskd", "--board", self.board_file, "--site", self.site_file], environment)

    def wait_until_ready(self):
        wait_for(lambda: self.media_pid() and self.control("status"), 20, "the kiosk runs")

    def processes(self):
        return [self.child.pid, self.media_pid()]

    def figures(self):
        """The figures of the call that is on, by name."""
        assert self.child.poll() is None, f"kioskd has ended with {self.child.returncode}:\n{self.log_tail()}"
        return self.control("stats")["call"]

    def marks(self):
        """When things happened at the kiosk, milliseconds since 1970."""
        at = self.figures().get("inbound-rtp/video/firstFrameDecodedAt")
        return {"frame": machine.epoch_milliseconds(at)} if at else {}

    def decoded(self):
        """Pictures decoded in this call, and when that was so, in seconds."""
        self.readings.append(self.figures())
        return self.readings[-1].get("inbound-rtp/video/framesDecoded", 0), time.time()
