"""`kioskctl network` in the kiosk's site: what it says of a network is what the network does."""

import base64
import contextlib
import hashlib
import hmac
import json
import os
import subprocess
import time

import pytest

import namespaces
from servers import InternetSwitchboard, Relay, SiteKiosk


@pytest.fixture
def look(programs, tmp_path):
    """Looks from the kiosk's site through `wall`: (exit status, report)."""
    with contextlib.ExitStack() as stack:
        def run(wall=None, credential=None, by_itself=False):
            internet = stack.enter_context(namespaces.Internet())
            internet.kiosk.nat("restricted")
            internet.doctor.nat("restricted")
            relay = stack.enter_context(Relay(tmp_path / "relay"))
            board = stack.enter_context(InternetSwitchboard(programs, tmp_path / "switchboard", relay))
            network = {"authorities": str(relay.authority)}
            if credential:
                username = str(int(time.time()) + 600)
                network["iceServers"] = [
                    {"urls": [url], "username": username, "credential": credential(relay, username)}
                    for url in relay.urls()]
            kiosk = stack.enter_context(SiteKiosk(programs, tmp_path / "kiosk", board.url, network=network))
            kiosk.wait_until_joined()
            if wall:
                internet.kiosk.firewall(wall)
            site = [] if by_itself else ["--site", kiosk.site_file]
            done = subprocess.run(
                ["ip", "netns", "exec", "cp-kiosk", programs / "kioskctl", "network", *site, "--json"],
                env=dict(os.environ, XDG_RUNTIME_DIR=str(kiosk.runtime)), capture_output=True, text=True, timeout=30)
            if by_itself:
                assert kiosk.status()["network"]["level"] == json.loads(done.stdout)["level"]
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


def minted(relay, username):
    """What coturn's use-auth-secret takes for the user's password."""
    secret = relay.secret_file.read_text().strip().encode()
    return base64.b64encode(hmac.new(secret, username.encode(), hashlib.sha1).digest()).decode()


@pytest.mark.parametrize("by_itself", [True, False], ids=["kioskd", "kioskctl"])
def test_credentials_are_tried_on_every_way(look, by_itself):
    status, report = look(credential=minted, by_itself=by_itself)
    relays = [server for server in report["servers"] if server["url"].startswith("turn")]
    assert status == 0 and len(relays) == 3 and {server.get("credentials") for server in relays} == {"granted"}, report


def test_wrong_credentials_are_named(look):
    status, report = look(credential=lambda relay, username: "wrong", by_itself=True)
    assert status == 1 and report["findings"][0].startswith("No relay lets this kiosk in"), report
    assert "does not know this kiosk's user name and password" in report["findings"][1], report
