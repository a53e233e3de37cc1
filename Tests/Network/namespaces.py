"""A small internet of network namespaces: a kiosk's site and a doctor's site, each behind a router, and servers between.

    kiosk 192.168.1.2 ── router 11.0.1.2 ── internet ── router 11.0.2.2 ── doctor 192.168.2.2
                                               │
                                    servers 11.0.0.10 (TURN), 11.0.0.20 (switchboard)

The doctor's site is the namespace that the tests themselves run in, so that Selenium reaches its browser by loopback.
The addresses of the internet are real ones, because the relay refuses peers in networks for private or special use.
"""

import ctypes
import os
import subprocess

CLONE_NEWNET = 0x40000000
INTERNET, SERVERS = "cp-internet", "cp-servers"
TURN, SWITCHBOARD = "11.0.0.10", "11.0.0.20"
TURN6, SWITCHBOARD6 = "2a0b:1::10", "2a0b:1::20"


def why_not() -> str | None:
    """Why there can be no namespaces here; None if there can."""
    if os.geteuid() != 0:
        return "namespaces need root"
    for tool in ("ip", "nft", "turnserver"):
        if subprocess.run(["sh", "-c", f"command -v {tool}"], capture_output=True).returncode:
            return f"there is no {tool} on this machine"
    probe = f"cp-probe-{os.getpid()}"
    made = subprocess.run(["ip", "netns", "add", probe], capture_output=True, text=True)
    subprocess.run(["ip", "netns", "del", probe], capture_output=True)
    return f"network namespaces cannot be made here: {made.stderr.strip()}" if made.returncode else None


def run(*command, check=True):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    if check and done.returncode:
        raise AssertionError(f"{' '.join(map(str, command))}: {done.stderr.strip()}")
    return done


def become_the_doctor():
    """Moves this process, and what it will start, into a network namespace of its own. Once, before there are threads."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "unshare")
    run("ip", "link", "set", "lo", "up")


class Site:
    """A local network behind a router. `namespace` is None for the one the tests run in."""

    def __init__(self, internet: "Internet", number: int, namespace: str | None, families=(4,)):
        self.internet, self.number, self.namespace = internet, number, namespace
        self.router = f"cp-router{number}"
        self.families = families
        self.host4, self.gateway4, self.public4 = f"192.168.{number}.2", f"192.168.{number}.1", f"11.0.{number}.2"
        self.host6, self.gateway6 = f"2a0b:10{number}::2", f"2a0b:10{number}::1"
        for name in filter(None, (namespace, self.router)):
            internet.add(name)
        self.plug("eth0", "lan0")
        internet.link(self.router, "wan0", INTERNET, f"site{number}")
        if 4 in families:
            self.give("eth0", self.host4, self.gateway4)
            self.at_router("ip", "addr", "add", f"{self.gateway4}/24", "dev", "lan0")
            self.at_router("ip", "addr", "add", f"{self.public4}/24", "dev", "wan0")
            internet.at(INTERNET, "ip", "addr", "add", f"11.0.{number}.1/24", "dev", f"site{number}")
            self.at_router("ip", "route", "add", "default", "via", f"11.0.{number}.1")
        if 6 in families:
            self.at_router("ip", "addr", "add", f"{self.gateway6}/64", "dev", "lan0", "nodad")
            self.at_router("ip", "addr", "add", f"2a0b:20{number}::2/64", "dev", "wan0", "nodad")
            internet.at(INTERNET, "ip", "addr", "add", f"2a0b:20{number}::1/64", "dev", f"site{number}", "nodad")
            self.at_router("ip", "route", "add", "default", "via", f"2a0b:20{number}::1")
            internet.at(INTERNET, "ip", "route", "add", f"2a0b:10{number}::/64", "via", f"2a0b:20{number}::2")
            self.here("ip", "addr", "add", f"{self.host6}/64", "dev", "eth0", "nodad")
            self.here("ip", "route", "add", "default", "via", self.gateway6)

    def here(self, *command, check=True):
        return self.internet.at(self.namespace, *command, check=check)

    def at_router(self, *command, check=True):
        return self.internet.at(self.router, *command, check=check)

    def plug(self, device, port):
        """A cable from the host's `device` to the router's `port`."""
        self.internet.link(self.namespace, device, self.router, port)

    def give(self, device, address, gateway):
        self.here("ip", "addr", "add", f"{address}/24", "dev", device)
        self.here("ip", "route", "replace", "default", "via", gateway, "dev", device)

    def route(self):
        """No translation: the internet knows the way to this site's own addresses."""
        self.internet.at(
            INTERNET, "ip", "route", "add", f"192.168.{self.number}.0/24", "via", self.public4)

    def nat(self, kind):
        """`cone`: whoever is outside may send to a mapping. `restricted`: only whom one has sent to, by address and port.
        `symmetric`: besides, a mapping of its own for each destination."""
        masquerade = "masquerade random,fully-random" if kind == "symmetric" else "masquerade persistent"
        inbound = f'iifname "wan0" udp dport 1024-65535 dnat to {self.host4}' if kind == "cone" else "accept"
        self.rules(f"""
            table ip nat {{
                chain out {{ type nat hook postrouting priority srcnat; oifname "wan0" {masquerade}; }}
                chain in {{ type nat hook prerouting priority dstnat; {inbound}; }}
            }}
            table ip filter {{
                # A packet that comes before a mapping is dropped and leaves no trace; taken for the router's own it would
                # keep the mapping from its port.
                chain input {{ type filter hook input priority filter; iifname "wan0" meta l4proto udp drop; }}
                chain forward {{ type filter hook forward priority filter; policy drop;
                    ct state established,related accept
                    iifname "lan*" accept
                    {f'ct status dnat accept' if kind == 'cone' else ''}
                }}
            }}""")

    def firewall(self, rule):
        """Drops what `rule` matches of what leaves the site."""
        self.rules(f"""
            table inet wall {{
                chain forward {{ type filter hook forward priority filter - 1; {rule} drop; }}
            }}""")

    def rules(self, text):
        subprocess.run(
            ["ip", "netns", "exec", self.router, "nft", "-f", "-"], input=text, text=True, check=True)


class Internet:
    """Everything; `close` takes it away again."""

    def __init__(self, families=(4,)):
        self.names = []
        self.links = []
        self.close()  # what a killed run may have left
        self.add(INTERNET)
        self.add(SERVERS)
        self.link(SERVERS, "eth0", INTERNET, "servers")
        self.at(SERVERS, "sysctl", "-qw", "net.ipv4.ip_unprivileged_port_start=0")
        if 4 in families:
            for address in (TURN, SWITCHBOARD):
                self.at(SERVERS, "ip", "addr", "add", f"{address}/24", "dev", "eth0")
            self.at(INTERNET, "ip", "addr", "add", "11.0.0.1/24", "dev", "servers")
            self.at(SERVERS, "ip", "route", "add", "default", "via", "11.0.0.1")
        if 6 in families:
            for address in (TURN6, SWITCHBOARD6):
                self.at(SERVERS, "ip", "addr", "add", f"{address}/64", "dev", "eth0", "nodad")
            self.at(INTERNET, "ip", "addr", "add", "2a0b:1::1/64", "dev", "servers", "nodad")
            self.at(SERVERS, "ip", "route", "add", "default", "via", "2a0b:1::1")
        self.kiosk = Site(self, 1, "cp-kiosk", families)
        self.doctor = Site(self, 2, None, families)

    def add(self, name):
        run("ip", "netns", "add", name)
        self.names.append(name)
        self.at(name, "ip", "link", "set", "lo", "up")
        if name.startswith(("cp-router", INTERNET)):
            self.at(name, "sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1")

    def at(self, name, *command, check=True):
        return run(*(["ip", "netns", "exec", name] if name else []), *command, check=check)

    def link(self, one, device, other, port):
        """Cables and switches them on. A device must not look like a container's, which the kiosk leaves out."""
        mine, theirs = f"t{len(self.links)}a", f"t{len(self.links)}b"
        self.links.append(mine)
        run("ip", "link", "add", mine, "type", "veth", "peer", "name", theirs)
        for temporary, place, name in ((mine, one, device), (theirs, other, port)):
            if place:
                run("ip", "link", "set", temporary, "netns", place)
            self.at(place, "ip", "link", "set", temporary, "name", name)
            self.at(place, "ip", "link", "set", name, "up")

    def close(self):
        left = run("ip", "netns", "list", check=False).stdout.split()
        for name in [n for n in left if n.startswith("cp-")]:
            run("ip", "netns", "del", name, check=False)
        # The doctor's end goes with its other end, but not at once.
        run("ip", "link", "del", "eth0", check=False)
        self.names, self.links = [], []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
