"""coturn with the configuration that is shipped, and what the other programs need to stand in namespaces."""

import secrets
import subprocess

import namespaces
from browser import Browser
from programs import ROOT, Kiosk, Process, Switchboard, wait_for


class Relay(Process):
    """The shipped configuration, unchanged but for where it says what it does; a secret made now."""

    def __init__(self, folder, families=(4,)):
        super().__init__(folder)
        self.secret_file = folder / "secret"
        self.secret_file.write_text(secrets.token_hex(24) + "\n")
        self.addresses = [a for f, a in ((4, namespaces.TURN), (6, namespaces.TURN6)) if f in families]
        self.authority, key = folder / "certificate.pem", folder / "key.pem"
        names = ",".join(f"IP:{a}" for a in self.addresses)
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
             "-subj", "/CN=relay", "-addext", f"subjectAltName={names}", "-keyout", key, "-out", self.authority],
            check=True, capture_output=True)
        shipped = (ROOT / "board" / "coturn" / "turnserver.conf").read_text().replace("\nsyslog\n", "\n")
        self.file = folder / "turnserver.conf"
        self.file.write_text(f"{shipped}\nstatic-auth-secret={self.secret_file.read_text().strip()}\nlog-file=stdout\nverbose\n")
        # As the unit does: coturn refuses those who come while it makes its tables.
        subprocess.run(["turnadmin", "--list-admin", "--db", folder / "db"], check=True, capture_output=True)
        command = ["ip", "netns", "exec", namespaces.SERVERS, "turnserver", "-c", self.file, "--pidfile", folder / "pid",
                   "--db", folder / "db", "--cert", self.authority, "--pkey", key]
        for address in self.addresses:
            command += ["-L", address, "-E", address]
        self.start(command)
        wait_for(lambda: "3478" in namespaces.run(
            "ip", "netns", "exec", namespaces.SERVERS, "ss", "-ltn").stdout, what="coturn listens")

    def urls(self, ways=("udp", "tcp", "tls")):
        found = []
        for address in self.addresses:
            host = f"[{address}]" if ":" in address else address
            each = {"udp": f"turn:{host}:3478?transport=udp", "tcp": f"turn:{host}:3478?transport=tcp",
                    "tls": f"turns:{host}:443?transport=tcp", "stun": f"stun:{host}:3478"}
            found += [each[way] for way in ways]
        return found


class InternetSwitchboard(Switchboard):
    """The switchboard on port 443 of its own address, where a firewall that lets the web through lets it through."""

    def __init__(self, programs, folder, relay=None, address=namespaces.SWITCHBOARD, ways=("stun", "udp", "tcp", "tls")):
        self.relay, self.ways, self.address = relay, ways, address
        super().__init__(programs, folder, port=443)
        host = f"[{address}]" if ":" in address else address
        self.url = f"http://{host}:443"

    def launch(self):
        host = f"[{self.address}]" if ":" in self.address else self.address
        command = ["ip", "netns", "exec", namespaces.SERVERS, self.programs / "switchboard", "--listen", f"{host}:443"]
        if self.relay and self.ways:
            for url in self.relay.urls(self.ways):
                command += ["--turn-url", url]
            command += ["--turn-secret-file", self.relay.secret_file]
        self.start(command)
        wait_for(lambda: "listening on" in self.log.read_text(), what="the switchboard listens")


class SiteKiosk(Kiosk):
    """A kiosk in its site's namespace. Its socket for kioskctl is a file, so `control` works from anywhere."""

    def __init__(self, programs, folder, url, network=None, **options):
        network = dict({"authorities": None}, **(network or {}))
        site = {"network": {k: v for k, v in network.items() if v is not None}}
        board = {"network": {"loopback": False, "ipv6": True}}
        super().__init__(programs, folder, url, site=site, board=board, **options)

    def start(self, command, env=None):
        return super().start(["ip", "netns", "exec", "cp-kiosk", *command], env)

    def media_pid(self):
        raise NotImplementedError("kioskd is not our own child here")


# The page's peer connections, for their statistics.
WATCH = """
window.peers = [];
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...options) { super(...options); window.peers.push(this); }
};
"""


def doctors_browser(url):
    """A browser that takes the switchboard's page for one that may open a camera, as HTTPS would be."""
    browser = Browser(arguments=(
        f"--unsafely-treat-insecure-origin-as-secure={url}", "--ignore-certificate-errors",
        "--disable-features=WebRtcHideLocalIpsWithMdns"))
    browser.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})
    return browser
