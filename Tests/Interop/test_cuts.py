"""The network between kiosk and clinician is cut in a call, and put back."""

import contextlib
import os
import re
import shutil
import subprocess
import time

import pytest

from console import wait_for_moving_picture, wait_for_tone
from programs import wait_for

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("nft") or subprocess.run(["nft", "list", "ruleset"], capture_output=True).returncode != 0,
    reason="cutting a network needs root and nft")


def ports(pid, kind):
    """The local ports of a process's sockets, kind being `u` or `t`."""
    out = subprocess.run(["ss", f"-{kind}anpH"], capture_output=True, text=True, check=True).stdout
    return {re.search(r":(\d+)\s", line.split(maxsplit=3)[3] + " ")[1] for line in out.splitlines() if f"pid={pid}," in line}


@contextlib.contextmanager
def cut(kiosk):
    """Everything that the kiosk's two processes send or are sent is lost, as if their cable were out."""
    table = f"callpoint-test-{os.getpid()}"
    lost = [("udp", port) for port in ports(kiosk.media_pid(), "u")] + [("tcp", port) for port in ports(kiosk.child.pid, "t") - {str(kiosk.panel_port)}]
    rules = "\n".join(f"{kind} {side} {port} drop" for kind, port in lost for side in ("sport", "dport"))
    subprocess.run(
        ["nft", "-f", "-"], check=True, text=True,
        input=f"table inet {table} {{\n chain cut {{\n type filter hook output priority 0;\n{rules}\n}}\n}}\n")
    try:
        yield
    finally:
        subprocess.run(["nft", "delete", "table", "inet", table], check=True)


def wait_for_both_ways(call, browser, kiosk, within):
    """Pictures and sound of both sides come through again."""
    wait_for_moving_picture(browser)
    wait_for_tone(browser, within)

    def received(name):
        return kiosk.control("stats")["call"][name]

    for name in ("inbound-rtp/video/framesReceived", "inbound-rtp/audio/packetsReceived"):
        before = received(name)
        wait_for(lambda: received(name) > before + 10, within, f"{name} grows")
    silent = received("inbound-rtp/audio/concealedSamples")
    time.sleep(2)
    assert received("inbound-rtp/audio/concealedSamples") - silent < 48_000, "what is played is not what is received"


@pytest.mark.parametrize("seconds, later", [(5, 0), (24, 20)])
def test_a_cut_in_a_call(call, browser, kiosk, seconds, later):
    with cut(kiosk):
        time.sleep(seconds)
    wait_for_both_ways(call, browser, kiosk, 20)
    # The offers of the time without a network arrive when TCP tries again; they must not undo what has come back.
    time.sleep(later)
    wait_for_both_ways(call, browser, kiosk, 5)
    assert call.phase == "inCall"
    assert kiosk.status()["state"] == "inCall"
