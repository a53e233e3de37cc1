"""What can be expected of the outside world. Each check returns None when it holds, or what was seen instead."""

from . import material, measure


#: What a target must be able to do for a check to look.
NEEDS = {"display": "screendump", "speaker plays": "listen", "lamps": "panel", "browser hears": "speak"}


class Checks:
    def __init__(self, target, bench, memory):
        self.target = target
        self.bench = bench
        #: What earlier steps remembered: pictures, process ids, boots.
        self.memory = memory

    def check(self, name, argument):
        return getattr(self, name.replace(" ", "_").replace("-", "_"))(argument)

    @staticmethod
    def names():
        return {name.replace("_", " ") for name in vars(Checks) if not name.startswith("_") and name not in ("check", "names")}

    # The clinician's side

    def console(self, phase):
        seen = self.bench.console.phase
        return None if seen == phase else f"the console is {seen}"

    def console_lists(self, state):
        seen = self.bench.console.kiosk_state()
        return None if seen == state else f"the console lists the kiosk as {seen}"

    def console_rings(self, wanted):
        seen = self.bench.rings()
        return None if seen == wanted else f"the console {'rings' if seen else 'does not ring'}"

    def browser_sees(self, wanted):
        """bars: the test camera's picture; slate: another picture; moving: frames that differ; frames: new frames."""
        seen = self.bench.picture()
        if seen is None:
            return "no picture"
        bars = measure.shows_bars(seen["pixels"])
        if wanted in ("bars", "slate"):
            shown = ", ".join(f"{name} {share:.0%}" for name, share in measure.colours(seen["pixels"]).items())
            return None if bars == (wanted == "bars") else f"{seen['width']}x{seen['height']} with {shown}"
        before = self.memory.get("seen")
        self.memory["seen"] = seen
        if before is None or seen["frames"] <= before["frames"]:
            return f"{seen['frames']} frames and no new one"
        return None if wanted == "frames" or (seen["pixels"] != before["pixels"]).any() else "the picture stands still"

    def browser_hears(self, wanted):
        """kiosk: the tone at the kiosk's microphone; silence: not that."""
        heard = self.bench.hears()
        return judge_tone(heard, material.KIOSK_TONE, wanted == "kiosk", -70)

    # The patient's side

    def speaker_plays(self, wanted):
        """clinician: the tone at the browser's microphone; sound: anything; silence: nothing."""
        heard = measure.tone(self.target.record(2))
        if wanted == "clinician":
            return judge_tone(heard, material.BROWSER_TONE, True, -55)
        loud = heard["decibels"] > -55
        return None if loud == (wanted == "sound") else f"{heard['frequency']:.0f} Hz at {heard['decibels']:.0f} dB"

    def display(self, wanted):
        """clinician: the browser's film; moving; dark; {unlike: NAME}: another picture than the one remembered as NAME."""
        image = self.target.display()
        if isinstance(wanted, dict):
            difference = measure.difference(image, self.memory[wanted["unlike"]])
            return None if difference > 1 else f"differs from {wanted['unlike']} by {difference:.2f} of 255"
        if wanted == "clinician":
            seen = measure.colours(image)
            return None if measure.shows_clinician(image) else f"magenta {seen['magenta']:.1%}, cyan {seen['cyan']:.1%}"
        if wanted == "other":
            return "the clinician's film" if measure.shows_clinician(image) else None
        if wanted == "dark":
            brightest = max(high for _, high in image.getextrema())
            return None if brightest < 24 else f"pixels of {brightest}"
        before = self.memory.get("display")
        self.memory["display"] = image
        return None if before is not None and measure.difference(before, image) > 0.2 else "the display stands still"

    def lamps(self, wanted):
        seen = {name: self.target.run(f"{self.target.panel} read {name}").strip() == "1" for name in wanted}
        wrong = [f"{name} is {'on' if on else 'off'}" for name, on in seen.items() if on != wanted[name]]
        return ", ".join(wrong) or None

    def kiosk(self, state):
        import json
        answer = json.loads(self.target.run("kioskctl status --json"))
        result = answer.get("result", answer)
        seen = result["state"] if result.get("online", True) else "offline"
        return None if seen == state else f"the kiosk is {seen}"

    def devices_open(self, wanted):
        """Whether any process holds a camera or a capturing sound device, by the kernel's account."""
        camera = self.target.run("find /proc/[0-9]*/fd -lname '/dev/video*' 2>/dev/null | wc -l").strip() != "0"
        microphone = "owner_pid" in self.target.run("cat /proc/asound/*/pcm*c/sub0/status 2>/dev/null || echo closed")
        seen = f"the camera is {'open' if camera else 'closed'}, the microphone {'open' if microphone else 'closed'}"
        return None if camera == microphone == wanted else seen

    def process(self, wanted):
        """{NAME: runs | new | gone}; new is another than at the last `note`."""
        for name, state in wanted.items():
            pid = self.target.run(f"pgrep -x {name} | head -n 1").strip()
            if (state == "gone") != (not pid) or (state == "new" and pid == self.memory["pids"].get(name)):
                return f"{name} is {'process ' + pid if pid else 'gone'}"
        return None

    def booted_again(self, wanted):
        seen = boot(self.target) != self.memory["boot"]
        return None if seen == wanted else f"it has {'' if seen else 'not '}booted again"

    def guest(self, command):
        self.target.run(command)
        return None


def judge_tone(heard, frequency, wanted, least):
    decibels = heard["decibels"]
    if decibels is None:
        # The browser's word for no sound at all.
        decibels = -180.0
    there = abs(heard["frequency"] - frequency) < 30 and decibels > least
    return None if there == wanted else f"{heard['frequency']:.0f} Hz at {decibels:.0f} dB"


def boot(target):
    return target.run("cat /proc/sys/kernel/random/boot_id", timeout=15).strip()
