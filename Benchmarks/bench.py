"""`make bench`: a kiosk in a call with Chromium, beside the codecs alone on the same pictures in the same run.

Ends with status 1 if a figure misses its threshold and `--check` was given."""

import dataclasses
import json
import pathlib
import subprocess
import sys
import time

BENCHMARKS = pathlib.Path(__file__).resolve().parent
ROOT = BENCHMARKS.parent
sys.path.insert(0, str(BENCHMARKS))

from harness import machine, raw, sampling, series  # noqa: E402
from harness.caller import SIZES, Caller  # noqa: E402
from harness.figures import Verdicts, median, spread, table  # noqa: E402
from harness.kiosk import KioskAnswerer  # noqa: E402
from harness.meeting import WARM_UP, Meeting  # noqa: E402

MEDIA, SUPERVISOR = "kiosk-mediad", "kioskd"
THREADS = ("capture", "encode", "microphone", "decode", "playout", "network")


def say(text=""):
    print(text, flush=True)


class Bench:
    def __init__(self, options, switchboard, pages, folder):
        self.options, self.switchboard, self.pages, self.folder = options, switchboard, pages, folder
        self.address = switchboard.url.removeprefix("http://")
        self.rooms = iter(range(1, 100))
        self.results = {"machine": machine.description(), "sizes": {}}

    def meeting(self, caller, size, counting=False):
        room = str(next(self.rooms))
        width, height, bitrate = SIZES[size]
        kiosk = KioskAnswerer(
            self.options.programs, self.folder / f"kiosk-{room}", self.switchboard.url, room, (width, height), bitrate,
            counting)
        try:
            kiosk.wait_until_ready()
            meeting = Meeting(caller, kiosk, self.address, room)
            meeting.enter()
        except BaseException:
            kiosk.stop()
            raise
        return kiosk, meeting

    def measure(self, size):
        width, height, bitrate = SIZES[size]
        result = self.results["sizes"][size] = {"raw": [], "raw paced": [], "set up": [], "steady": [], "age": [], "share": None}
        raw.run(width, height, bitrate, 1, False)  # the clip is now in memory
        caller = Caller(self.pages, size)
        try:
            kiosk, meeting = self.meeting(caller, size)
            try:
                say(f"{size}: setting up {self.options.calls} calls")
                meeting.set_up()  # the first call of two fresh processes is not like the others
                for _ in range(self.options.calls):
                    result["set up"].append(dataclasses.asdict(meeting.set_up()))
                for round_number in range(self.options.rounds):
                    say(f"{size}: round {round_number + 1} of {self.options.rounds}")
                    result["raw"].append(raw.run(width, height, bitrate, 10, False))
                    self.steady(kiosk, meeting, result)
                    result["raw paced"].append(raw.run(width, height, bitrate, 10, True))
            except Exception:
                say(f"the kiosk, status {kiosk.child.poll()}, said:\n{kiosk.log_tail(30)}")
                raise
            finally:
                kiosk.stop()
            if sampling.is_there():
                say(f"{size}: sampling")
                result["share"] = self.share(caller, size)
            say(f"{size}: counting allocations")
            result["allocations"] = self.allocations(caller, size)
        finally:
            caller.close()

    def steady(self, kiosk, meeting, result):
        steady = meeting.steady(self.options.seconds)
        meeting.end()
        result["steady"].append(dataclasses.asdict(steady))
        before, after = kiosk.readings[-2:]

        def mean(total, count):
            """Milliseconds, over the time between the two readings."""
            number = after.get(count, 0) - before.get(count, 0)
            return (after.get(total, 0) - before.get(total, 0)) / number * 1000 if number else None

        sent, received = "outbound-rtp/video/", "inbound-rtp/video/"
        result["age"].append({
            "mean": mean(sent + "captureToSendTime", sent + "captureToSendFrames"),
            "worst": after.get(sent + "captureToSendWorst", 0) * 1000,
            "encode": mean(sent + "totalEncodeTime", sent + "framesEncoded"),
            "decode": mean(received + "totalDecodeTime", received + "framesDecoded")})

    def share(self, caller, size):
        """What part of a call's time goes into deciding and holding. In a call of its own: sampling costs."""
        kiosk, meeting = self.meeting(caller, size)
        try:
            caller.call(steady=True)
            time.sleep(WARM_UP)
            taken = sampling.share(kiosk.media_pid(), 2 * self.options.seconds, str(self.folder / "samples"))
            meeting.end()
        finally:
            kiosk.stop()
        return taken and dataclasses.asdict(taken)

    def allocations(self, caller, size):
        """What the media threads took from the heap in ten seconds of a call, and the packets and frames of that time."""
        kiosk, meeting = self.meeting(caller, size, counting=True)
        try:
            caller.call(steady=True)
            time.sleep(WARM_UP)
            # A reading allocates on the network thread; two in a row say how much.
            first, second = kiosk.figures(), kiosk.figures()
            time.sleep(10)
            last = kiosk.figures()
            meeting.end()
        finally:
            kiosk.stop()

        def grown(name, before=second):
            return last.get(name, 0) - before.get(name, 0)

        threads = {}
        for thread in THREADS:
            name = f"allocations/{thread}"
            if name in last:
                threads[thread] = grown(name)
        if "network" in threads:
            threads["network"] = max(0, threads["network"] - (second["allocations/network"] - first["allocations/network"]))
        packets = grown("transport/packetsSent") + grown("transport/packetsReceived")
        frames = grown("outbound-rtp/video/framesEncoded") + grown("inbound-rtp/video/framesDecoded")
        return {"threads": threads, "packets": packets, "frames": frames}

    def binaries(self):
        found = {}
        for name in (SUPERVISOR, MEDIA, "kioskctl", "switchboard"):
            path = ROOT / "dist" / name
            if path.exists():
                found[name] = path.stat().st_size / 2**20
        self.results["binaries"] = found


def slices(result, process):
    return [cpu[process] for steady in result["steady"] for cpu in steady["cpu"]]


def report(results, verdicts):
    say(f"\n{results['machine']}\n")
    cpu, set_up, other, shares = [], [], [], []
    for size, result in results["sizes"].items():
        codecs, paced = ([run["codecs"] for run in result[name]] for name in ("raw", "raw paced"))
        media, supervisor = slices(result, 1), slices(result, 0)
        ratio = median(media) / median(paced) if media and paced else None

        def against(values):
            """Medians as multiples of the codecs' alone, flat out and paced."""
            return [f"{median(values) / median(raw):.2f}" if values else "–" for raw in (codecs, paced)]

        for name, values in (
            ("raw: VP8 encode", [run["encode"] for run in result["raw"]]),
            ("raw: VP8 decode", [run["decode"] for run in result["raw"]]),
            ("raw: Opus", [run["opus"] for run in result["raw"]]),
            ("raw: SRTP (not in the sum)", [run["srtp"] for run in result["raw"]]),
            ("raw codecs", codecs), ("raw codecs, paced", paced), (MEDIA, media), (SUPERVISOR, supervisor),
        ):
            cpu.append([size, name, spread(values, 3), *against(values)])
        by_thread = [steady["threads"][1] for steady in result["steady"]]
        for name in sorted({name for threads in by_thread for name in threads}):
            used = [threads.get(name, 0) for threads in by_thread]
            cpu.append([size, f"{MEDIA}: thread {name}", spread(used, 3), *against(used)])
        verdicts.check(f"cpu ratio {size}", ratio)

        calls = result["set up"]
        columns = [[call[name] for call in calls] for name in ("ice", "dtls", "caller_frame", "answerer_frame")]
        set_up.append([size, len(calls), *map(spread, columns)])
        verdicts.check(f"caller frame {size}", median(columns[2]), 0)
        verdicts.check(f"kiosk frame {size}", median(columns[3]), 0)

        flows = [steady["flow"] for steady in result["steady"]]
        memory = [max(steady["memory"][i] for steady in result["steady"]) for i in (1, 0)]
        counted = result["allocations"]
        taken = sum(counted["threads"].values()) if counted["threads"] else None
        other.append([
            size, spread([age["mean"] for age in result["age"]], 1), spread([age["worst"] for age in result["age"]], 0),
            *(f"{value:.1f}" for value in memory),
            "–" if taken is None else f"{taken:.0f} in {counted['packets']:.0f} and {counted['frames']:.0f}",
            spread([flow["frames_from"] for flow in flows], 1), spread([steady["decoded"] for steady in result["steady"]], 1),
            f"{median([f['kilobits_from'] for f in flows]):.0f} / {median([f['kilobits_to'] for f in flows]):.0f}",
            spread([idle for steady in result["steady"] for idle in steady["idle"]], 2)])
        if size == "1280x720":
            verdicts.check(f"memory {size}", memory[0], 1)
        if share := result["share"]:
            shares.append([size, share["samples"], *(f"{100 * share[part]:.1f}" for part in ("codecs", "own", "control"))])
            verdicts.check(f"control {size}", 100 * share["control"], 1)
    say("CPU seconds per second of call, least/median/greatest; raw is encoding, decoding and Opus, both ways\n")
    say(table(["size", "what", "CPU s/s", "of raw", "of raw, paced"], cpu))
    say("\nSet-up in ms after the caller's setLocalDescription, least/median/greatest\n")
    say(table(["size", "calls", "ICE", "DTLS", "first frame in the browser", "first frame decoded at the kiosk"], set_up))
    say("\nThe steady call\n")
    say(table(
        ["size", "capture to send, ms", "worst, ms", f"{MEDIA} PSS MiB", f"{SUPERVISOR} PSS MiB",
         "allocations in packets and frames", "frames/s in the browser", "frames/s at the kiosk", "kbit/s from / to the kiosk",
         "idle cores"], other))
    say("\nOf kiosk-mediad's time in a call, per cent\n" if shares else "\nNo perf here: apt install linux-perf shows where the time goes.")
    if shares:
        say(table(["size", "samples", "libvpx and libopus", "the program's own code", "of it controller and buffers"], shares))
    counted = [result["allocations"] for result in results["sizes"].values()]
    verdicts.check(
        "allocations per packet and frame",
        max(sum(c["threads"].values()) / max(1, c["packets"] + c["frames"]) for c in counted)
        if all(c["threads"] for c in counted) else None, 4)
    for name, size in results["binaries"].items():
        if f"size {name}" in verdicts.limits:
            verdicts.check(f"size {name}", size, 1)
    if not results["binaries"]:
        say("\nNo stripped programs in dist/: `make release` makes them.")


def devices(folder):
    """What the programs say that need no call, each one JSON value."""
    found = {}
    for name in ("devices-bench", "display-bench"):
        if (folder / name).exists():
            say(f"{name} …")
            found[name] = json.loads(subprocess.run([folder / name], check=True, capture_output=True, text=True).stdout)
        else:
            say(f"{name} is not there: `make bench` builds it")
    return found


def report_devices(found, verdicts):
    if "devices-bench" in found:
        camera, sound = found["devices-bench"]["camera"], found["devices-bench"]["sound"]
        say("\nFrom the camera's buffer to the encoder, 1280x720\n")
        say(table(
            ["format", "pictures", "passed on", "copied", "CPU us a picture"],
            [[row["format"], row["pictures"], row["passed"], row["copied"], row["us_per_picture"]] for row in camera]))
        say("\nAn hour of virtual time, microphone and speaker on crystals that run apart\n")
        say(table(
            ["cards", "apart, ppm", "microphone strays, us", "speaker strays, us", "playout latency ms", "99 %"],
            [[row["cards"], f"{2 * row['skew_ppm']:g}", row["microphone_drift_us"], row["speaker_drift_us"],
              f"{row['playout_latency_us'] / 1000:.1f}", f"{row['playout_latency_p99_us'] / 1000:.1f}"] for row in sound]))
        verdicts.check("camera copies", sum(row["copied"] for row in camera if row["format"] in ("NV12", "YU12")), 0)
        verdicts.check("drift", max(max(row["microphone_drift_us"], row["speaker_drift_us"]) for row in sound) / 1000, 2)
    if "display-bench" in found:
        say("\nA picture on the display\n")
        say(table(
            ["screen", "picture", "CPU ms, median", "99 %"],
            [[row["screen"], row["picture"], f"{row['median_us'] / 1000:.1f}", f"{row['p99_us'] / 1000:.1f}"]
             for row in found["display-bench"]]))


def main():
    options = series.options("a threshold is missed").parse_args()
    bench = series.measured(Bench, options)
    bench.binaries()
    bench.results["devices"] = devices(options.programs)
    series.keep("bench", bench.results)
    verdicts = Verdicts()
    report(bench.results, verdicts)
    report_devices(bench.results["devices"], verdicts)
    say("\n" + verdicts.text())
    return 1 if options.check and verdicts.failed else 0


sys.exit(main())
