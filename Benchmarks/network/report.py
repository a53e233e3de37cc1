"""The tables of a run, and its figures beside what they have to be."""

from harness.figures import Verdicts, median, table

from scenarios import SCENARIOS

OURS, BROWSER = "Callpoint", "Chromium"


def show(results):
    """Prints everything; the names of the figures that were missed."""
    calls = [call for call in results["calls"] if "failure" not in call]
    print(f"\n{results['machine']}; medians of {max_rounds(calls)} calls\n")
    for way, title in (("from", "What the caller gets from the answerer"), ("to", "What the answerer gets from the caller")):
        print(f"{title}\n")
        print(table(
            ["cable", "answerer", "frames/s before, bad, after", "freezes", "stood still s", "sound concealed", "sent again",
             "key frames", "jitter buffer ms"],
            [row(calls, name, who, way) for name in SCENARIOS for who in answerers(calls, name)]))
        narrow = [
            limited(calls, name, who, way) for name, scenario in SCENARIOS.items() if scenario.limit for who in answerers(calls, name)]
        if narrow:
            print("\n" + table(
                ["cable", "answerer", "offered kbit/s", "dropped", "within the limit after s", "stays after s", "queue ms",
                 "in the last 5 s", "of the link used", "stood still after 3 s", "four fifths again after s"], narrow))
        print()
    verdicts = judge(calls)
    print(verdicts.text())
    for call in results["calls"]:
        if "failure" in call:
            print(f"\n{call['scenario']} {call['answerer']}: {call['failure'].strip()}")
    return verdicts.failed + [call["scenario"] for call in results["calls"] if "failure" in call]


def max_rounds(calls):
    pairs = [(call["scenario"], call["answerer"]) for call in calls]
    return max((pairs.count(pair) for pair in pairs), default=0)


def answerers(calls, scenario):
    """In the order they were called in."""
    return dict.fromkeys(call["answerer"] for call in calls if call["scenario"] == scenario)


def values(calls, scenario, who, way, name):
    return [call[way][name] for call in calls if (call["scenario"], call["answerer"]) == (scenario, who)]


def number(value, digits=0, unit=1):
    return "–" if value is None else f"{value * unit:.{digits}f}"


def middle(calls, scenario, who, way, name, digits=0, unit=1):
    return number(median(values(calls, scenario, who, way, name)), digits, unit)


def row(calls, scenario, who, way):
    frames = list(zip(*values(calls, scenario, who, way, "frames")))
    rates = " / ".join(number(median(part), 1) for part in frames)

    def cell(name, digits=0, unit=1):
        return middle(calls, scenario, who, way, name, digits, unit)

    return [
        scenario, who, rates, cell("freezes"), cell("frozen", 1), cell("concealed", 1, 100) + " %", cell("repeated", 0, 100) + " %",
        cell("key_frames"), cell("buffered")]


def limited(calls, scenario, who, way):
    def cell(name, digits=0, unit=1):
        return middle(calls, scenario, who, way, name, digits, unit)

    def never(name):
        """A median in which what never came counts as later than everything."""
        found = sorted(values(calls, scenario, who, way, name), key=lambda value: (value is None, value))
        value = found[len(found) // 2] if found else None
        return "never" if value is None else f"{value:.1f}"

    return [
        scenario, who, cell("offered"), cell("dropped", 1, 100) + " %", never("falls"), never("settles"), cell("queue"), cell("late_queue"),
        cell("used", 0, 100) + " %", cell("frozen_later", 1), never("recovers")]


def judge(calls):
    """What is asked of Callpoint, as far as this run has it."""
    verdicts = Verdicts()
    there = {(call["scenario"], call["answerer"]) for call in calls}

    def ours(scenario, name, way="from"):
        return median(values(calls, scenario, OURS, way, name))

    for scenario in ("loss5", "loss10", "burst5"):
        if {(scenario, OURS), (scenario, BROWSER)} <= there:
            for way, what in (("from", "seen by the caller"), ("to", "at the answerer")):
                theirs = median(values(calls, scenario, BROWSER, way, "frozen"))
                verdicts.within(
                    f"{scenario}: stood still, {what}, and half of {BROWSER}'s", ours(scenario, "frozen", way),
                    greatest=None if theirs is None else theirs / 2, unit="s")
    if ("loss5", OURS) in there:
        for way in ("from", "to"):
            frames = median([parts[1] for parts in values(calls, "loss5", OURS, way, "frames")])
            verdicts.within(f"loss5: frames a second {way} the kiosk", frames, least=29.5)
    for scenario in ("rate500", "step"):
        if (scenario, OURS) in there:
            verdicts.within(f"{scenario}: within the limit after", ours(scenario, "falls"), greatest=1.5, unit="s")
            verdicts.within(f"{scenario}: queue in the last 5 s", ours(scenario, "late_queue"), greatest=40, unit="ms")
            verdicts.within(f"{scenario}: of the link used", ours(scenario, "used"), least=0.85)
            verdicts.within(f"{scenario}: stood still after the first 3 s", ours(scenario, "frozen_later"), greatest=0, unit="s")
            verdicts.within(f"{scenario}: four fifths of the rate again after", ours(scenario, "recovers"), greatest=6, unit="s")
    for scenario in SCENARIOS:
        if (scenario, OURS) in there:
            verdicts.within(f"{scenario}: share of the video that was sent again", ours(scenario, "repeated"), greatest=0.2)
    return verdicts
