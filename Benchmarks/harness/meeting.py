"""A caller, and somebody in a room of a switchboard whom it calls."""

import time
from dataclasses import dataclass, field

from . import caller as calling
from . import machine


@dataclass
class SetUp:
    """When things of one call happened, in milliseconds after the caller's setLocalDescription; None is never."""

    answer: float | None = None
    ice: float | None = None
    dtls: float | None = None
    caller_frame: float | None = None
    answerer_frame: float | None = None


@dataclass
class Steady:
    """One call's steady part: CPU by process in slices of a few seconds, memory, and what went both ways."""

    cpu: list = field(default_factory=list)  # of one list a slice, in the order of `processes`
    idle: list = field(default_factory=list)
    threads: list = field(default_factory=list)  # by process, CPU by thread
    memory: list = field(default_factory=list)
    flow: dict = field(default_factory=dict)
    decoded: float | None = None


WARM_UP, SLICE = 8, 5


class Meeting:
    def __init__(self, caller, answerer, address, room):
        self.caller, self.answerer, self.address, self.room = caller, answerer, address, room

    def enter(self, timeout=30):
        """Comes into the answerer's room; the answerer may still be on its way there."""
        deadline = time.monotonic() + timeout
        while self.caller.enter(self.address, self.room) < 2:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.answerer.name} did not come into room {self.room}:\n{self.log()}")
            time.sleep(0.5)

    def log(self):
        tail = getattr(self.answerer, "log_tail", None)
        return tail() if tail else ""

    def set_up(self):
        """One call, only as long as it takes to see each other."""
        marks = self.caller.call()
        start, deadline = marks["start"], time.monotonic() + 5
        theirs = self.answerer.marks()
        # An older mark is of the call before.
        while theirs.get("frame", 0) < start and time.monotonic() < deadline:
            time.sleep(0.1)
            theirs = self.answerer.marks()
        self.end()

        def after(at):
            return None if at is None or at < start else at - start

        return SetUp(
            *(after(marks.get(name)) for name in ("applied", "ice", "dtls", "frame")), after(theirs.get("frame")))

    def steady(self, seconds):
        """One call with `seconds` of measuring after it has warmed up."""
        marks = self.caller.call(steady=True)
        if "frame" not in marks:
            raise TimeoutError(f"{self.answerer.name} sent no picture:\n{self.log()}")
        time.sleep(WARM_UP)
        result, processes = Steady(), self.answerer.processes()
        before, (decoded, at), start = self.caller.statistics(), self.answerer.decoded(), time.monotonic()
        threads = [machine.thread_seconds(process) for process in processes]
        while time.monotonic() - start < seconds:
            windows = [machine.Window([process]) for process in processes]
            time.sleep(SLICE)
            readings = [window.end() for window in windows]
            result.cpu.append([cpu for cpu, _ in readings])
            result.idle.append(readings[0][1])
        wall = time.monotonic() - start
        result.threads = [
            {name: (value - earlier.get(name, 0)) / wall for name, value in machine.thread_seconds(process).items()}
            for process, earlier in zip(processes, threads)]
        decoded_then, then = self.answerer.decoded()
        result.decoded = (decoded_then - decoded) / (then - at) if then > at else None
        result.flow = calling.between(before, self.caller.statistics())
        result.memory = [machine.proportional_mib([process]) for process in processes]
        return result

    def end(self):
        self.caller.hang_up()
        time.sleep(1)
