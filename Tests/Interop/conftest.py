"""What every test here stands on: the built programs as processes, and a real browser."""

import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from browser import Browser  # noqa: E402
from programs import Kiosk, Switchboard  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def programs() -> pathlib.Path:
    """The folder of the release binaries, built by `make build`; CALLPOINT_PROGRAMS names another."""
    folder = pathlib.Path(os.environ.get("CALLPOINT_PROGRAMS", ROOT / ".build" / "release"))
    for name in ("kioskd", "kiosk-mediad", "kioskctl", "switchboard"):
        if not (folder / name).exists():
            pytest.exit(f"{folder / name} is not there: run `make build` first", returncode=2)
    return folder


@pytest.fixture
def switchboard(programs, tmp_path):
    with Switchboard(programs, tmp_path / "switchboard") as running:
        yield running


@pytest.fixture
def kiosk(programs, switchboard, tmp_path):
    """A kiosk on the virtual board, joined to `switchboard` as Ward in room 101, that answers everybody after 1 s."""
    with Kiosk(programs, tmp_path / "kiosk", switchboard.url) as running:
        running.wait_until_joined()
        yield running


@pytest.fixture
def browser():
    with Browser() as running:
        yield running


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failed test prints the end of what each of its processes said."""
    outcome = yield
    report = outcome.get_result()
    if report.when != "call" or not report.failed:
        return
    for value in item.funcargs.values():
        tail = getattr(value, "log_tail", None)
        if tail:
            report.sections.append((f"log of {type(value).__name__}", tail()))
