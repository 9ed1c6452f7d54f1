"""A headless Chromium with the page of the web app in it, and how a person uses it."""

import base64
import os
import pathlib
import time

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.actions.action_builder import ActionBuilder
from selenium.webdriver.common.actions.pointer_input import PointerInput
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

PATIENCE = int(os.environ.get("PATIENCE", 300))  # seconds after which a story gives up: a hang ends, a slow machine passes

# A 7 and a 1 as a hand writes them, in shares of the drawing area.
SEVEN = [(0.20, 0.25), (0.32, 0.24), (0.38, 0.24), (0.33, 0.50), (0.29, 0.78)]
ONE = [(0.62, 0.22), (0.62, 0.40), (0.61, 0.60), (0.61, 0.78)]


class Browser:
    def __init__(self, address, downloads, width=1280, height=900, theme="light"):
        options = webdriver.ChromeOptions()
        for argument in (
            "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars",
            "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
        ):
            options.add_argument(argument)
        options.add_experimental_option(
            "prefs", {"download.default_directory": str(downloads), "download.prompt_for_download": False}
        )
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        service = webdriver.ChromeService("/usr/bin/chromedriver")
        self.driver = webdriver.Chrome(options=options, service=service)
        self.driver.set_script_timeout(PATIENCE)
        self.address, self.downloads = address, pathlib.Path(downloads)
        self.command("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": theme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ])
        self.command(
            "Emulation.setDeviceMetricsOverride", width=width, height=height,
            deviceScaleFactor=1, mobile=width < 600)
        self.command("Emulation.setTouchEmulationEnabled", enabled=width < 600)
        self.command("Browser.grantPermissions", permissions=["clipboardReadWrite"], origin=address)
        self.open()

    def command(self, name, **parameters):
        return self.driver.execute_cdp_cmd(name, parameters)

    def open(self, path="/"):
        self.driver.get(self.address + path)

    def load_without_cache(self):
        """Opens the page; counts its bytes and requests, and the ms until it can be used."""
        self.command("Network.enable")
        self.command("Network.setCacheDisabled", cacheDisabled=True)
        self.open()
        return self.run(
            """
            const page = performance.getEntriesByType("navigation")[0];
            const parts = performance.getEntriesByType("resource");
            return {
              bytes: [page, ...parts].reduce((sum, part) => sum + part.decodedBodySize, 0),
              usable: page.domContentLoadedEventEnd, requests: parts.length + 1,
              foreign: parts.filter((part) => !part.name.startsWith(location.origin)).length,
            };
            """)

    def close(self):
        self.driver.quit()

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def find_all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector):
        """What a person sees there."""
        return self.find(selector).get_property("innerText").strip()

    def click(self, selector):
        element = self.find(selector)
        self.run("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()

    def type(self, selector, text):
        """In the place of what the field holds."""
        field = self.find(selector)
        self.run("arguments[0].select()", field)
        field.send_keys(text or Keys.DELETE)

    def wait(self, what, condition):
        """Waits until `condition` holds; `what` says in words what was waited for. What the page draws anew while it
        is looked at does not hold yet."""
        def holds():
            try:
                return condition()
            except StaleElementReferenceException:
                return False

        end = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < end, f"waited {PATIENCE} s for {what}"
            time.sleep(0.02)

    def wait_for_answer(self, expected):
        answer = lambda: self.text("#answer")
        try:
            self.wait(expected, lambda: answer() == expected)
        except AssertionError:
            raise AssertionError(f"expected the answer {expected!r}, found {answer()!r}") from None

    def choose(self, *paths, field="#files"):
        self.find(field).send_keys("\n".join(str(path) for path in paths))

    def keys(self, *keys):
        ActionChains(self.driver).send_keys(*keys).perform()

    def chord(self, *keys):
        """The last key while the others are held."""
        actions = ActionChains(self.driver)
        for key in keys[:-1]:
            actions.key_down(key)
        actions.send_keys(keys[-1])
        for key in keys[:-1]:
            actions.key_up(key)
        actions.perform()

    def draw(self, *strokes, lifts=True):
        """Moves a pen over the drawing area; points are shares of it. The pen stays down unless it `lifts`."""
        canvas = self.find("#canvas")
        self.run("arguments[0].scrollIntoView({block: 'center'})", canvas)
        frame = canvas.rect
        x0, y0 = self.run(
            "const r = arguments[0].getBoundingClientRect(); return [r.x, r.y]", canvas)
        for stroke in strokes:
            actions = ActionBuilder(self.driver, mouse=PointerInput("pen", "pen"), duration=30)
            pointer = actions.pointer_action
            for index, (x, y) in enumerate(stroke):
                pointer.move_to_location(
                    round(x0 + x * frame["width"]), round(y0 + y * frame["height"]))
                if index == 0:
                    pointer.pointer_down()
            if lifts:
                pointer.pointer_up()
            actions.perform()
        if lifts:
            self.rest()

    def rest(self):
        """Waits until the last stroke has been read: until then digits are drawn anew under the pointer."""
        count = lambda: self.run("return performance.getEntriesByType('resource').length")
        last, since = count(), time.monotonic()
        while time.monotonic() - since < 0.4:
            time.sleep(0.05)
            if (now := count()) != last:
                last, since = now, time.monotonic()

    def paste(self, path):
        data = base64.b64encode(pathlib.Path(path).read_bytes()).decode()
        self.run(
            """
            const bytes = Uint8Array.from(atob(arguments[0]), (c) => c.charCodeAt(0));
            const data = new DataTransfer();
            data.items.add(new File([bytes], arguments[1], {type: "image/jpeg"}));
            document.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true}));
            """, data, "pasted.jpg")

    def drop(self, path):
        data = base64.b64encode(pathlib.Path(path).read_bytes()).decode()
        self.run(
            """
            const bytes = Uint8Array.from(atob(arguments[0]), (c) => c.charCodeAt(0));
            const data = new DataTransfer();
            data.items.add(new File([bytes], "dropped.jpg", {type: "image/jpeg"}));
            for (const name of ["dragover", "drop"]) {
              document.getElementById("drop").dispatchEvent(
                new DragEvent(name, {dataTransfer: data, bubbles: true, cancelable: true}));
            }
            """, data)

    def drop_files(self, *paths):
        """Files and folders, as the system hands them over."""
        x, y = self.run(
            "const r = document.getElementById('drop').getBoundingClientRect(); return [r.x + 20, r.y + 20]")
        data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
        for type in ("dragEnter", "dragOver", "drop"):
            self.command("Input.dispatchDragEvent", type=type, x=x, y=y, data=data)

    def click_at(self, x, y):
        """Clicks a place of the window, wherever that is on the page."""
        for type in ("mousePressed", "mouseReleased"):
            self.command("Input.dispatchMouseEvent", type=type, x=x, y=y, button="left", clickCount=1)

    def drag(self, start, end, touch=False):
        """Drags over the picture; the places are pixels of the window."""
        pointer = PointerInput("touch" if touch else "mouse", "drag")
        actions = ActionBuilder(self.driver, mouse=pointer, duration=30)
        actions.pointer_action.move_to_location(*start).pointer_down()
        actions.pointer_action.move_to_location((start[0] + end[0]) // 2, (start[1] + end[1]) // 2)
        actions.pointer_action.move_to_location(*end).pointer_up()
        actions.perform()

    def frame(self, selector, index=0):
        """Left, top, right and bottom of an element in the window, in whole pixels."""
        return self.run(
            """
            const r = document.querySelectorAll(arguments[0])[arguments[1]].getBoundingClientRect();
            return [r.left, r.top, r.right, r.bottom].map(Math.round);
            """, selector, index)

    def resize(self, width, height):
        """The window of a phone that is turned."""
        self.command(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)

    def download(self, name, binary=False):
        """The text, or the bytes, of a file that the page saves; it is taken out of the way."""
        path = self.downloads / name
        # Chromium holds the name with an empty file until it renames the whole one.
        self.wait(f"the file {name}", lambda: path.exists() and path.stat().st_size > 0)
        contents = path.read_bytes()
        path.unlink()
        return contents if binary else contents.decode()

    def screenshot(self, path):
        """All of the page, not only what fits the window."""
        size = self.command("Page.getLayoutMetrics")["cssContentSize"]
        picture = self.command(
            "Page.captureScreenshot", captureBeyondViewport=True,
            clip={"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1})
        pathlib.Path(path).write_bytes(base64.b64decode(picture["data"]))

    def complaints(self):
        """What the browser's console holds, but for the refusals that a story asks for."""
        return [entry for entry in self.driver.get_log("browser") if entry["level"] != "INFO"]

    def accessibility_faults(self, axe):
        """Serious and critical findings of axe-core."""
        self.run(axe)
        result = self.driver.execute_async_script(
            "const done = arguments[0]; axe.run().then(done, (e) => done({violations: [String(e)]}))")
        return [
            f"{found['id']} ({found['impact']}): " + "; ".join(
                f"{node['html'][:120]} {node.get('failureSummary', '')[:300]}" for node in found["nodes"])
            for found in result["violations"] if found["impact"] in ("serious", "critical")
        ]
