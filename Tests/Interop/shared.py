"""What the tests here and in Tests/Network share: the built programs, and reports that show their logs."""

import os
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def programs() -> pathlib.Path:
    """The folder of the release binaries, built by `make build`; CALLPOINT_PROGRAMS names another."""
    folder = pathlib.Path(os.environ.get("CALLPOINT_PROGRAMS", ROOT / ".build" / "release"))
    for name in ("kioskd", "kiosk-mediad", "kioskctl", "switchboard"):
        if not (folder / name).exists():
            pytest.exit(f"{folder / name} is not there: run `make build` first", returncode=2)
    return folder


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
