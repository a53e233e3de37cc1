"""What dies in a call, and what the two who speak notice of it."""

import os
import signal
import time

from console import frame_number, wait_for_moving_picture, wait_for_tone
from programs import wait_for


def test_media_process_killed_in_a_call(call, browser, kiosk):
    old = kiosk.media_pid()
    os.kill(old, signal.SIGKILL)
    killed = time.monotonic()
    # A new camera counts its frames from the start, so a small number that grows is the new process's picture.
    wait_for(lambda: (n := frame_number(browser)) and n < 200 and n, 10, "the new process's picture is seen", every=0.02)
    back = time.monotonic() - killed
    assert back <= 5, f"the picture was back after {back:.1f} s"
    heard = wait_for_tone(browser)
    assert heard["decibels"] > -60
    assert kiosk.media_pid() not in (None, old)
    wait_for_moving_picture(browser)
    call.click("hangup")
    kiosk.wait_for_phase("idle")
    kiosk.wait_for_closed_devices()


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
    kiosk.wait_for_closed_devices()


def test_supervisor_killed_in_a_call(call, kiosk):
    media_process = kiosk.media_pid()
    kiosk.kill()
    killed = time.monotonic()
    wait_for(lambda: open_devices(media_process) == 0, 5, "the media process has closed its sockets and devices", every=0.02)
    assert time.monotonic() - killed <= 1
    wait_for(lambda: not os.path.exists(f"/proc/{media_process}") or state(media_process) == "Z", 5, "the media process has ended")


def test_the_console_learns_of_a_kiosk_that_started_anew(call, kiosk):
    kiosk.kill()
    kiosk.launch()
    kiosk.wait_until_joined(timeout=20)
    wait_for(lambda: call.phase in ("ended", "idle"), 10, "the console's call is over")
    wait_for(lambda: call.kiosk_state() == "idle", 10, "the kiosk can be called")


def test_media_process_frozen_in_a_call(call, browser, kiosk):
    """It is killed after 3 s without a sign of life, and the call goes on with a new one."""
    old = kiosk.media_pid()
    os.kill(old, signal.SIGSTOP)
    frozen = time.monotonic()
    wait_for(lambda: not os.path.exists(f"/proc/{old}") or state(old) == "Z", 6, "the frozen process is killed", every=0.02)
    assert 2 <= time.monotonic() - frozen <= 5
    wait_for(lambda: (n := frame_number(browser)) and n < 200 and n, 10, "the new process's picture is seen", every=0.02)
    assert time.monotonic() - frozen <= 10
    call.click("hangup")
    kiosk.wait_for_phase("idle")
    kiosk.wait_for_closed_devices()


def test_supervisor_frozen_in_a_call(call, browser, kiosk):
    """Nobody says any more that the camera may be open, so it closes; thawed, kioskd takes the call up again."""
    media_process = kiosk.media_pid()
    os.kill(kiosk.child.pid, signal.SIGSTOP)
    frozen = time.monotonic()
    try:
        wait_for(lambda: open_devices(media_process) == 0, 6, "the media process has closed its devices", every=0.02)
        assert time.monotonic() - frozen <= 4.5
    finally:
        os.kill(kiosk.child.pid, signal.SIGCONT)
    wait_for(lambda: kiosk.media_pid() not in (None, media_process), 10, "there is a new media process")
    kiosk.wait_for_phase("inCall")
    wait_for_moving_picture(browser)


def test_media_process_that_dies_again_and_again(kiosk):
    """A fault is shown, calmly: no start follows the other."""
    for _ in range(5):
        os.kill(wait_for(kiosk.media_pid, 10, "there is a media process", every=0.02), signal.SIGKILL)
        wait_for(lambda: kiosk.media_pid() is None or state(kiosk.media_pid()) == "Z", 5, "it has died", every=0.005)
        time.sleep(0.05)
    wait_for(lambda: kiosk.status()["state"] == "fault", 10, "the fault is shown")
    assert kiosk.state()["lights"]["fault"] == "on"
    starts = kiosk.control("stats")["kioskd"]["mediaStarts"]
    time.sleep(8)
    assert kiosk.media_pid() is None and kiosk.control("stats")["kioskd"]["mediaStarts"] == starts
    assert kiosk.status()["state"] == "fault"


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
