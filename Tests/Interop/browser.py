"""Debian's Chromium, headless, with its fake camera and microphone."""

import shutil
import tempfile

from selenium import webdriver
from selenium.webdriver.chrome.service import Service


class Browser:
    """One browser with a profile of its own; `driver` is Selenium's."""

    def __init__(self, camera=True, arguments=(), window="1280,900", accept_languages="en-US", binary=None):
        self.profile = tempfile.mkdtemp(prefix="callpoint-chromium-")
        options = webdriver.ChromeOptions()
        options.binary_location = str(binary or shutil.which("chromium") or "/usr/bin/chromium")
        for argument in (
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--autoplay-policy=no-user-gesture-required",
            "--disable-background-timer-throttling",
            "--disable-renderer-backgrounding",
            "--disable-backgrounding-occluded-windows",
            "--no-first-run",
            f"--window-size={window}",
            f"--user-data-dir={self.profile}",
            f"--lang={accept_languages}",
            *(("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream") if camera else ()),
            *arguments,
        ):
            options.add_argument(argument)
        options.add_experimental_option("prefs", {"intl.accept_languages": accept_languages})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(
            options=options, service=Service(shutil.which("chromedriver") or "/usr/bin/chromedriver"))
        self.driver.set_script_timeout(60)
        self.driver.set_page_load_timeout(60)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.driver.quit()
        finally:
            shutil.rmtree(self.profile, ignore_errors=True)

    def open(self, url):
        self.driver.get(url)

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def run_async(self, script, *arguments):
        """Runs `script`, an async function's body, and returns what it resolves to; an exception in it is raised."""
        wrapped = (
            "const done = arguments[arguments.length - 1];"
            "(async (...args) => {" + script + "})(...Array.from(arguments).slice(0, -1))"
            ".then(v => done({value: v}), e => done({error: String(e && e.stack || e)}))")
        result = self.driver.execute_async_script(wrapped, *arguments)
        if "error" in result:
            raise AssertionError(result["error"])
        return result.get("value")

    def log_tail(self):
        try:
            return "\n".join(entry["message"] for entry in self.driver.get_log("browser")[-40:])
        except Exception as error:  # the browser may be what failed
            return f"no log: {error}"
