"""kioskd and kiosk-mediad as services: what they tell systemd, and what they take from it. The test plays systemd."""

import json
import os
import pathlib
import select
import signal
import socket
import subprocess
import threading
import time

import pytest

from console import Console, wait_for_moving_picture
from programs import Kiosk, free_port, wait_for


class Listener:
    """The end of $NOTIFY_SOCKET that systemd holds."""

    def __init__(self, folder):
        self.path = f"/tmp/callpoint-notify-{os.getpid()}-{free_port()}"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.heard = []
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            try:
                text = self.socket.recv(4096).decode()
            except OSError:
                return
            self.heard += [(time.monotonic(), line) for line in text.split("\n")]

    def lines(self):
        return [line for _, line in self.heard]

    def close(self):
        self.socket.close()
        os.unlink(self.path)


@pytest.fixture
def manager(tmp_path):
    listener = Listener(tmp_path)
    yield listener
    listener.close()


def test_kioskd_tells_how_it_is_doing(programs, switchboard, tmp_path, manager):
    env = {"NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "2000000"}
    with Kiosk(programs, tmp_path / "kiosk", switchboard.url, env=env) as kiosk:
        wait_for(lambda: "READY=1" in manager.lines(), 10, "READY=1")
        kiosk.wait_until_joined()
        kiosk.control("call")
        wait_for(lambda: "STATUS=calling" in manager.lines(), 5, "STATUS=calling")
        kiosk.control("hangup")
        began = time.monotonic()
        wait_for(lambda: time.monotonic() - began > 4, 6)
        beats = [at for at, line in manager.heard if line == "WATCHDOG=1"]
        gaps = [b - a for a, b in zip(beats, beats[1:])]
        assert len(beats) >= 6 and max(gaps) < 2, gaps
        # Its child must not speak in its place.
        environment = pathlib.Path(f"/proc/{kiosk.media_pid()}/environ").read_bytes()
        assert b"NOTIFY_SOCKET" not in environment and b"WATCHDOG" not in environment
        os.kill(kiosk.child.pid, signal.SIGSTOP)
        time.sleep(0.5)
        silent = len(manager.heard)
        time.sleep(2)
        assert len(manager.heard) == silent, "a frozen kioskd feeds no watchdog"
        os.kill(kiosk.child.pid, signal.SIGCONT)
    assert "STOPPING=1" in manager.lines()


def test_a_site_file_that_is_a_credential(programs, switchboard, tmp_path):
    with Kiosk(programs, tmp_path / "kiosk", switchboard.url) as kiosk:
        kiosk.stop()
        kiosk.runtime.mkdir(exist_ok=True)
        secret = tmp_path / "credentials"
        secret.mkdir()
        kiosk.site_file.rename(secret / "site.yaml")
        kiosk.site_file = "credential:site.yaml"
        kiosk.env = {"CREDENTIALS_DIRECTORY": str(secret)}
        kiosk.launch()
        kiosk.wait_until_joined()


class Activation:
    """A socket unit: listens, starts kiosk-mediad for whoever connects, and again when it has ended."""

    def __init__(self, programs, board, path, env):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.bind(str(path))
        self.socket.listen(4)
        self.command = [str(programs / "kiosk-mediad"), "--board", str(board)]
        self.env, self.child, self.starts, self.ends = env, None, 0, False
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.ends:
            if not select.select([self.socket], [], [], 0.1)[0]:
                continue
            listener = self.socket.fileno()

            def pass_listener():
                os.dup2(listener, 3, inheritable=True)

            # The variable names the process that the shell becomes.
            self.child = subprocess.Popen(
                ["sh", "-c", 'LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"', "sh", *self.command],
                pass_fds=[3] if listener == 3 else [], close_fds=False, preexec_fn=pass_listener,
                env=dict(os.environ, **self.env))
            self.starts += 1
            self.child.wait()

    def close(self):
        self.ends = True
        if self.child and self.child.poll() is None:
            self.child.kill()
        self.thread.join(5)
        self.socket.close()


def test_a_media_process_that_systemd_starts(programs, switchboard, browser, tmp_path, manager):
    with Kiosk(programs, tmp_path / "kiosk", switchboard.url) as kiosk:
        kiosk.stop()
        kiosk.runtime.mkdir(exist_ok=True)
        env = {"NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "3000000"}
        unit = Activation(programs, kiosk.board_file, kiosk.runtime / "kiosk-mediad.sock", env)
        try:
            kiosk.launch()
            kiosk.wait_until_joined()
            assert kiosk.media_pid() is None, "kioskd has a child of its own"
            console = Console(browser, switchboard.url)
            console.call()
            console.wait_for_phase("inCall")
            wait_for_moving_picture(browser)
            assert unit.starts == 1 and "READY=1" in manager.lines()
            beats = lambda: manager.lines().count("WATCHDOG=1")
            fed = beats()
            wait_for(lambda: beats() >= fed + 3, 5, "the watchdog is fed")
            # Frozen, it is not fed; the test ends the process, as systemd does.
            unit.child.send_signal(signal.SIGSTOP)
            time.sleep(1)
            fed = beats()
            time.sleep(2.5)
            assert beats() == fed
            unit.child.kill()
            wait_for(lambda: unit.starts >= 2, 15, "another is started")
            wait_for_moving_picture(browser)
            assert kiosk.status()["media"]["losses"] >= 1
        finally:
            unit.close()


@pytest.fixture
def wall_clock(tmp_path):
    """A file: the seconds in it are added to the wall clock of whoever runs in this environment."""
    library = tmp_path / "clock.so"
    source = pathlib.Path(__file__).with_name("clock.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, source], check=True)
    file = tmp_path / "clock"
    file.write_text("0")
    return file, {"LD_PRELOAD": str(library), "CALLPOINT_CLOCK": str(file)}


def test_the_clock_jumps_by_years_in_a_call(programs, switchboard, browser, tmp_path, wall_clock):
    file, env = wall_clock
    with Kiosk(programs, tmp_path / "kiosk", switchboard.url, env=env) as kiosk:
        kiosk.wait_until_joined()
        console = Console(browser, switchboard.url)
        console.call()
        console.wait_for_phase("inCall")
        wait_for_moving_picture(browser)
        for years in (10, -20, 30):
            file.write_text(str(years * 31_557_600))
            wait_for_moving_picture(browser)
            time.sleep(2)
            assert kiosk.status()["state"] == "inCall" and kiosk.status()["online"]
        wait_for_moving_picture(browser)
        console.click("hangup")
        kiosk.wait_for_phase("idle")
        entry = json.loads((kiosk.folder / "calls.log").read_text().splitlines()[-1])
        assert 5_000 < entry["durationMilliseconds"] < 90_000, entry
        # That the jump reached the process at all.
        assert abs(entry["ended"] / 1000 - time.time() - 30 * 31_557_600) < 60
        assert kiosk.status()["media"]["losses"] == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts a small disk")
def test_a_disk_without_a_free_byte(programs, switchboard, browser, tmp_path):
    folder = tmp_path / "kiosk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", folder], check=True)
    try:
        with Kiosk(programs, folder, switchboard.url) as kiosk:
            kiosk.wait_until_joined()
            with open(folder / "filler", "wb", buffering=0) as filler:
                try:
                    while True:
                        filler.write(b"x" * 512)
                except OSError:
                    pass
            console = Console(browser, switchboard.url)
            console.call()
            console.wait_for_phase("inCall")
            wait_for_moving_picture(browser)
            console.click("hangup")
            kiosk.wait_for_phase("idle")
            assert kiosk.control("stats")["kioskd"]["callLogLosses"] == 1
            (folder / "filler").unlink()
            console.call()
            console.wait_for_phase("inCall")
            console.click("hangup")
            kiosk.wait_for_phase("idle")
            assert len((folder / "calls.log").read_text().splitlines()) == 1
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
