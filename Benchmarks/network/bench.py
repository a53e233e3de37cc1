"""`make bench-network`: Callpoint, Chromium, GStreamer and aiortc answer the same Chromium caller across a cable that loses, delays
and narrows, in one run. Ends with status 1 if a figure is missed and `--check` was given. See docs/network.md."""

import argparse
import json
import pathlib
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(HERE.parent)]

import link  # noqa: E402

if not {"-h", "--help"} & set(sys.argv):
    link.separate()

from harness import machine, series  # noqa: E402
from harness.caller import SIZES, Caller, Pages  # noqa: E402
from harness.kiosk import built  # noqa: E402
from harness.meeting import Meeting  # noqa: E402
from programs import Switchboard  # noqa: E402

import answerers  # noqa: E402
import call  # noqa: E402
import report  # noqa: E402
from scenarios import AFTER, BEFORE, DURING, SCENARIOS  # noqa: E402

KINDS = {"kiosk": answerers.Kiosk, "chromium": answerers.Chromium, "gstreamer": answerers.GStreamer, "aiortc": answerers.Aiortc}
SIZE = "640x480"


class Bench:
    def __init__(self, options, switchboard, pages, folder):
        self.options, self.switchboard, self.pages, self.folder = options, switchboard, pages, folder
        self.rooms = iter(range(1, 10_000))
        self.results = {"machine": machine.description(), "calls": []}

    def answerer(self, kind, room):
        width, height, bitrate = SIZES[SIZE]
        folder, url = self.folder / f"{kind}-{room}", self.switchboard.url
        rest = (url, room, (width, height), bitrate)
        if kind == "chromium":
            return answerers.Chromium(self.pages, *rest)
        if kind == "kiosk":
            kiosk = answerers.Kiosk(self.options.programs, folder, *rest)
            kiosk.wait_until_ready()
            return kiosk
        return KINDS[kind](folder, *rest)

    def once(self, caller, cable, scenario, kind):
        """One call with an answerer of its own, whose memory holds nothing of calls before."""
        room = str(next(self.rooms))
        cable.set()
        result = {"scenario": scenario.name, "answerer": KINDS[kind].name}
        answerer = self.answerer(kind, room)
        try:
            meeting = Meeting(caller, answerer, self.switchboard.url.removeprefix("http://"), room)
            meeting.enter()
            result.update(call.play(meeting, scenario, cable))
        except (TimeoutError, AssertionError, OSError) as error:
            result["failure"] = str(error)
            print(f"  failed: {error}", flush=True)
        finally:
            answerer.stop()
        self.results["calls"].append(result)

    def run(self):
        seconds = BEFORE + DURING + AFTER + 8
        works = [
            (turn, name, kind) for turn in range(self.options.rounds) for name in self.options.scenarios
            for kind in self.options.peers]
        caller = Caller(self.pages, SIZE)
        cable = link.Link(self.folder / "cable.csv", self.options.seed)
        began = time.monotonic()
        try:
            for number, (turn, name, kind) in enumerate(works):
                left = (time.monotonic() - began) / number if number else seconds
                print(
                    f"{number + 1}/{len(works)} {name}, {KINDS[kind].name}; about {(len(works) - number) * left / 60:.0f} min left",
                    flush=True)
                self.once(caller, cable, SCENARIOS[name], kind)
                series.keep("bench-network", self.results)
        finally:
            cable.close()
            caller.close()


def names_of(choices):
    def read(text):
        chosen = text.split(",")
        unknown = set(chosen) - set(choices)
        if unknown:
            raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))}: not among {', '.join(choices)}")
        return chosen

    return read


def main():
    parser = argparse.ArgumentParser(prog="Benchmarks/network/run", description="Calls across bad networks, beside other stacks. Needs root.")
    parser.add_argument("--check", action="store_true", help="end with status 1 if a figure is missed")
    parser.add_argument("--rounds", type=int, default=3, help="of all calls; medians are given (3)")
    parser.add_argument("--scenarios", type=names_of(SCENARIOS), default=list(SCENARIOS), help=f"some of {','.join(SCENARIOS)}")
    parser.add_argument("--peers", type=names_of(KINDS), default=list(KINDS), help=f"some of {','.join(KINDS)}")
    parser.add_argument("--seed", type=int, default=1, help="of the losses")
    parser.add_argument("--programs", type=pathlib.Path, default=ROOT / ".build" / "release")
    parser.add_argument("--report", type=pathlib.Path, metavar="FILE", help="only print the tables of an earlier run's results/bench-network.json")
    options = parser.parse_args()
    if options.report:
        results = json.loads(options.report.read_text())
    else:
        built(options.programs)
        pages = Pages()
        with tempfile.TemporaryDirectory(prefix="callpoint-bench-") as folder:
            folder = pathlib.Path(folder)
            with Switchboard(options.programs, folder / "switchboard") as switchboard:
                for port in (switchboard.port, pages.server.server_port):
                    link.Crossing(port)
                bench = Bench(options, switchboard, pages, folder)
                bench.run()
        results = bench.results
    failed = report.show(results)
    return 1 if options.check and failed else 0


sys.exit(main())
