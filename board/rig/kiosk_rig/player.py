"""Plays a scenario: its steps are what a patient, a clinician, an installer and bad luck do."""

import time

from selenium.common.exceptions import WebDriverException

from . import checks
from .target import CommandFailed


class Unmet(AssertionError):
    pass


class Player:
    """One scenario on one target. Every verb of a scenario file is a method `do_…`."""

    def __init__(self, target, bench, install, pictures, say):
        self.target = target
        self.bench = bench
        self.install = install
        #: A function of a caption that keeps what display and browser show.
        self.pictures = pictures
        self.say = say
        self.memory = {"pids": {}}
        self.checks = checks.Checks(target, bench, self.memory)
        #: (step, seconds it took, what was wrong or None)
        self.account = []

    @staticmethod
    def verbs():
        return {name[3:].replace("_", " ") for name in dir(Player) if name.startswith("do_")}

    def play(self, steps):
        for step in steps:
            began = time.monotonic()
            try:
                getattr(self, "do_" + step.verb.replace(" ", "_"))(step.argument, step)
            except Exception as error:
                self.account.append((step, time.monotonic() - began, f"{type(error).__name__}: {error}"))
                raise
            took = time.monotonic() - began
            self.account.append((step, took, None))
            self.say(f"    {took:6.1f} s  {step}")

    def needs(self, steps):
        """What the target must be able to do for these steps."""
        fixed = {"press": ["panel"], "hold": ["panel"], "release": ["panel"], "bounce": ["panel"], "cut network": ["link-off", "link-on"],
                 "unplug network": ["link-off"], "plug network": ["link-on"], "cut power": ["power-cut"],
                 "cut power while": ["power-cut"], "restore power": ["power-on"], "camera": ["camera control"]}
        for step in steps:
            yield from fixed.get(step.verb, ())
            if step.verb in ("plug", "unplug"):
                yield f"{step.verb} {step.argument}"
            if step.verb in ("expect", "keeps"):
                yield from (checks.NEEDS[name] for name in step.argument if name in checks.NEEDS)
            if step.verb == "note" and step.argument:
                yield "screendump"

    # Looking

    def do_expect(self, wanted, step):
        """Waits until all of `wanted` has been seen, each by itself."""
        limit = (step.within or 15) * self.target.patience
        deadline, open_checks, seen = time.monotonic() + limit, dict(wanted), {}
        while True:
            for name, argument in list(open_checks.items()):
                try:
                    seen[name] = self.checks.check(name, argument)
                except (CommandFailed, OSError, KeyError, ValueError, TypeError, AssertionError, WebDriverException) as error:
                    seen[name] = f"{type(error).__name__}: {error}"
                if seen[name] is None:
                    del open_checks[name]
            if not open_checks:
                return
            if time.monotonic() > deadline:
                raise Unmet("; ".join(f"expected {name} {argument}, but {seen[name]}" for name, argument in open_checks.items())
                            + f" ({limit:g} s)")
            time.sleep(0.2)

    def do_keeps(self, wanted, step):
        """All of `wanted` holds at every look for the time of `for`; between looks of one second each may be absent."""
        deadline = time.monotonic() + (step.lasting or 5)
        while time.monotonic() < deadline:
            for name, argument in wanted.items():
                wrong = "nothing"
                for _ in range(int(4 * self.target.patience)):
                    wrong = self.checks.check(name, argument)
                    if wrong is None:
                        break
                    time.sleep(0.25)
                if wrong is not None:
                    raise Unmet(f"{name} {argument} did not hold: {wrong}")

    def do_note(self, argument, step):
        """Remembers the kiosk's processes and boot, and with {display: NAME} what the display shows."""
        if isinstance(argument, dict):
            self.memory[argument["display"]] = self.target.display()
            return
        for name in ("kioskd", "kiosk-mediad"):
            self.memory["pids"][name] = self.target.run(f"pgrep -x {name} | head -n 1").strip()
        self.memory["boot"] = checks.boot(self.target)

    def do_picture(self, caption, step):
        self.pictures(caption)

    # The clinician

    def do_call(self, argument, step):
        """Calls the kiosk and waits until both see each other's picture move."""
        self.at_rest()
        self.bench.console.call()
        if argument == "ring":
            return
        self.expect({"console": "inCall"}, 20)
        self.expect({"browser sees": "moving"}, 20)
        self.pictures("in a call")

    def at_rest(self):
        """The kiosk first: until it has joined anew, the console may still list what was there before."""
        self.expect({"kiosk": "idle"}, 30)
        self.expect({"console lists": "idle"}, 30)

    def do_console(self, button, step):
        """Presses one of the console's buttons: answer, decline, hangup, mute, camera."""
        self.bench.console.click(button)

    def expect(self, wanted, within):
        from .scenario import Step
        self.do_expect(wanted, Step("expect", wanted, within, None))

    # The patient

    def do_press(self, line, step):
        lasting = step.lasting or 0.3
        self.target.run(f"{self.target.panel} press {line}; sleep {lasting}; {self.target.panel} release {line}", timeout=30 + lasting)

    def do_hold(self, line, step):
        self.target.run(f"{self.target.panel} press {line}")

    def do_release(self, line, step):
        self.target.run(f"{self.target.panel} release {line}")

    def do_bounce(self, line, step):
        """One press as a worn contact makes it: a dozen edges within milliseconds at each end of it."""
        self.target.run(f"{self.target.panel} bounce {line}")

    # Bad luck

    def do_unplug(self, device, step):
        """Takes away camera, sound or display."""
        self.target.inflict(f"unplug {device}")

    def do_plug(self, device, step):
        self.target.inflict(f"plug {device}")

    def do_camera(self, value, step):
        """Sets a control of the simulated camera, NAME=VALUE."""
        self.target.inflict("camera control", value=value)

    def do_run(self, command, step):
        """A command in the kiosk, that must succeed."""
        self.target.run(command, timeout=(step.within or 30) * self.target.patience)

    def do_set_clock(self, argument, step):
        """Sets the kiosk's clock by this machine's."""
        self.target.run(f"date -s @{time.time():.0f} >/dev/null")

    def do_wait(self, seconds, step):
        time.sleep(seconds)

    def do_cut_network(self, seconds, step):
        self.target.act("link-off")
        try:
            time.sleep(seconds)
        finally:
            self.target.act("link-on")

    def do_unplug_network(self, argument, step):
        self.target.act("link-off")

    def do_plug_network(self, argument, step):
        self.target.act("link-on")

    def do_cut_power(self, argument, step):
        self.target.act("power-cut")

    def do_restore_power(self, argument, step):
        self.target.act("power-on")
        self.install.after_boot()

    def do_cut_power_while(self, command, step):
        """Cuts the power `for` seconds after `command` began to run in the kiosk; the command does not survive it."""
        self.target.run(f"systemd-run --quiet --unit=rig-busy --collect sh -c {quoted(command)}")
        time.sleep(step.lasting or 2)
        self.target.act("power-cut")


def quoted(text):
    import shlex
    return shlex.quote(text)
