"""A series of calls with everybody's answers at each size: its options, what it runs in, and where its figures are kept."""

import argparse
import json
import pathlib
import tempfile

from programs import Switchboard

from .caller import SIZES, Pages
from .kiosk import built

ROOT = pathlib.Path(__file__).resolve().parents[2]


def options(check):
    """A parser of what every series takes; `check` says what fails with --check."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true", help=f"end with status 1 if {check}")
    parser.add_argument("--short", action="store_true", help="fewer calls and rounds, to see that it works")
    parser.add_argument("--programs", type=pathlib.Path, default=ROOT / ".build" / "release")
    parser.add_argument("--sizes", default=",".join(SIZES))
    return parser


def measured(bench, taken):
    """Calls at each of the sizes, by a `bench` made with options, switchboard, pages and folder; gives that."""
    taken.calls, taken.rounds, taken.seconds = (2, 1, 10) if taken.short else (9, 3, 15)
    built(taken.programs)
    pages = Pages()
    with tempfile.TemporaryDirectory(prefix="callpoint-bench-") as folder:
        folder = pathlib.Path(folder)
        with Switchboard(taken.programs, folder / "switchboard") as switchboard:
            one = bench(taken, switchboard, pages, folder)
            for size in taken.sizes.split(","):
                one.measure(size)
    return one


def keep(name, results):
    """Writes figures to results/`name`.json, for tables to be made of later."""
    folder = ROOT / "results"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(results, indent=1))
