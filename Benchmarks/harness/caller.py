"""Chromium as the one who calls: the same page, pictures and rates for everybody who answers."""

import functools
import http.server
import pathlib
import threading

from browser import Browser

from . import clip, machine, speech

SIZES = {"640x480": (640, 480, 1_000_000), "1280x720": (1280, 720, 2_000_000)}
# Names of addresses hidden behind mDNS would have to be resolved by everyone who answers, over a multicast network.
PLAIN_ADDRESSES = "--disable-features=WebRtcHideLocalIpsWithMdns"


class Pages:
    """The benchmarks' pages over HTTP on this machine."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    def __init__(self):
        folder = str(pathlib.Path(__file__).resolve().parents[1] / "pages")
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(self.Handler, directory=folder))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def camera_browser(size, arguments=(), binary=None):
    """A browser whose camera shows the clip of that size, and in whose microphone somebody speaks."""
    width, height, _ = SIZES[size]
    camera = f"--use-file-for-fake-video-capture={clip.clip(width, height)}"
    microphone = f"--use-file-for-fake-audio-capture={speech.recording()}"
    return Browser(arguments=(camera, microphone, PLAIN_ADDRESSES, "--mute-audio", *arguments), binary=binary)


def browser_processes(browser):
    """The browser's processes without the driver's."""
    driver = browser.driver.service.process.pid
    return [pid for pid in machine.tree(driver) if pid != driver]


class Caller:
    def __init__(self, pages, size):
        self.width, self.height, self.bitrate = SIZES[size]
        self.browser = camera_browser(size)
        self.browser.open(pages.url + "/caller.html")

    def close(self):
        self.browser.__exit__()

    def enter(self, address, room):
        """Comes into a room at a switchboard; how many are there then."""
        return self.browser.run_async(
            "return await enter(args[0])",
            {"address": address, "room": room, "width": self.width, "height": self.height})

    def call(self, steady=False, timeout=20):
        """Calls whoever is in the room; the marks of the call, milliseconds since 1970."""
        return self.browser.run_async(
            "return await call(args[0])", {"bitrate": self.bitrate, "steady": steady, "timeout": timeout * 1000})

    def statistics(self):
        return self.browser.run_async("return await readStatistics(peer)")

    def record(self):
        self.browser.run("recording = new Recording(peer)")

    def recorded(self):
        """What was counted since `record`, a dictionary four times a second."""
        return self.browser.run("return recording.end()")

    def hang_up(self):
        self.browser.run("hangUp()")


def one(reading, kind_of_report, kind):
    return next((r for r in reading["reports"] if r["type"] == kind_of_report and r.get("kind") == kind), {})


def between(first, last):
    """What went both ways between two readings of the caller's statistics: rates, sizes, freezes."""
    seconds = (last["at"] - first["at"]) / 1000

    def grown(report, name):
        return (one(last, report, "video").get(name) or 0) - (one(first, report, "video").get(name) or 0)

    received, sent = one(last, "inbound-rtp", "video"), one(last, "outbound-rtp", "video")
    return {
        "frames_from": grown("inbound-rtp", "framesDecoded") / seconds,
        "frames_to": grown("outbound-rtp", "framesSent") / seconds,
        "kilobits_from": grown("inbound-rtp", "bytesReceived") * 8 / 1000 / seconds,
        "kilobits_to": grown("outbound-rtp", "bytesSent") * 8 / 1000 / seconds,
        "size_from": f"{received.get('frameWidth')}x{received.get('frameHeight')}",
        "size_to": f"{sent.get('frameWidth')}x{sent.get('frameHeight')}",
        "freezes": grown("inbound-rtp", "freezeCount"),
        "lost": grown("inbound-rtp", "packetsLost"),
    }
