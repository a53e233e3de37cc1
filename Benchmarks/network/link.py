"""Two network namespaces, and a cable between them that does what real networks do.

The benchmark and its caller stay in a namespace of their own; those who answer are in `THERE`. All that ICE finds is the
cable. Signalling and pages go past it: a `Crossing` carries a port of this side's loopback to the other's."""

import contextlib
import ctypes
import os
import pathlib
import socket
import subprocess
import threading

HERE = pathlib.Path(__file__).parent
CACHE = HERE.parents[1] / ".build" / "bench"
THERE = "bench-there"
NAMESPACE = pathlib.Path("/run/netns") / THERE
ADDRESSES = "10.77.1.1", "10.77.1.2"
CLONE_NEWNET = 0x40000000
#: Put before a command, it runs there, as the same process.
ENTER = ["nsenter", f"--net={NAMESPACE}"]
#: Directions, as seen from those who answer.
TO, FROM = 0, 1  # the numbers that link.c has for them
C = ctypes.CDLL(None, use_errno=True)


def run(*command):
    subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True)


def separate():
    """Moves this process and all that it will start into a new namespace, and makes the other. Once, before there are
    threads; needs root."""
    if os.geteuid() != 0:
        raise SystemExit("error: network namespaces need root: run as root")
    if C.unshare(CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "unshare")
    subprocess.run(["ip", "netns", "del", THERE], capture_output=True)
    run("ip", "netns", "add", THERE)
    run("ip", "link", "set", "lo", "up")
    run(*ENTER, "ip", "link", "set", "lo", "up")


def built():
    """The path of the program that is the cable."""
    program, source = CACHE / "link", HERE / "link.c"
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        CACHE.mkdir(parents=True, exist_ok=True)
        run("gcc", "-O2", "-Wall", "-Wextra", "-o", program, source)
    return program


class Link:
    """The cable. It does nothing to packets until `set`."""

    def __init__(self, log, seed):
        self.log = pathlib.Path(log)
        self.process = subprocess.Popen(
            # What is late here is late for whoever is measured.
            ["nice", "-n", "-10", built(), NAMESPACE, *ADDRESSES, self.log, str(seed)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "ready\n":
            raise OSError("there is no cable between the namespaces")

    def set(self, **values):
        words = " ".join(f"{name}={value}" for name, value in values.items())
        for direction in (TO, FROM):
            self.process.stdin.write(f"{direction} {words}\n")
        self.process.stdin.flush()

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Reading:
    """A tenth of a second of one direction."""

    __slots__ = ("at", "direction", "packets_in", "bytes_in", "lost", "dropped", "packets_out", "bytes_out", "waits", "greatest_wait")

    def __init__(self, line):
        for name, value in zip(self.__slots__, line.split(","), strict=True):
            setattr(self, name, int(value))
        self.at /= 1000


def readings(log, direction):
    """What passed in that direction, oldest first."""
    found = [Reading(line) for line in pathlib.Path(log).read_text().splitlines() if line.count(",") == 9]
    return [reading for reading in found if reading.direction == direction]


class Crossing:
    """`port` of this side's loopback, on the other side's."""

    def __init__(self, port):
        self.port = port
        ready = threading.Event()
        threading.Thread(target=self.listen, args=(ready,), daemon=True).start()
        if not ready.wait(5):
            raise OSError(f"port {port} cannot be had on the other side")

    def listen(self, ready):
        # A thread has a namespace of its own; a socket keeps the one that it was made in.
        with open(NAMESPACE) as there:
            if C.setns(there.fileno(), CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns")
        listener = socket.create_server(("127.0.0.1", self.port))
        ready.set()
        while True:
            near, _ = listener.accept()
            threading.Thread(target=self.carry, args=(near,), daemon=True).start()

    def carry(self, near):
        """On a thread that the listener's has started, which is back on this side only once it says so."""
        with open(f"/proc/{os.getpid()}/task/{os.getpid()}/ns/net") as here, near:
            if C.setns(here.fileno(), CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns")
            try:
                far = socket.create_connection(("127.0.0.1", self.port))
            except OSError:
                return
            with far:
                back = threading.Thread(target=pump, args=(far, near), daemon=True)
                back.start()
                pump(near, far)
                back.join()


def pump(source, sink):
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    for end, way in ((sink, socket.SHUT_WR), (source, socket.SHUT_RD)):
        with contextlib.suppress(OSError):
            end.shutdown(way)
