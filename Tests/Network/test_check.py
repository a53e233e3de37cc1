"""`kioskctl network` in the kiosk's site: what it says of a network is what the network does."""

import contextlib
import json
import os
import subprocess

import pytest

import namespaces
from servers import InternetSwitchboard, Relay, SiteKiosk


@pytest.fixture
def look(programs, tmp_path):
    """Looks from the kiosk's site through `wall`: (exit status, report)."""
    with contextlib.ExitStack() as stack:
        def run(wall=None):
            internet = stack.enter_context(namespaces.Internet())
            internet.kiosk.nat("restricted")
            internet.doctor.nat("restricted")
            relay = stack.enter_context(Relay(tmp_path / "relay"))
            board = stack.enter_context(InternetSwitchboard(programs, tmp_path / "switchboard", relay))
            kiosk = stack.enter_context(
                SiteKiosk(programs, tmp_path / "kiosk", board.url, network={"authorities": str(relay.authority)}))
            kiosk.wait_until_joined()
            if wall:
                internet.kiosk.firewall(wall)
            done = subprocess.run(
                ["ip", "netns", "exec", "cp-kiosk", programs / "kioskctl", "network", "--site", kiosk.site_file, "--json"],
                env=dict(os.environ, XDG_RUNTIME_DIR=str(kiosk.runtime)), capture_output=True, text=True, timeout=30)
            return done.returncode, json.loads(done.stdout)
        yield run


def answers(report):
    return {server["url"]: server["answers"] for server in report["servers"]}


def test_an_open_network_is_well(look):
    status, report = look()
    # The servers are what the switchboard has told the kiosk: the site file has none.
    assert status == 0 and report["level"] == "well" and not report["findings"], report
    assert answers(report) == {
        f"stun:{namespaces.TURN}:3478": True, f"turn:{namespaces.TURN}:3478": True,
        f"turn:{namespaces.TURN}:3478?transport=tcp": True, f"turns:{namespaces.TURN}:443": True}
    assert report["servers"][0]["mappedAddress"] == "11.0.1.2"
    assert abs(report["signalling"]["clockAheadSeconds"]) <= 2


def test_blocked_udp_is_named(look):
    status, report = look("meta l4proto udp")
    assert status == 1 and report["findings"][0] == "This network blocks UDP: calls use the TLS relay.", report


def test_no_way_out_is_named(look):
    status, report = look("ip daddr 11.0.0.10")
    assert status == 2 and "no relay is reached" in report["findings"][0], report


def test_a_call_server_out_of_reach_is_named(look):
    status, report = look("ip daddr 11.0.0.20")
    assert status == 2 and report["findings"][0].startswith("The call server cannot be reached"), report
