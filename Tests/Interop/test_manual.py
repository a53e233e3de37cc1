"""The manual pages say what the programs themselves say."""

import re
import subprocess

import pytest

from shared import ROOT

OPTION = re.compile(r"--[a-z][a-z-]*")


def page(name):
    return (ROOT / "board" / "debian" / name).read_text().replace("\\-", "-")


@pytest.mark.parametrize("program, name", [
    ("kioskd", "kioskd.8"), ("kiosk-mediad", "kiosk-mediad.8"), ("switchboard", "switchboard.8")])
def test_every_option_is_in_the_page_and_no_other(programs, program, name):
    done = subprocess.run([programs / program, "--help"], capture_output=True, text=True, check=True)
    assert set(OPTION.findall(page(name))) == set(OPTION.findall(done.stdout))


def test_every_command_is_in_the_page(programs):
    done = subprocess.run([programs / "kioskctl", "--help"], capture_output=True, text=True, check=True)
    listed = re.findall(r"^  ([a-z]+) ", done.stdout.split("SUBCOMMANDS:")[1], re.MULTILINE)
    commands = page("kioskctl.1").split(".SH COMMANDS")[1].split(".SH EXIT")[0]
    assert len(listed) >= 11
    for command in listed:
        assert re.search(rf'^\.BR? "?{command}\b', commands, re.MULTILINE), command
