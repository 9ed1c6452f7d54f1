"""A headless Firefox with the page in it. Debian has no geckodriver, so it is driven by Mozilla's own protocol."""

import base64
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

from browser import PATIENCE, Browser
from marionette_driver.by import By
from marionette_driver.errors import MarionetteException
from marionette_driver.marionette import ActionSequence, Marionette

PREFERENCES = {
    "marionette.port": None, "browser.download.folderList": 2, "browser.download.dir": None,
    "browser.download.useDownloadDir": True, "browser.download.always_ask_before_handling_new_types": False,
    "ui.prefersReducedMotion": 1, "ui.systemUsesDarkTheme": 0, "datareporting.policy.dataSubmissionEnabled": False,
}


class Driver:
    """What the stories ask of selenium's driver."""

    def __init__(self, marionette):
        self.marionette = marionette

    def get(self, address):
        self.marionette.navigate(address)

    def find_element(self, _, selector):
        return self.marionette.find_element(By.CSS_SELECTOR, selector)

    def find_elements(self, _, selector):
        return self.marionette.find_elements(By.CSS_SELECTOR, selector)

    def execute_script(self, script, *arguments):
        return self.marionette.execute_script(script, script_args=arguments, sandbox=None, new_sandbox=False)


class Firefox(Browser):
    def __init__(self, address, downloads, width=1280, height=900):
        self.address, self.downloads = address, pathlib.Path(downloads)
        self.profile = tempfile.mkdtemp()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        values = {**PREFERENCES, "marionette.port": port, "browser.download.dir": str(downloads)}
        lines = []
        for name, value in values.items():
            text = str(value).lower() if isinstance(value, bool) else value if isinstance(value, int) else f'"{value}"'
            lines.append(f'user_pref("{name}", {text});\n')
        pathlib.Path(self.profile, "user.js").write_text("".join(lines))
        self.process = subprocess.Popen(
            ["firefox-esr", "--headless", "--marionette", "--no-remote", "--profile", self.profile, "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.marionette = Marionette(host="127.0.0.1", port=port, bin=None)
        end = time.monotonic() + PATIENCE
        while True:
            try:
                self.marionette.start_session()
                break
            except (OSError, MarionetteException):
                assert time.monotonic() < end and self.process.poll() is None, "Firefox did not start"
                time.sleep(0.2)
        self.driver = Driver(self.marionette)
        # The window has a frame of its own around the page.
        self.marionette.set_window_rect(width=width, height=height)
        inner = self.run("return [innerWidth, innerHeight]")
        self.marionette.set_window_rect(width=2 * width - inner[0], height=2 * height - inner[1])
        self.open()

    def close(self):
        self.process.terminate()
        self.process.wait(PATIENCE)
        shutil.rmtree(self.profile, ignore_errors=True)

    def choose(self, *paths, field="#files"):
        files = self.find(field)
        self.run("arguments[0].hidden = false", files)
        files.send_keys("\n".join(str(path) for path in paths))
        self.run("arguments[0].hidden = true", files)

    def keys(self, *keys):
        for key in "".join(keys):
            self.chord(key)

    def chord(self, *keys):
        actions = ActionSequence(self.marionette, "key", "keys")
        for key in keys:
            actions.key_down(key)
        for key in reversed(keys):
            actions.key_up(key)
        actions.perform()

    def follow(self, places):
        actions = ActionSequence(self.marionette, "pointer", "mouse", {"pointerType": "mouse"})
        for index, (x, y) in enumerate(places):
            actions.pointer_move(round(x), round(y))
            if index == 0:
                actions.pointer_down()
        actions.pointer_up()
        actions.perform()

    def draw(self, *strokes):
        canvas = self.find("#canvas")
        self.run("arguments[0].scrollIntoView({block: 'center'})", canvas)
        left, top, right, bottom = self.frame("#canvas")
        for stroke in strokes:
            self.follow([(left + x * (right - left), top + y * (bottom - top)) for x, y in stroke])
        self.rest()

    def drag(self, start, end):
        self.follow([start, ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2), end])

    def click_at(self, x, y):
        self.follow([(x, y)])

    def screenshot(self, path):
        pathlib.Path(path).write_bytes(base64.b64decode(self.marionette.screenshot(full=True)))

    def complaints(self):
        return []  # the protocol does not tell
