"""A doctor calls the kiosk: real Chromium, real switchboard, real coturn, and between them what clinics have."""

import contextlib
import re
import sys
import time

import pytest

import media
import namespaces
from console import Console
from programs import wait_for
from servers import InternetSwitchboard, Relay, SiteKiosk, doctors_browser

short = pytest.mark.short


class Clinic:
    """Both sites, the servers, the kiosk and the doctor's console."""

    def __init__(self, programs, folder, families=(4,), kiosk=None, doctor=None, wall=None, network=None, page="",
                 ways=("stun", "udp", "tcp", "tls")):
        self.stack = contextlib.ExitStack()
        try:
            self.internet = self.stack.enter_context(namespaces.Internet(families))
            for site, nat in ((self.internet.kiosk, kiosk), (self.internet.doctor, doctor)):
                if nat:
                    site.nat(nat)
                elif 4 in families:
                    site.route()
            if wall:
                self.internet.kiosk.firewall(wall)
            self.relay = self.stack.enter_context(Relay(folder / "relay", families))
            address = namespaces.SWITCHBOARD if 4 in families else namespaces.SWITCHBOARD6
            self.switchboard = self.stack.enter_context(
                InternetSwitchboard(programs, folder / "switchboard", self.relay, address, ways))
            self.kiosk = self.stack.enter_context(SiteKiosk(
                programs, folder / "kiosk", self.switchboard.url,
                network=dict({"authorities": str(self.relay.authority)}, **(network or {}))))
            self.kiosk.wait_until_joined()
            self.browser = self.stack.enter_context(doctors_browser(self.switchboard.url))
            self.console = Console(self.browser, self.switchboard.url + page)
        except BaseException:
            self.stack.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stack.close()

    def frame(self):
        picture = media.picture(self.browser, "#remote")
        return picture and picture["frame"]

    def picture_moves(self, timeout=20):
        """Seconds until a new picture of the kiosk's is seen."""
        start, first = time.monotonic(), None
        while time.monotonic() - start < timeout:
            number = self.frame()
            if number is not None and first is not None and number > first:
                return time.monotonic() - start
            first = number if first is None else first
            time.sleep(0.1)
        raise AssertionError(f"the kiosk's picture does not move; the last number seen: {self.frame()}")

    def picture_returns(self, timeout=20):
        """Seconds from now until the picture moves again; what is still on its way at first does not count."""
        time.sleep(1.5)
        return 1.5 + self.picture_moves(timeout)

    def call(self, timeout=30):
        self.console.call()
        self.console.wait_for_phase("inCall", timeout)
        self.picture_moves()
        # And the other way: the picture on the kiosk's display comes from the doctor's camera.
        wait_for(lambda: self.statistic("inbound-rtp/video/framesDecoded") > 10, 15, "the kiosk decodes the doctor's picture")

    def statistic(self, name):
        return self.kiosk.control("stats").get("call", {}).get(name, 0)

    def path(self):
        """The kinds of the candidates that the browser's call runs over: (own, the kiosk's)."""
        return tuple(self.browser.run_async("""
            const stats = await window.peers.at(-1).getStats();
            const all = [...stats.values()];
            const transport = all.find(s => s.type === 'transport');
            const pair = stats.get(transport.selectedCandidatePairId);
            return [stats.get(pair.localCandidateId).candidateType, stats.get(pair.remoteCandidateId).candidateType];
        """))

    def signalling_is_back(self):
        """The kiosk speaks to the switchboard again, from wherever it now is."""
        wait_for(lambda: self.kiosk.status()["online"] and self.console.phase == "inCall", 15, "the kiosk is back at the switchboard")
        wait_for(lambda: self.console.kiosk_state() == "inCall", 15, "the console sees the kiosk in the call")

    def hang_up(self):
        self.console.click("hangup")
        self.kiosk.wait_for_phase("idle")


@pytest.fixture
def clinic(programs, tmp_path):
    with contextlib.ExitStack() as stack:
        def build(**options):
            return stack.enter_context(Clinic(programs, tmp_path, **options))
        build.log_tail = lambda: "\n\n".join(
            f"-- {log.parent.name}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-40:])
            for log in sorted(tmp_path.glob("*/log.txt")))
        yield build


# ---- NATs

@short
def test_without_nat_the_call_is_direct(clinic):
    """Both sites' routers only forward: what two clinics of one network are to each other."""
    c = clinic()
    c.call()
    assert c.path() == ("host", "host")
    c.hang_up()


@pytest.mark.parametrize("kiosk,doctor", [
    ("cone", "cone"), ("restricted", "restricted"), ("cone", "symmetric"), ("symmetric", "cone"),
    pytest.param("symmetric", "symmetric", marks=short), ("restricted", "symmetric"), ("symmetric", "restricted"),
])
def test_behind_nats(clinic, kiosk, doctor):
    c = clinic(kiosk=kiosk, doctor=doctor)
    c.call()
    kinds = c.path()
    if "symmetric" in (kiosk, doctor) and "cone" not in (kiosk, doctor):
        assert "relay" in kinds, f"only a relay joins {kiosk} and {doctor}: {kinds}"
    else:
        assert "relay" not in kinds, f"{kiosk} and {doctor} need no relay: {kinds}"
    c.hang_up()


# ---- firewalls

@pytest.mark.parametrize("wall", [
    pytest.param("meta l4proto udp", id="udp-blocked"),
    pytest.param("tcp dport != 443", id="only-443", marks=short),
])
def test_behind_a_firewall(clinic, wall):
    rule = wall if wall.startswith("meta") else "meta l4proto udp drop; iifname \"lan*\" tcp dport != 443"
    c = clinic(kiosk="restricted", doctor="restricted", wall=rule)
    c.call()
    assert "relay" in c.path()
    c.hang_up()


@short
def test_no_udp_and_no_relay(clinic):
    """The browser connects to the kiosk by TCP, and media go straight through that."""
    c = clinic(wall="meta l4proto udp", ways=())
    c.call()
    assert "relay" not in c.path()
    assert c.statistic("candidate-pair/tcp") == 1
    c.hang_up()


# ---- policies

def test_relay_only_tells_no_address_of_the_kiosks(clinic):
    c = clinic(kiosk="restricted", doctor="restricted", network={"policy": "relay"})
    c.call()
    told = c.browser.run("return window.peers.at(-1).remoteDescription.sdp")
    seen = c.browser.run_async("""
        const stats = await window.peers.at(-1).getStats();
        return [...stats.values()].filter(s => s.type === 'remote-candidate').map(s => s.address);""")
    assert set(seen) == {namespaces.TURN}, seen
    for private in (c.internet.kiosk.host4, c.internet.kiosk.public4):
        assert private not in told
    c.hang_up()


# Asks the local network for a name, as RFC 6762 §5.1 has it, and prints the address in the first answer.
ASK = """
import socket, struct, sys
own, name = sys.argv[1:]
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind((own, 0)); s.settimeout(2)
question = b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + bytes([0, 0, 1, 0, 1])
s.sendto(struct.pack("!6H", 7, 0, 1, 0, 0, 0) + question, ("224.0.0.251", 5353))
try: print(socket.inet_ntoa(s.recv(1500)[-4:]))
except TimeoutError: print("nobody")
"""


def test_names_in_place_of_the_kiosks_addresses(clinic):
    c = clinic(kiosk="restricted", doctor="restricted", network={"policy": "mdns"})
    c.call()
    told = c.browser.run("return window.peers.at(-1).remoteDescription.sdp")
    names = re.findall(r"[0-9a-f-]{36}\.local", told)
    assert names and c.internet.kiosk.host4 not in told, told
    assert "relay" not in c.path(), "names that cannot be asked for here keep nobody from the direct way"

    def ask():
        return c.internet.kiosk.at_router(sys.executable, "-c", ASK, c.internet.kiosk.gateway4, names[0]).stdout.strip()

    assert ask() == c.internet.kiosk.host4
    c.hang_up()
    assert ask() == "nobody"


def test_both_ends_by_relay_only(clinic):
    c = clinic(kiosk="restricted", doctor="restricted", network={"policy": "relay"}, page="/?relay")
    c.call()
    assert c.path() == ("relay", "relay")
    c.hang_up()


# ---- address families

def test_only_ipv6(clinic):
    c = clinic(families=(6,))
    c.call()
    c.hang_up()


def test_both_families(clinic):
    c = clinic(families=(4, 6), kiosk="symmetric", doctor="symmetric")
    c.call()
    assert "relay" not in c.path(), "over IPv6 nothing is translated"
    c.hang_up()


# ---- a network that changes in a call

def test_the_kiosks_address_changes(clinic):
    c = clinic(kiosk="restricted", doctor="restricted")
    c.call()
    site = c.internet.kiosk
    site.here("ip", "addr", "del", f"{site.host4}/24", "dev", "eth0")
    site.give("eth0", "192.168.1.77", site.gateway4)
    took = c.picture_returns()
    assert took <= 10, f"the picture was back after {took:.1f} s"
    c.signalling_is_back()
    c.hang_up()


def test_the_kiosk_moves_from_cable_to_radio(clinic):
    c = clinic(kiosk="restricted", doctor="restricted")
    site = c.internet.kiosk
    site.plug("wlan0", "lan1")
    site.at_router("ip", "addr", "add", "192.168.9.1/24", "dev", "lan1")
    c.call()
    site.here("ip", "addr", "add", "192.168.9.2/24", "dev", "wlan0")
    site.here("ip", "link", "set", "eth0", "down")
    site.here("ip", "route", "replace", "default", "via", "192.168.9.1", "dev", "wlan0")
    took = c.picture_returns()
    assert took <= 10, f"the picture was back after {took:.1f} s"
    c.signalling_is_back()
    c.hang_up()


def test_the_nat_forgets_its_mappings(clinic):
    c = clinic(kiosk="symmetric", doctor="symmetric")
    c.call()
    # A router that restarts.
    c.internet.kiosk.rules("flush ruleset")
    c.internet.kiosk.nat("symmetric")
    c.internet.kiosk.at_router("conntrack", "-F", check=False)
    took = c.picture_returns()
    assert took <= 10, f"the picture was back after {took:.1f} s"
    assert c.console.phase == "inCall"


def test_the_cable_is_out_for_twenty_seconds(clinic):
    """The browser restarts while nobody hears it; the same address comes back, and with it what had been in use."""
    c = clinic()
    c.call()
    site = c.internet.kiosk
    site.here("ip", "addr", "del", f"{site.host4}/24", "dev", "eth0")
    time.sleep(20)
    site.give("eth0", site.host4, site.gateway4)
    took = c.picture_returns()
    assert took <= 10, f"the picture was back after {took:.1f} s"
    c.signalling_is_back()
    for name in ("inbound-rtp/video/framesDecoded", "inbound-rtp/audio/packetsReceived"):
        before = c.statistic(name)
        wait_for(lambda: c.statistic(name) > before + 20, 10, f"{name} of the kiosk grows")
    # And what the browser offered meanwhile was answered.
    wait_for(lambda: c.browser.run("return window.peers.at(-1).signalingState") == "stable", 10, "the browser's offer is answered")
    c.hang_up()


def test_a_cut_of_five_seconds(clinic):
    c = clinic(kiosk="restricted", doctor="restricted")
    c.call()
    c.internet.at(namespaces.INTERNET, "ip", "link", "set", "site1", "down")
    time.sleep(5)
    c.internet.at(namespaces.INTERNET, "ip", "link", "set", "site1", "up")
    took = c.picture_returns()
    assert took <= 10, f"the picture was back after {took:.1f} s"
    c.hang_up()
