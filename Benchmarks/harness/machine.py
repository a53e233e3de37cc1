"""What processes cost, by /proc, and what the machine is."""

import os
import pathlib
import platform
import time

TICKS = os.sysconf("SC_CLK_TCK")


def fields(pid):
    """(parent, CPU seconds) of a process and of the children it has waited for."""
    text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    after = text[text.rindex(")") + 2 :].split()
    return int(after[1]), sum(int(value) for value in after[11:15]) / TICKS


def tree(root):
    """The process and all below it."""
    children = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                children.setdefault(fields(entry.name)[0], []).append(int(entry.name))
            except OSError:
                continue
    found, waiting = [], [root]
    while waiting:
        found.append(waiting.pop())
        waiting += children.get(found[-1], [])
    return found


def seconds(pids):
    total = 0.0
    for pid in pids:
        try:
            total += fields(pid)[1]
        except OSError:
            continue
    return total


def proportional_mib(pids):
    """Memory with what is shared divided among those who share it (PSS)."""
    total = 0
    for pid in pids:
        try:
            lines = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def idle_seconds():
    """Seconds that all cores together have been idle since the machine started."""
    values = pathlib.Path("/proc/stat").read_text().splitlines()[0].split()
    return (int(values[4]) + int(values[5])) / TICKS


def thread_seconds(pid):
    """CPU seconds by the threads' names."""
    found = {}
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        try:
            text = (task / "stat").read_text()
        except OSError:
            continue
        after = text[text.rindex(")") + 2 :].split()
        name = text[text.index("(") + 1 : text.rindex(")")]
        found[name] = found.get(name, 0) + (int(after[11]) + int(after[12])) / TICKS
    return found


class Window:
    """CPU of some processes between its making and `end`, in seconds per second; and how many cores were idle."""

    def __init__(self, pids):
        self.pids = pids
        self.start = (seconds(pids), time.monotonic(), idle_seconds())

    def end(self):
        wall = time.monotonic() - self.start[1]
        return (seconds(self.pids) - self.start[0]) / wall, (idle_seconds() - self.start[2]) / wall


def description():
    """The machine in one line."""
    model = next(
        (line.split(":", 1)[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
         if line.startswith("model name")), platform.machine())
    return f"{os.cpu_count()} x {model}, {platform.system()} {platform.release()}, load {os.getloadavg()[0]:.1f}"


def epoch_milliseconds(monotonic_seconds):
    """An instant of the monotonic clock as milliseconds since 1970, as browsers count."""
    return (time.time() - time.monotonic() + monotonic_seconds) * 1000
