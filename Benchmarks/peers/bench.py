"""`make bench-peers`: Callpoint, aiortc, GStreamer and Chromium answer the same Chromium caller, in one run.

Ends with status 1 if Callpoint is not ahead where it has to be and `--check` was given."""

import dataclasses
import pathlib
import sys

BENCHMARKS = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(BENCHMARKS))
sys.path.insert(0, str(BENCHMARKS / "peers"))

from answerers import Aiortc, Chromium, GStreamer  # noqa: E402
from harness import machine, series  # noqa: E402
from harness.caller import SIZES, Caller  # noqa: E402
from harness.figures import Verdicts, median, spread, table  # noqa: E402
from harness.kiosk import KioskAnswerer  # noqa: E402
from harness.meeting import Meeting  # noqa: E402

KIOSK, CALLPOINT = "kiosk", "Callpoint"


def say(text=""):
    print(text, flush=True)


class Bench:
    def __init__(self, options, switchboard, pages, folder):
        self.options, self.switchboard, self.pages, self.folder = options, switchboard, pages, folder
        self.rooms = iter(range(1, 1000))
        self.results = {"machine": machine.description(), "sizes": {}}

    def start(self, name, size):
        width, height, bitrate = SIZES[size]
        room, url = str(next(self.rooms)), self.switchboard.url
        folder = self.folder / f"{name}-{room}"
        if name == KIOSK:
            answerer = KioskAnswerer(self.options.programs, folder, url, room, (width, height), bitrate)
            answerer.wait_until_ready()
        elif name == "chromium":
            answerer = Chromium(self.pages, url, room, (width, height), bitrate)
        else:
            kind = {"aiortc": Aiortc, "gstreamer": GStreamer}[name]
            answerer = kind(folder, url, room, (width, height), bitrate)
        return answerer, room

    def measure(self, size):
        self.results["sizes"][size] = result = {}
        caller = Caller(self.pages, size)
        try:
            meetings = []
            try:
                for name in self.options.peers:
                    meetings.append(self.meet(caller, name, size))
                    result[meetings[-1].answerer.name] = {"set up": [], "steady": [], "failures": []}
                # All in turn, so that what the machine does meanwhile happens to all alike. The first call of each is not
                # like the others and is left out.
                for turn in range(self.options.calls + 1):
                    say(f"{size}: call {turn} of {self.options.calls}")
                    for meeting in meetings:
                        self.once(meeting, result, turn > 0)
            finally:
                for meeting in meetings:
                    meeting.answerer.stop()
            # Each long call is one of a fresh process, whose memory holds nothing of calls before, alone on the machine.
            for turn in range(self.options.rounds):
                say(f"{size}: round {turn + 1} of {self.options.rounds}")
                for name in self.options.peers:
                    meeting = self.meet(caller, name, size)
                    try:
                        self.long(meeting, result)
                    finally:
                        meeting.answerer.stop()
        finally:
            caller.close()

    def meet(self, caller, name, size):
        answerer, room = self.start(name, size)
        return Meeting(caller, answerer, self.switchboard.url.removeprefix("http://"), room)

    def once(self, meeting, result, counts):
        mine = result[meeting.answerer.name]
        try:
            meeting.enter()
            set_up = dataclasses.asdict(meeting.set_up())
        except (TimeoutError, AssertionError) as error:
            mine["failures"].append(str(error))
            return
        if counts:
            mine["set up"].append(set_up)

    def long(self, meeting, result):
        mine = result[meeting.answerer.name]
        try:
            meeting.enter()
            mine["steady"].append(dataclasses.asdict(meeting.steady(self.options.seconds)))
        except (TimeoutError, AssertionError) as error:
            mine["failures"].append(str(error))
        meeting.end()


def frames(peer, side):
    return [call[side] for call in peer["set up"]]


def cpu(peer, process=None):
    """Slices of CPU, of all processes or of one."""
    return [
        sum(values) if process is None else values[process] for steady in peer["steady"] for values in steady["cpu"]]


def memory(peer, process=None):
    return [sum(s["memory"]) if process is None else s["memory"][process] for s in peer["steady"]]


def rows_of(size, name, peer):
    """One row of the steady table for each thing that is charged: the kiosk's media process alone, and the whole kiosk."""
    charged = [(name, None)]
    if name == CALLPOINT:
        charged = [(f"{CALLPOINT}: kiosk-mediad", 1), (f"{CALLPOINT}: with kioskd, which draws the screen", None)]
    flows = [steady["flow"] for steady in peer["steady"]]
    for label, process in charged:
        yield [
            size, label, spread(cpu(peer, process), 3), spread(memory(peer, process), 0),
            spread([flow["frames_from"] for flow in flows], 1), spread([s["decoded"] for s in peer["steady"]], 1),
            " / ".join("–" if (m := median([f[k] for f in flows])) is None else f"{m:.0f}"
                       for k in ("kilobits_from", "kilobits_to")),
            ", ".join(sorted({f["size_from"] for f in flows}))]


def report(results, verdicts):
    say(f"\n{results['machine']}\n")
    set_up, steady = [], []
    for size, peers in results["sizes"].items():
        for name, peer in peers.items():
            set_up.append([
                size, name, len(peer["set up"]), *(
                    spread(frames(peer, side)) for side in ("answer", "ice", "dtls", "caller_frame", "answerer_frame")),
                len(peer["failures"])])
            steady += rows_of(size, name, peer)
        if CALLPOINT not in peers:
            continue
        ours, others = peers[CALLPOINT], {name: peer for name, peer in peers.items() if name != CALLPOINT}
        quickest = min((m for p in others.values() if (m := median(frames(p, "caller_frame")))), default=None)
        verdicts.below(f"first frame at the caller, {size}, and the quickest other's", median(frames(ours, "caller_frame")), quickest, "ms")
        if "aiortc" in others:
            verdicts.below(
                f"first frame decoded by the answerer, {size}, and aiortc's", median(frames(ours, "answerer_frame")),
                median(frames(others["aiortc"], "answerer_frame")), "ms")
        if "GStreamer" in others:
            verdicts.below(
                f"CPU of kiosk-mediad, {size}, and GStreamer's", median(cpu(ours, 1)), median(cpu(others["GStreamer"])), "s/s")
    say("Set-up in ms after the caller's setLocalDescription, least/median/greatest\n")
    say(table(
        ["size", "answerer", "calls", "answer applied", "ICE", "DTLS", "first frame at the caller",
         "first frame decoded by the answerer", "failed"], set_up))
    say("\nThe steady call, least/median/greatest\n")
    say(table(
        ["size", "answerer", "CPU s/s", "PSS MiB", "frames/s at the caller", "frames/s at the answerer",
         "kbit/s from / to the answerer", "size received"], steady))
    if verdicts.rows:
        say("\n" + verdicts.text())
    for size, peers in results["sizes"].items():
        for name, peer in peers.items():
            for failure in peer["failures"]:
                say(f"\n{size} {name}: {failure}")


def main():
    parser = series.options("Callpoint is not ahead")
    parser.add_argument("--peers", default=f"{KIOSK},aiortc,gstreamer,chromium", type=lambda text: text.split(","))
    options = parser.parse_args()
    bench = series.measured(Bench, options)
    series.keep("bench-peers", bench.results)
    verdicts = Verdicts()
    report(bench.results, verdicts)
    return 1 if options.check and verdicts.failed else 0


sys.exit(main())
