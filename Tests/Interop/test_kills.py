"""What dies in a call, and what the two who speak notice of it."""

import os
import signal
import time

import pytest

import media
from console import Console
from programs import wait_for
from test_console import frame_number, wait_for_closed_devices, wait_for_moving_picture


@pytest.fixture
def call(browser, switchboard, kiosk):
    console = Console(browser, switchboard.url)
    console.call()
    console.wait_for_phase("inCall")
    wait_for_moving_picture(browser)
    return console


def test_media_process_killed_in_a_call(call, browser, kiosk):
    old = kiosk.media_pid()
    os.kill(old, signal.SIGKILL)
    killed = time.monotonic()
    # A new camera counts its frames from the start, so a small number that grows is the new process's picture.
    wait_for(lambda: (n := frame_number(browser)) and n < 200 and n, 10, "the new process's picture is seen", every=0.02)
    back = time.monotonic() - killed
    assert back <= 5, f"the picture was back after {back:.1f} s"
    heard = wait_for(lambda: (t := media.tone(browser, "#remote")) and abs(t["frequency"] - 440) < 25 and t, 10, "the tone is heard again")
    assert heard["decibels"] > -60
    assert kiosk.media_pid() not in (None, old)
    wait_for_moving_picture(browser)
    call.click("hangup")
    kiosk.wait_for_phase("idle")
    wait_for_closed_devices(kiosk)


def test_switchboard_killed_in_a_call(call, browser, switchboard, kiosk):
    switchboard.kill()
    time.sleep(3)
    wait_for_moving_picture(browser)
    switchboard.launch()
    kiosk.wait_until_joined(timeout=40)
    wait_for_moving_picture(browser)
    assert call.phase == "inCall"
    wait_for(lambda: browser.run("return document.getElementById('link').dataset.up") == "true", 20, "the console is connected again")
    wait_for(lambda: call.kiosk_state() == "inCall", 10, "presence shows the call again")
    call.click("hangup")
    kiosk.wait_for_phase("idle")
    wait_for_closed_devices(kiosk)


def test_supervisor_killed_in_a_call(call, kiosk):
    media_process = kiosk.media_pid()
    kiosk.kill()
    killed = time.monotonic()
    wait_for(lambda: open_devices(media_process) == 0, 5, "the media process has closed its sockets and devices", every=0.02)
    assert time.monotonic() - killed <= 1
    wait_for(lambda: not os.path.exists(f"/proc/{media_process}") or state(media_process) == "Z", 5, "the media process has ended")


def state(pid):
    return open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[0]


def open_devices(pid):
    """Threads of the media process that hold a device open; they end with it."""
    try:
        names = [open(f"/proc/{pid}/task/{task}/comm").read().strip() for task in os.listdir(f"/proc/{pid}/task")]
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(name in ("capture", "microphone", "playout") for name in names)


def test_kiosk_terminated_in_a_call_says_goodbye(call, kiosk):
    kiosk.child.send_signal(signal.SIGTERM)
    call.wait_for_phase("idle", timeout=10)
    kiosk.child.wait(10)
    assert kiosk.child.returncode == 0


def test_media_process_holds_nothing_of_the_supervisors(kiosk):
    """A socket that it inherited would keep the next kioskd from its port, and is none of its business."""
    folder = f"/proc/{kiosk.media_pid()}/fd"
    held = {os.readlink(f"{folder}/{fd}") for fd in os.listdir(folder)}
    with open("/proc/net/tcp") as table:
        tcp = {f"socket:[{line.split()[9]}]" for line in table.readlines()[1:]}
    assert not held & tcp
