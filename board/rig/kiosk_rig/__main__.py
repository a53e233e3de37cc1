"""kiosk-rig: plays scenario files against a kiosk and writes a report."""

import argparse
import pathlib
import sys
import time
import traceback

import yaml

from . import checks
from .bench import ROOT, Bench
from .install import Install
from .player import Player
from .report import Result, write_junit, write_page
from .scenario import BadScenario, Scenario
from .target import RIG, Target


def say(text):
    print(text, flush=True)


def arguments():
    parser = argparse.ArgumentParser(prog="kiosk-rig", description=__doc__)
    parser.add_argument("--target", default="qemu", help="qemu, or ssh:USER@HOST")
    parser.add_argument("--bench", type=pathlib.Path, help="for ssh: a YAML file of what can be done to that kiosk from here")
    parser.add_argument("--server", default="10.77.0.1", help="this machine's address as the kiosk sees it")
    parser.add_argument("--board", type=pathlib.Path, default=ROOT / "board" / "qemu-rig.yaml")
    parser.add_argument("--packages", type=pathlib.Path, help="for ssh: install the .deb files of this folder first")
    parser.add_argument("--switchboard", type=pathlib.Path, default=ROOT / ".build" / "release", help="the folder of this side's switchboard")
    parser.add_argument("--report", type=pathlib.Path, default=ROOT / "results" / "rig")
    parser.add_argument("--tag", help="only scenarios with this tag")
    parser.add_argument("scenarios", nargs="*", help="names of scenarios; none is all")
    return parser.parse_args()


def choose(options):
    files = sorted((RIG / "scenarios").glob("*.yaml"))
    every = {file.stem: Scenario.read(file, Player.verbs()) for file in files}
    for scenario in every.values():
        for step in scenario.steps + scenario.finally_:
            unknown = set(step.argument) - checks.Checks.names() if step.verb in ("expect", "keeps") else None
            if unknown:
                raise BadScenario(f"{scenario.name}: nothing can be expected of {', '.join(unknown)}")
    missing = set(options.scenarios) - set(every)
    if missing:
        raise BadScenario(f"no scenario {', '.join(sorted(missing))}; there are {', '.join(every)}")
    names = options.scenarios or list(every)
    return [every[name] for name in names if not options.tag or options.tag in every[name].tags]


def play(scenario, target, bench, install, folder):
    result = Result(scenario)
    began = time.monotonic()

    def pictures(caption):
        for source, take in (("display", target.screendump if target.can("screendump") else None), ("browser", bench.screenshot)):
            name = f"{scenario.name}-{len(result.pictures)}-{source}.png"
            if take is None:
                continue
            try:
                take(folder / name)
                result.pictures.append((f"{source}, {caption}", name))
            except Exception as error:
                say(f"    no picture of the {source}: {error}")

    player = Player(target, bench, install, pictures, say)
    lacking = sorted({need for need in player.needs(scenario.steps + scenario.finally_) if not target.can(need)})
    if lacking:
        result.skipped = f"not on this bench: {', '.join(lacking)}"
        return result
    try:
        bench.open_console()
        install.rest(scenario.board, scenario.site)
        player.at_rest()
        player.play(scenario.steps)
    except Exception as error:
        result.wrong = f"{type(error).__name__}: {error}"
        say(traceback.format_exc(limit=3) if not isinstance(error, (AssertionError, OSError)) else f"    {result.wrong}")
    pictures("at the end")
    if result.wrong:
        try:
            result.log = install.logs() + "\n\nbrowser:\n" + bench.browser.log_tail()
        except OSError as error:
            result.log = f"no journal: {error}"
    try:
        player.play(scenario.finally_)
    except Exception as error:
        result.wrong = result.wrong or f"afterwards: {error}"
    result.account = player.account
    result.seconds = time.monotonic() - began
    return result


def main():
    options = arguments()
    try:
        scenarios = choose(options)
    except BadScenario as error:
        sys.exit(f"error: {error}")
    if options.target == "qemu":
        target = Target.qemu(options.server)
    elif options.target.startswith("ssh:"):
        target = Target.ssh(options.target[4:], yaml.safe_load(options.bench.read_text()) if options.bench else {}, options.server)
    else:
        sys.exit("error: a target is qemu or ssh:USER@HOST")
    options.report.mkdir(parents=True, exist_ok=True)
    for old in options.report.glob("*.png"):
        old.unlink()
    install, results = Install(target, options.board, say), []
    if options.packages:
        install.packages(sorted(options.packages.glob("*.deb")))
    if target.speak:
        install.tone()
    bench = Bench(options.switchboard, options.report / "bench")
    try:
        for scenario in scenarios:
            say(f"{scenario.name}: {scenario.says}")
            results.append(play(scenario, target, bench, install, options.report))
            say(f"  {results[-1].outcome} in {results[-1].seconds:.0f} s {results[-1].wrong or results[-1].skipped or ''}")
            write_junit(options.report / "junit.xml", results, options.target)
            write_page(options.report / "index.html", results, options.target)
    finally:
        bench.close()
    counts = {o: sum(r.outcome == o for r in results) for o in ("passed", "failed", "skipped")}
    say(f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped; {options.report / 'index.html'}")
    sys.exit(1 if counts["failed"] else 0)


if __name__ == "__main__":
    main()
