"""What every test here stands on: the built programs as processes, and a real browser."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from browser import Browser  # noqa: E402
from console import Console, wait_for_moving_picture  # noqa: E402
from programs import Kiosk, Switchboard  # noqa: E402
from shared import programs, pytest_runtest_makereport  # noqa: E402, F401


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


@pytest.fixture
def call(browser, switchboard, kiosk):
    """The console of a clinician who is in a call with `kiosk` and sees it."""
    console = Console(browser, switchboard.url)
    console.call()
    console.wait_for_phase("inCall")
    wait_for_moving_picture(browser)
    return console
