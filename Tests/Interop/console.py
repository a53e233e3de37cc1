"""The clinicians' console as a person uses it: what can be seen, and what can be pressed."""

import media
from programs import wait_for


class Console:
    def __init__(self, browser, url, name="Anna"):
        self.browser = browser
        self.url = url
        browser.open(url)
        browser.run("localStorage.name = arguments[0]", name)
        browser.open(url)

    def kiosk_state(self, room="101"):
        return self.browser.run(
            "return document.querySelector(`#kiosks [data-room='${arguments[0]}']`)?.dataset.state", room)

    def wait_for_kiosk(self, state="idle", room="101", timeout=15):
        return wait_for(lambda: self.kiosk_state(room) == state, timeout, f"the console shows the kiosk as {state}")

    def call(self, room="101"):
        self.wait_for_kiosk("idle", room)
        self.browser.run("document.querySelector(`#kiosks [data-room='${arguments[0]}'] button`).click()", room)

    def click(self, identifier):
        self.browser.run("document.getElementById(arguments[0]).click()", identifier)

    @property
    def phase(self):
        return self.browser.run("return document.body.dataset.call")

    def wait_for_phase(self, phase, timeout=20):
        return wait_for(lambda: self.phase == phase, timeout, f"the console is {phase}")

    @property
    def error(self):
        """The key of the error that is shown, None if there is none."""
        return self.browser.run(
            "const e = document.getElementById('error'); return e.hidden ? null : e.dataset.error")


def frame_number(browser):
    """The number burnt into the picture that the kiosk sends; None while there is none to be read."""
    picture = media.picture(browser, "#remote")
    return picture and picture["frame"]


def wait_for_picture(browser, timeout=20):
    return wait_for(lambda: frame_number(browser), timeout, "the kiosk's picture is seen")


def wait_for_moving_picture(browser, timeout=20):
    first = wait_for_picture(browser, timeout)
    return wait_for(lambda: (n := frame_number(browser)) and n > first + 10 and n, timeout, "the kiosk's picture moves")


def wait_for_tone(browser, timeout=10):
    """The tone of the virtual microphone: {frequency, decibels}."""
    return wait_for(
        lambda: (t := media.tone(browser, "#remote")) and abs(t["frequency"] - 440) < 25 and t, timeout, "the kiosk's tone is heard")
