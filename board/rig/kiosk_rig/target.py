"""The kiosk under test, from outside: commands in it, and what can be done to it (its plug, its cable, its display's picture)."""

import pathlib
import shlex
import subprocess
import tempfile

RIG = pathlib.Path(__file__).resolve().parents[1]


class CommandFailed(OSError):
    pass


#: What a bench says of itself, for the emulated machine. docs: board/rig/README.md, "A bench with a real board".
VIVID, ALOOP = "/sys/bus/platform/drivers/vivid", "/sys/bus/platform/drivers/snd_aloop"
CONNECTOR = "/sys/class/drm/card0-Virtual-1/status"
QEMU = {
    "patience": 4,
    "here": {
        "screendump": "{guest} screendump {file}", "power-cut": "{guest} power-cut", "power-on": "{guest} start",
        "link-off": "{guest} link off", "link-on": "{guest} link on"},
    "there": {
        "unplug camera": f"echo vivid.0 >{VIVID}/unbind", "plug camera": f"[ -e {VIVID}/vivid.0 ] || echo vivid.0 >{VIVID}/bind",
        # The driver lets go only when the last program has closed the card.
        "unplug sound": f"systemctl stop rig-tone; timeout 30 sh -c 'echo snd_aloop.0 >{ALOOP}/unbind'",
        "plug sound": f"[ -e {ALOOP}/snd_aloop.0 ] || echo snd_aloop.0 >{ALOOP}/bind; udevadm settle; systemctl start rig-tone",
        "unplug display": f"echo off >{CONNECTOR}; udevadm trigger --subsystem-match=drm --action=change",
        "plug display": f"echo detect >{CONNECTOR}; udevadm trigger --subsystem-match=drm --action=change",
        "camera control": "v4l2-ctl -d $(ls /dev/v4l/by-path/*vivid*-index0 | head -n 1) -c {value}"},
    "panel": "rig-panel", "listen": "plughw:CARD=Loopback,DEV=1,SUBDEV=1", "speak": "plughw:CARD=Loopback,DEV=0,SUBDEV=0",
}


class Target:
    """A kiosk that commands reach over SSH, and what its bench can do to it.

    `here` are commands of this machine by name, with {file} for a path; `there` are commands of the kiosk. What has no
    command cannot be done to this kiosk, and scenarios that do it are skipped. `patience` multiplies every time limit:
    1 for a real board, more for an emulated processor.
    """

    def __init__(self, name, shell, bench, server):
        self.name = name
        self.shell = shell
        self.here = bench.get("here", {})
        self.there = bench.get("there", {})
        self.patience = bench.get("patience", 1)
        #: The command that presses and releases buttons and reads lamps, in the kiosk; None if nothing can.
        self.panel = bench.get("panel")
        #: ALSA devices in the kiosk: where its speaker is heard, and where its microphone is spoken to.
        self.listen, self.speak = bench.get("listen"), bench.get("speak")
        #: This machine's address as the kiosk sees it.
        self.server = server

    @classmethod
    def qemu(cls, server="10.77.0.1"):
        guest = str(RIG / "guest")
        here = {name: command.replace("{guest}", shlex.quote(guest)) for name, command in QEMU["here"].items()}
        return cls("qemu", [guest, "ssh"], {**QEMU, "here": here}, server)

    @classmethod
    def ssh(cls, address, bench, server):
        command = ["ssh", "-o", "BatchMode=yes", "-o", "ControlMaster=auto", "-o", "ControlPath=/tmp/kiosk-rig-%C", "-o",
                   "ControlPersist=60", address]
        return cls(address, command, bench, server)

    def can(self, action):
        return action in self.here or action in self.there or bool(
            {"panel": self.panel, "listen": self.listen, "speak": self.speak}.get(action))

    def run(self, command, timeout=60, input=None, text=True):
        """What `command`, a line for the kiosk's shell, prints; CommandFailed if it fails."""
        try:
            done = subprocess.run(
                [*self.shell, command], capture_output=True, timeout=timeout, text=text, input=input,
                **({} if input is not None else {"stdin": subprocess.DEVNULL}))
        except subprocess.TimeoutExpired as error:
            raise CommandFailed(f"no end after {timeout} s: {command}") from error
        if done.returncode != 0:
            said = (done.stderr or done.stdout)
            said = said if text else said.decode(errors="replace")
            raise CommandFailed(f"status {done.returncode} of `{command}`: {said.strip()[-600:]}")
        return done.stdout

    def write(self, path, text):
        self.run(f"mkdir -p $(dirname {shlex.quote(path)}) && cat >{shlex.quote(path)}", input=text)

    def act(self, action, timeout=300, **fields):
        """Does something to the kiosk from outside."""
        command = self.here[action].format(**{key: shlex.quote(str(value)) for key, value in fields.items()})
        done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise CommandFailed(f"status {done.returncode} of `{command}`: {(done.stderr or done.stdout).strip()[-600:]}")

    def inflict(self, name, **fields):
        """Does something to the kiosk's devices from inside it."""
        self.run(self.there[name].format(**fields), timeout=60)

    def screendump(self, file):
        self.act("screendump", timeout=30, file=file)

    def record(self, seconds):
        """WAV bytes of what the kiosk's speaker plays."""
        return self.run(f"arecord -q -D {self.listen} -f S16_LE -r 48000 -c 1 -d {seconds} -t wav -", timeout=30 + 10 * seconds, text=False)

    def display(self):
        """A Pillow image of the display."""
        from PIL import Image
        with tempfile.NamedTemporaryFile(suffix=".png", dir="/tmp") as file:
            self.screendump(file.name)
            image = Image.open(file.name).convert("RGB")
            image.load()
            return image
