"""A clinician at the console and a patient at the kiosk: real Chromium, real switchboard, real kiosk."""

import time

import pytest

from browser import Browser
from console import Console, wait_for_moving_picture, wait_for_picture, wait_for_tone
from programs import Kiosk, wait_for


@pytest.fixture
def console(browser, switchboard, kiosk):
    return Console(browser, switchboard.url)


def test_call_is_answered_and_both_see_and_hear(console, browser, kiosk):
    assert not kiosk.open_devices(), "no device is open before a call"
    console.call()
    console.wait_for_phase("inCall")
    # The browser sees the kiosk's camera at its rate …
    wait_for_picture(browser)
    time.sleep(1)
    start, began = wait_for_picture(browser), time.monotonic()
    time.sleep(4)
    rate = (wait_for_picture(browser) - start) / (time.monotonic() - began)
    assert 24 <= rate <= 33, f"{rate:.1f} frames a second"
    # … and hears its tone.
    heard = wait_for_tone(browser)
    assert heard["decibels"] > -60
    # The kiosk sees the browser's picture move …
    before = kiosk.front_panel("/display.png")
    wait_for(lambda: kiosk.front_panel("/display.png") != before, 5, "the picture on the kiosk's display moves")
    state = kiosk.state()
    assert state["lights"]["camera"] == "on" and state["lights"]["call"] == "on", state["lights"]
    # … and hears Chromium's fake microphone, which beeps every second.
    wait_for(lambda: (kiosk.state()["levels"]["speaker"] or -96) > -50, 10, "the kiosk's speaker plays the browser's sound")
    assert console.kiosk_state() == "inCall"
    console.click("hangup")
    console.wait_for_phase("idle")
    kiosk.wait_for_phase("idle")
    kiosk.wait_for_closed_devices()
    console.wait_for_kiosk("idle")


def test_video_comes_in_the_form_that_can_be_repaired(console, browser, kiosk):
    """RED and ULPFEC are agreed, whoever offers; Chromium's video then comes in RED, and is seen."""
    browser.run("""
        const Own = window.RTCPeerConnection;
        window.peers = [];
        window.RTCPeerConnection = class extends Own {
            constructor(...all) { super(...all); window.peers.push(this); }
        };""")
    console.call()
    console.wait_for_phase("inCall")
    wait_for_moving_picture(browser)
    for description in ("localDescription", "remoteDescription"):
        told = browser.run("return window.peers.at(-1)[arguments[0]].sdp", description)
        assert "red/90000" in told and "ulpfec/90000" in told, told
    decoded = lambda: kiosk.control("stats").get("call", {}).get("inbound-rtp/video/framesDecoded", 0)
    before = decoded()
    wait_for(lambda: decoded() > before + 60, 10, "the kiosk decodes the browser's pictures")


def test_quality_line_and_controls(console, browser, kiosk):
    console.call()
    console.wait_for_phase("inCall")
    wait_for(lambda: "×" in browser.run("return document.getElementById('quality-line').textContent"), 10, "the quality line has numbers")
    line = browser.run("return document.getElementById('quality-line').textContent")
    assert "640×480" in line or "1280×720" in line, line
    for button in ("mute", "camera"):
        console.click(button)
        assert browser.run(f"return document.getElementById('{button}').ariaPressed") == "true"
        console.click(button)
        assert browser.run(f"return document.getElementById('{button}').ariaPressed") == "false"


def test_patient_calls_and_clinician_answers(console, browser, kiosk):
    console.wait_for_kiosk("idle")
    kiosk.press()
    wait_for(lambda: not browser.run("return document.getElementById('incoming').hidden"), 10, "the console rings")
    assert "●" in browser.run("return document.title")
    console.click("answer")
    console.wait_for_phase("inCall")
    wait_for_moving_picture(browser)
    # The patient ends it.
    kiosk.press()
    console.wait_for_phase("idle")
    kiosk.wait_for_phase("idle")
    kiosk.wait_for_closed_devices()


def test_clinician_declines(console, browser, kiosk):
    console.wait_for_kiosk("idle")
    kiosk.press()
    wait_for(lambda: not browser.run("return document.getElementById('incoming').hidden"), 10, "the console rings")
    console.click("decline")
    kiosk.wait_for_phase("idle")
    assert not kiosk.open_devices()
    console.wait_for_kiosk("idle")


def test_patient_cancels(console, browser, kiosk):
    console.wait_for_kiosk("idle")
    kiosk.press()
    wait_for(lambda: not browser.run("return document.getElementById('incoming').hidden"), 10, "the console rings")
    kiosk.press()
    kiosk.wait_for_phase("idle")
    wait_for(lambda: browser.run("return document.getElementById('incoming').hidden"), 10, "the console is quiet again")


def test_patient_refuses(programs, switchboard, browser, tmp_path):
    with Kiosk(programs, tmp_path / "k", switchboard.url, answer={"automatic": True, "after": "20s", "from": ["*"]}) as kiosk:
        kiosk.wait_until_joined()
        console = Console(browser, switchboard.url)
        console.call()
        kiosk.wait_for_phase("ringing")
        assert not kiosk.open_devices() & {"camera", "microphone"}, "nothing is captured while it rings"
        kiosk.button("long")
        wait_for(lambda: console.error == "refused", 10, "the console says that the patient refused")
        kiosk.wait_for_phase("idle")


def test_clinician_cancels_while_it_rings(programs, switchboard, browser, tmp_path):
    with Kiosk(programs, tmp_path / "k", switchboard.url, answer={"automatic": True, "after": "20s", "from": ["*"]}) as kiosk:
        kiosk.wait_until_joined()
        console = Console(browser, switchboard.url)
        console.call()
        kiosk.wait_for_phase("ringing")
        console.click("hangup")
        kiosk.wait_for_phase("idle")


def test_patient_answers_at_once(programs, switchboard, browser, tmp_path):
    with Kiosk(programs, tmp_path / "k", switchboard.url, answer={"automatic": False, "from": ["*"]}) as kiosk:
        kiosk.wait_until_joined()
        console = Console(browser, switchboard.url)
        console.call()
        kiosk.wait_for_phase("ringing")
        time.sleep(3)
        assert kiosk.status()["state"] == "ringing", "nothing is answered by itself without `automatic`"
        kiosk.press()
        console.wait_for_phase("inCall")


def test_nobody_is_answered_by_itself_without_from(programs, switchboard, browser, tmp_path):
    with Kiosk(programs, tmp_path / "k", switchboard.url, answer={"automatic": True, "after": "1s"}) as kiosk:
        kiosk.wait_until_joined()
        console = Console(browser, switchboard.url)
        console.call()
        kiosk.wait_for_phase("ringing")
        time.sleep(5)
        assert kiosk.status()["state"] == "ringing"
        assert not kiosk.open_devices() & {"camera", "microphone"}


def test_second_caller_is_told_busy(console, browser, switchboard, kiosk):
    console.call()
    console.wait_for_phase("inCall")
    with Browser() as second:
        other = Console(second, switchboard.url, name="Bo")
        wait_for(lambda: other.kiosk_state() == "inCall", 10, "the second console sees the call")
        second.run("document.querySelector(`#kiosks [data-room='101'] button`).click()")
        wait_for(lambda: other.error == "busy", 15, "the second caller is told")
    assert console.phase == "inCall"
    wait_for_moving_picture(browser)


def test_page_reloaded_in_the_call(console, browser, kiosk):
    console.call()
    console.wait_for_phase("inCall")
    wait_for_moving_picture(browser)
    browser.driver.refresh()
    console.wait_for_phase("inCall", timeout=30)
    wait_for_moving_picture(browser)
    console.click("hangup")
    kiosk.wait_for_phase("idle")
    kiosk.wait_for_closed_devices()


def test_page_closed_in_the_call(console, browser, kiosk):
    console.call()
    console.wait_for_phase("inCall")
    browser.open("about:blank")
    kiosk.wait_for_phase("idle", timeout=60)
    kiosk.wait_for_closed_devices()


def test_other_camera_is_chosen_in_the_call(switchboard, kiosk):
    with Browser(arguments=["--use-fake-device-for-media-stream=device-count=2"]) as browser:
        console = Console(browser, switchboard.url)
        console.call()
        console.wait_for_phase("inCall")
        wait_for_moving_picture(browser)
        console.click("choose")
        names = browser.run("return [...document.querySelector('#devices-panel select[data-kind=videoinput]').options].map(o => o.text)")
        assert len(names) == 2, names
        browser.run(
            "const s = document.querySelector('#devices-panel select[data-kind=videoinput]');"
            "s.selectedIndex = 1 - s.selectedIndex; s.dispatchEvent(new Event('change'));")
        wait_for(
            lambda: names[1] in browser.run("return document.getElementById('self').srcObject.getVideoTracks()[0].label"),
            10, "the other camera is in use")
        assert console.phase == "inCall"
        wait_for_moving_picture(browser)


def test_clinician_without_a_camera_permission_is_told(switchboard, kiosk):
    with Browser(camera=False, arguments=["--deny-permission-prompts"]) as browser:
        console = Console(browser, switchboard.url)
        console.call()
        wait_for(lambda: console.error in ("denied", "noDevices"), 10, "the console says what is wrong")
        assert kiosk.status()["state"] == "idle"


def test_kiosk_that_is_gone_shows_as_offline(console, browser, kiosk):
    console.wait_for_kiosk("idle")
    kiosk.kill()
    console.wait_for_kiosk("offline", timeout=60)
    assert browser.run("return document.querySelector(`#kiosks [data-room='101'] button`).disabled")


def test_console_speaks_chinese_and_loads_nothing_from_elsewhere(console, browser, switchboard):
    console.wait_for_kiosk("idle")
    console.click("language")
    assert browser.run("return document.documentElement.lang") == "zh"
    assert "呼叫" in browser.run("return document.querySelector('#kiosks button').textContent")
    loaded = browser.run("return performance.getEntriesByType('resource').map(e => e.name)")
    assert loaded and all(url.startswith(switchboard.url) for url in loaded), loaded
    errors = [e for e in browser.driver.get_log("browser") if e["level"] == "SEVERE"]
    assert not errors, errors
