"""Calls across NATs and firewalls. Needs root; the whole run moves into a network namespace of its own."""

import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "Interop")]

import namespaces  # noqa: E402
from shared import programs, pytest_runtest_makereport  # noqa: E402, F401

REASON = namespaces.why_not()
if REASON is None:
    namespaces.become_the_doctor()


def pytest_configure(config):
    config.addinivalue_line("markers", "short: the cases that run with every `make test`")


def pytest_collection_modifyitems(items):
    if REASON:
        for item in items:
            item.add_marker(pytest.mark.skip(reason=f"no calls across NATs: {REASON}"))
