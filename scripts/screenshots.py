"""Takes the README's pictures: a real call between Chromium and a kiosk on the virtual board."""

import pathlib
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "Tests" / "Interop"))

from browser import Browser  # noqa: E402
from console import Console  # noqa: E402
from programs import Kiosk, Switchboard  # noqa: E402

programs = ROOT / ".build" / "release"
images = ROOT / "docs" / "images"
images.mkdir(parents=True, exist_ok=True)
with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    with Switchboard(programs, folder / "switchboard") as switchboard, \
            Kiosk(programs, folder / "kiosk", switchboard.url) as kiosk, \
            Browser(window="1280,800") as browser, Browser(window="1280,1080", camera=False) as panel:
        kiosk.wait_until_joined()
        panel.open(kiosk.panel)
        console = Console(browser, switchboard.url)
        console.wait_for_kiosk("idle")
        time.sleep(1)
        browser.driver.save_screenshot(str(images / "home.png"))
        panel.driver.save_screenshot(str(images / "panel-idle.png"))
        console.call()
        console.wait_for_phase("inCall")
        time.sleep(3)
        browser.driver.save_screenshot(str(images / "console.png"))
        panel.driver.save_screenshot(str(images / "panel.png"))
        console.click("hangup")
        console.wait_for_phase("idle")
for image in sorted(images.glob("*.png")):
    print(image.relative_to(ROOT))
