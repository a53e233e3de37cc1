"""Kioskd at a server that behaves as the clinics' existing one, of both generations, called by a page of its own kind."""

import shutil
import subprocess
import urllib.request

import pytest

import media
from console import wait_for_tone
from programs import ROOT, Kiosk, Process, free_port, wait_for


class AncestorServer(Process):
    def __init__(self, folder, generation, port=None):
        super().__init__(folder)
        self.generation = generation
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        here = ROOT / "Tests" / "Interop"
        shutil.copy(here / "ancestor_page.html", folder)
        stock = ROOT / ".venv" / "stock" / "nicegui" / "static" / "socket.io.min.js"
        # The stock client of today speaks protocol 4 only.
        shutil.copy(stock if generation == 4 else here / "socketio2_client.js", folder / "socket.io.js")
        python = ROOT / (".venv" if generation == 4 else ".venv-eio3") / "bin" / "python"
        self.command = [python, here / "ancestor_server.py", self.port, folder]
        self.launch()

    def launch(self):
        self.start(self.command)
        wait_for(lambda: self.faults() == "", what="the ancestor's server answers")

    def faults(self):
        with urllib.request.urlopen(self.url + "/faults", timeout=2) as reply:
            return reply.read().decode()


@pytest.fixture(params=[4, 3], ids=["engine.io-4", "engine.io-3"])
def server(request, tmp_path):
    with AncestorServer(tmp_path / "server", request.param) as running:
        yield running


@pytest.fixture
def kiosk(programs, server, tmp_path):
    with Kiosk(programs, tmp_path / "kiosk", server.url) as running:
        running.wait_until_joined()
        yield running


def open_page(browser, server):
    browser.open(server.url + "/page")
    wait_for(lambda: browser.run("return me.sockId"), what="the page is connected")
    browser.run("enter('101')")
    wait_for(lambda: browser.run("return page.users.length") == 2, what="page and kiosk are in the room")


def check_picture_and_sound(browser, kiosk):
    first = wait_for(lambda: media.picture(browser, "#remote"), 20, "the kiosk's picture shows its frame number")
    later = wait_for(
        lambda: (p := media.picture(browser, "#remote")) and p["frame"] and p["frame"] > first["frame"] + 20 and p,
        10, "the frame number grows")
    assert later["width"] >= 320
    heard = wait_for_tone(browser)
    assert heard["decibels"] > -60


def test_page_calls_kiosk(server, kiosk, browser):
    open_page(browser, server)
    browser.run("call()")
    wait_for(lambda: browser.run("return page.state") == "call", 15, "the kiosk has answered by itself")
    check_picture_and_sound(browser, kiosk)
    browser.run("say('hangupVideo', me)")
    kiosk.wait_for_phase("idle")
    assert server.faults() == ""


def test_kiosk_calls_page(server, kiosk, browser):
    open_page(browser, server)
    kiosk.press()
    wait_for(lambda: browser.run("return page.state") == "ringing", 10, "the page rings")
    browser.run("answer()")
    check_picture_and_sound(browser, kiosk)
    kiosk.press()
    kiosk.wait_for_phase("idle")
    wait_for(lambda: browser.run("return page.state") == "idle", 10, "the page has seen the hang-up")
    assert server.faults() == ""


def test_kiosk_comes_back_after_a_crash(server, kiosk):
    """The server keeps dead users for ever; a kiosk that died must not find its own room full of itself."""
    for _ in range(3):
        kiosk.kill()
        subprocess.run(["pkill", "-P", str(kiosk.child.pid)], check=False)
        kiosk.launch()
        kiosk.wait_until_joined()
    assert server.faults() == ""


def test_kiosk_rejoins_after_the_server_was_killed(server, kiosk):
    server.kill()
    wait_for(lambda: not kiosk.status()["online"], 30, "the kiosk has noticed")
    server.launch()
    kiosk.wait_until_joined(timeout=40)
