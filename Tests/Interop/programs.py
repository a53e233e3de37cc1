"""The project's programs as child processes, each in a folder and on ports of its own."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import time
import urllib.request

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(condition, timeout=10.0, what="the condition", every=0.05):
    """Polls until `condition()` is truthy and returns its value; fails with `what` and the last value after `timeout`."""
    deadline = time.monotonic() + timeout
    value = None
    while time.monotonic() < deadline:
        try:
            value = condition()
            if value:
                return value
        except (OSError, ValueError, KeyError) as error:
            value = error
        time.sleep(every)
    raise AssertionError(f"{what}: not within {timeout} s; last seen: {value!r}")


class Process:
    """A child that is ended, and whose output is kept, whatever happens."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.log = folder / "log.txt"
        self.child = None

    def start(self, command, env=None):
        with open(self.log, "ab") as out:
            self.child = subprocess.Popen(
                [str(c) for c in command], stdout=out, stderr=out, stdin=subprocess.DEVNULL, env=env)
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self, with_signal=signal.SIGTERM, timeout=10):
        if self.child is None or self.child.poll() is not None:
            return
        self.child.send_signal(with_signal)
        try:
            self.child.wait(timeout)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
            raise AssertionError(f"{type(self).__name__} did not end within {timeout} s of signal {with_signal}")

    def kill(self):
        self.child.kill()
        self.child.wait()

    def log_tail(self, lines=60):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:]) if self.log.exists() else ""


class Switchboard(Process):
    def __init__(self, programs, folder, port=None, tls=None):
        super().__init__(folder)
        self.programs = programs
        self.port = port or free_port()
        self.tls = tls
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self.launch()

    def launch(self):
        command = [self.programs / "switchboard", "--listen", f"127.0.0.1:{self.port}"]
        if self.tls:
            command += ["--certificate", self.tls[0], "--key", self.tls[1]]
        self.start(command)
        wait_for(self.listening, what="the switchboard listens")

    def listening(self):
        assert self.child.poll() is None, "the switchboard has ended:\n" + self.log_tail()
        with socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True


class Kiosk(Process):
    """kioskd on the virtual board, with its kiosk-mediad, its front panel and its state in `folder`."""

    def __init__(self, programs, folder, url, name="Ward", room="101", answer=None, board=None, site=None, env=None):
        super().__init__(folder)
        self.programs = programs
        self.url = url
        self.env = env or {}
        self.panel_port = free_port()
        self.panel = f"http://127.0.0.1:{self.panel_port}"
        # A socket's path has 107 bytes, which a test's own folder may exceed.
        self.runtime = pathlib.Path(f"/tmp/callpoint-test-{os.getpid()}-{self.panel_port}")
        self.runtime.mkdir(exist_ok=True)
        settings = yaml.safe_load((ROOT / "board" / "virtual.yaml").read_text())
        settings["panel"] = {"listen": f"127.0.0.1:{self.panel_port}"}
        merge(settings, board or {})
        self.board_file = folder / "board.yaml"
        self.board_file.write_text(yaml.safe_dump(settings))
        contents = {
            "kiosk": {"name": name, "room": room},
            "signalling": {"url": url},
            "answer": answer if answer is not None else {"automatic": True, "after": "1s", "from": ["*"]},
        }
        merge(contents, site or {})
        self.site_file = folder / "site.yaml"
        self.site_file.write_text(yaml.safe_dump(contents))
        self.launch()

    def launch(self):
        env = dict(os.environ, XDG_STATE_HOME=str(self.folder), XDG_RUNTIME_DIR=str(self.runtime), **self.env)
        self.start([self.programs / "kioskd", "--board", self.board_file, "--site", self.site_file], env)

    def stop(self, *arguments, **options):
        super().stop(*arguments, **options)
        for left in self.runtime.glob("*"):
            left.unlink()
        if self.runtime.exists():
            self.runtime.rmdir()

    def control(self, *arguments):
        """kioskctl's answer to `arguments`, decoded from its JSON."""
        env = dict(os.environ, XDG_RUNTIME_DIR=str(self.runtime))
        command = [str(self.programs / "kioskctl"), *arguments, "--json"]
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=10)
        if done.returncode != 0:
            raise OSError(f"{command} failed with {done.returncode}: {done.stderr or done.stdout}")
        return json.loads(done.stdout)["result"]

    def status(self):
        return self.control("status")

    def front_panel(self, path="/state.json"):
        with urllib.request.urlopen(self.panel + path, timeout=5) as reply:
            return reply.read()

    def state(self):
        """What the front panel shows, as data."""
        return json.loads(self.front_panel())

    def button(self, action):
        request = urllib.request.Request(
            f"{self.panel}/button/call/{action}", method="POST", headers={"Origin": self.panel})
        urllib.request.urlopen(request, timeout=5).read()

    def press(self):
        self.button("press")
        time.sleep(0.1)
        self.button("release")

    def media_pid(self):
        """The process id of this kioskd's kiosk-mediad, None if there is none."""
        out = subprocess.run(
            ["pgrep", "-P", str(self.child.pid), "-f", "kiosk-mediad"], capture_output=True, text=True).stdout
        return int(out.split()[0]) if out.split() else None

    def wait_until_joined(self, timeout=15):
        wait_for(lambda: self.status()["online"], timeout, "the kiosk has joined its room")

    def wait_for_phase(self, phase, timeout=15):
        """Waits for a state of docs/calls.md."""
        return wait_for(lambda: self.status()["state"] == phase, timeout, f"the kiosk is {phase}")

    def open_devices(self):
        """Those that are open, by the front panel's account of the facts."""
        return {name for name, device in self.state()["devices"].items() if device["open"]}

    def wait_for_closed_devices(self):
        wait_for(lambda: not self.open_devices(), 10, "all devices are closed")
        wait_for(lambda: self.state()["lights"]["camera"] == "off", 5, "the camera's lamp is off")


def merge(into: dict, other: dict):
    for key, value in other.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            merge(into[key], value)
        else:
            into[key] = value
