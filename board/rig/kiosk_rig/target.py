"""The kiosk under test, from outside: commands in it, and what can be done to it (its plug, its cable, its display's picture)."""

import pathlib
import shlex
import subprocess
import tempfile

RIG = pathlib.Path(__file__).resolve().parents[1]


class CommandFailed(OSError):
    pass


class Target:
    """A kiosk that commands reach over SSH.

    `shell` starts a command in the kiosk, `actions` are commands of this machine by name, with {file} for a path:
    screendump, power-cut, power-on, link-off, link-on. What has no command cannot be done to this kiosk.
    `patience` multiplies every time limit of a scenario: 1 for a real board, more for an emulated processor.
    """

    def __init__(self, name, shell, actions, patience, server):
        self.name = name
        self.shell = shell
        self.actions = actions
        self.patience = patience
        #: This machine's address as the kiosk sees it.
        self.server = server

    @classmethod
    def qemu(cls, server="10.77.0.1"):
        guest = str(RIG / "guest")
        return cls(
            "qemu", [guest, "ssh"],
            {"screendump": f"{guest} screendump {{file}}", "power-cut": f"{guest} power-cut", "power-on": f"{guest} start",
             "link-off": f"{guest} link off", "link-on": f"{guest} link on"},
            patience=4, server=server)

    @classmethod
    def ssh(cls, address, actions, server):
        command = ["ssh", "-o", "BatchMode=yes", "-o", "ControlMaster=auto", "-o", "ControlPath=/tmp/kiosk-rig-%C", "-o",
                   "ControlPersist=60", address]
        return cls(address, command, actions, patience=1, server=server)

    def can(self, action):
        return action in self.actions

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
        command = self.actions[action].format(**{key: shlex.quote(str(value)) for key, value in fields.items()})
        done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise CommandFailed(f"status {done.returncode} of `{command}`: {(done.stderr or done.stdout).strip()[-600:]}")

    def screendump(self, file):
        self.act("screendump", timeout=30, file=file)

    def record(self, device, seconds):
        """WAV bytes of what a capture device of the kiosk hears."""
        return self.run(f"arecord -q -D {device} -f S16_LE -r 48000 -c 1 -d {seconds} -t wav -", timeout=30 + 10 * seconds, text=False)

    def display(self):
        """A Pillow image of the display."""
        from PIL import Image
        with tempfile.NamedTemporaryFile(suffix=".png", dir="/tmp") as file:
            self.screendump(file.name)
            image = Image.open(file.name).convert("RGB")
            image.load()
            return image
