"""Puts the kiosk's packages and configuration onto a target, and brings it back to rest between scenarios."""

import copy
import pathlib

import yaml

from . import material
from .target import CommandFailed

UNITS = "kioskd.service kiosk-mediad.service"


def merge(into, other):
    for key, value in other.items():
        if value is None:
            into.pop(key, None)
        elif isinstance(value, dict) and isinstance(into.get(key), dict):
            merge(into[key], value)
        else:
            into[key] = value
    return into


class Install:
    def __init__(self, target, board_file, say):
        self.target = target
        self.say = say
        self.board = yaml.safe_load(pathlib.Path(board_file).read_text())
        self.site = {
            "kiosk": {"name": "Ward", "room": "101"}, "signalling": {"url": f"http://{target.server}:8080"},
            "answer": {"automatic": True, "after": "1s", "from": ["*"]}}
        self.written = None

    def packages(self, files):
        """As a user would: apt install ./kiosk_….deb"""
        self.say(f"installing {', '.join(file.name for file in files)}")
        for file in files:
            self.target.run(f"cat >/var/tmp/{file.name}", input=file.read_bytes(), text=False)
        self.target.run("apt-get -y install " + " ".join(f"/var/tmp/{file.name}" for file in files), timeout=900)

    def tone(self):
        """What the kiosk's microphone hears, played for ever at the other end of the loopback card."""
        self.target.run("cat >/var/lib/rig-tone.wav", input=material.bursts(material.KIOSK_TONE), text=False)
        self.target.write("/etc/systemd/system/rig-tone.service", """[Unit]
Description=What the microphone hears
StartLimitIntervalSec=0
[Service]
ExecStart=/bin/sh -c 'while aplay -q -D SPEAK /var/lib/rig-tone.wav; do :; done'
Restart=always
RestartSec=0.5
[Install]
WantedBy=multi-user.target
""".replace("SPEAK", self.target.speak))
        self.target.run("systemctl daemon-reload && systemctl enable --quiet --now rig-tone.service")

    def configure(self, board, site):
        """Writes both files if they are to be others than they are; True if so."""
        wanted = (yaml.safe_dump(merge(copy.deepcopy(self.board), board)), yaml.safe_dump(merge(copy.deepcopy(self.site), site)))
        if wanted == self.written:
            return False
        self.target.write("/etc/kiosk/board.yaml", wanted[0])
        self.target.write("/etc/kiosk/site.yaml", wanted[1])
        self.written = wanted
        return True

    def rest(self, board, site):
        """Devices there and healthy, panel untouched, clock right, services started anew."""
        try:
            self.target.run("true", timeout=40)
        except CommandFailed:
            self.say("    the kiosk does not answer; power off and on")
            self.target.act("power-cut")
            self.target.act("power-on")
        self.configure(board, site)
        self.target.run(f"systemctl stop {UNITS} rig-tone 2>/dev/null; pkill -KILL -x 'kioskd|kiosk-mediad'; systemctl reset-failed", timeout=120)
        if "unplug camera" in self.target.there:
            # A new instance of the simulated camera has none of the last scenario's faults.
            self.target.run(f"{self.target.there['unplug camera']} 2>/dev/null; true")
        for device in ("camera", "sound", "display"):
            if f"plug {device}" in self.target.there:
                self.target.inflict(f"plug {device}")
        if self.target.panel:
            self.target.run(f"{self.target.panel} start")
        self.after_boot()
        self.target.run("udevadm settle; systemctl start kiosk.target 2>/dev/null || systemctl start kioskd.service", timeout=120)

    def after_boot(self):
        """The microphone has something to hear, whatever has ended it."""
        if self.target.speak:
            self.target.run("udevadm settle; systemctl start rig-tone", timeout=120)

    def logs(self):
        return self.target.run("journalctl -b --no-pager -n 400 -u 'kiosk*' -o short-monotonic", timeout=60)
