"""The stories of the web app's page, each in a browser of its own. See scripts/tests/browser."""

import argparse
import csv
import inspect
import io
import json
import pathlib
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.request

from browser import ONE, PATIENCE, SEVEN, Browser, Keys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "Data/samples"
MAXIMUM_REQUESTS = 20  # of the page, itself included
COLUMN = "1284\n967\n3050\n418\n2736"


class Stories:
    def __init__(self, address, screenshots, axe, scratch):
        self.address, self.screenshots, self.axe, self.scratch = address, screenshots, axe, scratch

    def browser(self, **options):
        return Browser(self.address, self.scratch, **options)

    # A story fails by an assertion. `browser` is fresh; what it complains of fails the story, too.

    def uploads_a_photo(self, browser):
        browser.choose(SAMPLES / "column.jpg")
        browser.wait_for_answer(COLUMN)
        assert len(browser.find_all("#boxes button")) == 18
        assert len(browser.find_all("#strip .chip img")) == 18
        browser.wait("the spoken answer", lambda: "1 2 8 4" in browser.text("#live"))

    def drops_a_photo(self, browser):
        browser.drop(SAMPLES / "single-digit.jpg")
        browser.wait_for_answer("4")

    def pastes_a_photo(self, browser):
        browser.paste(SAMPLES / "yellow-note.jpg")
        browser.wait_for_answer("4821")

    def tries_every_sample(self, browser):
        for name, expected in (
            ("phone-number", "01614960357"), ("column", COLUMN),
            ("ruled-paper", "705184\n263916"), ("yellow-note", "4821"),
        ):
            browser.click(f'[data-name="{name}.jpg"]')
            browser.wait_for_answer(expected)

    def takes_a_photo_with_the_camera(self, browser):
        browser.click("#camera")
        browser.wait("the camera's picture", lambda: browser.run(
            "return document.getElementById('video').videoWidth > 0"))
        browser.click("#shoot")
        # The browser's stand-in for a camera shows no digits that we know of: any answer will do.
        browser.wait("an answer", lambda: browser.text("#file") == "camera.jpg"
                     and browser.text("#answer") not in ("", "Reading …"))
        assert not browser.find("#camera-dialog").is_displayed()

    def reads_several_photos(self, browser):
        names = ["column.jpg", "date.jpg", "phone-number.jpg", "single-digit.jpg", "yellow-note.jpg"]
        broken = self.scratch / "<img src=x onerror=alert(1)>.jpg"
        broken.write_bytes(b"no picture at all")
        browser.choose(*[SAMPLES / name for name in names], broken)
        browser.wait("all photos", lambda: browser.text("#photos-title") == "6 photos")
        rows = [row.get_property("innerText").split("\n") for row in browser.find_all("#list button")]
        assert [row[-1] for row in rows] == names + [broken.name], rows
        assert rows[1][0] == "24121987", rows
        assert rows[5][0] == "could not be read", rows
        browser.click("#list li:nth-child(4) button")
        browser.wait_for_answer("4")
        browser.click("#list li:nth-child(6) button")
        browser.wait("the error", lambda: "expected a" in browser.text("#answer"))
        # The server refused it with 422, which the console repeats.
        assert all("422" in entry["message"] for entry in browser.complaints())
        browser.click("#forget")
        browser.wait("an empty page", lambda: browser.find("#welcome").is_displayed())

    def draws_digits(self, browser):
        browser.click("#tab-draw")
        browser.draw(SEVEN)
        browser.wait_for_answer("7")
        browser.draw(ONE)
        browser.wait_for_answer("71")
        assert len(browser.find_all("#drawing-boxes div")) == 2
        browser.click("#undo")
        browser.wait_for_answer("7")
        browser.click("#clear")
        browser.wait("no answer", lambda: not browser.find("#result").is_displayed())

    def reads_while_the_pen_moves(self, browser):
        """The answer comes before the pen is lifted, by one request at a time and at most one for each movement."""
        browser.click("#tab-draw")
        browser.draw(SEVEN)
        browser.wait_for_answer("7")
        browser.run(
            """
            window.movements = window.requests = window.open = window.mostOpen = 0;
            document.getElementById("canvas").addEventListener("pointermove", () => { window.movements += 1; });
            document.addEventListener("pointerup", () => { window.isLifted = true; });
            const ask = window.fetch;
            window.fetch = async (...rest) => {
              window.requests += 1;
              window.mostOpen = Math.max(window.mostOpen, ++window.open);
              try { return await ask(...rest); } finally { window.open -= 1; }
            };
            """)
        browser.draw([(0.62, 0.2 + 0.6 * step / 60) for step in range(61)], lifts=False)
        browser.wait_for_answer("71")
        assert browser.run("return window.isLifted") is None
        movements, requests, most = browser.run("return [window.movements, window.requests, window.mostOpen]")
        print(f"    {requests} requests for {movements} movements of the pen, {most} at a time")
        assert most == 1 and 0 < requests <= movements + 1

    def corrects_a_digit(self, browser):
        browser.choose(SAMPLES / "yellow-note.jpg")
        browser.wait_for_answer("4821")
        browser.click("#strip .chip:nth-of-type(2)")
        assert browser.text("#detail .head").startswith("8, ")
        assert len(browser.find_all("#detail .bar")) == 10
        browser.click("#detail .bar:nth-child(4)")
        browser.wait_for_answer("4321")
        # The button says so for a moment only.
        browser.run("""
            window.said = [];
            const button = document.getElementById("copy");
            new MutationObserver(() => window.said.push(button.textContent)).observe(button, {childList: true});
            """)
        browser.click("#copy")
        browser.wait("the clipboard", lambda: "Copied" in browser.run("return window.said"))
        copied = browser.driver.execute_async_script("navigator.clipboard.readText().then(arguments[0])")
        assert copied == "4321", copied
        browser.click("#save-csv")
        rows = list(csv.DictReader(io.StringIO(browser.download("digits.csv"))))
        assert [(row["file"], row["text"]) for row in rows] == [("yellow-note.jpg", "4321")], rows
        browser.click("#save-json")
        records = json.loads(browser.download("digits.json"))
        assert records[0]["text"] == "4321" and records[0]["lines"][0]["digits"][1]["corrected"] is True
        # A box on the photo opens the same digit; what is no digit goes.
        browser.run("document.querySelectorAll('#boxes button')[0].click()")
        browser.click("#detail .buttons button:first-child")
        browser.wait_for_answer("321")

    def saves_what_the_command_prints(self, browser):
        """CSV without corrections is the server's, which is the command's."""
        browser.choose(SAMPLES / "column.jpg", SAMPLES / "date.jpg")
        browser.wait("all photos", lambda: browser.text("#photos-title") == "2 photos")
        browser.click("#save-csv")
        saved = browser.download("digits.csv")
        expected = []
        for name in ("column.jpg", "date.jpg"):
            request = urllib.request.Request(
                f"{self.address}/api/recognize?format=csv&name={name}",
                data=(SAMPLES / name).read_bytes(), headers={"Content-Type": "image/jpeg"})
            expected.append(urllib.request.urlopen(request).read().decode())
        assert saved == expected[0] + expected[1].split("\n", 1)[1], (saved, expected)

    def looks_at_the_steps(self, browser):
        browser.choose(SAMPLES / "ruled-paper.jpg")
        browser.wait_for_answer("705184\n263916")
        browser.click("#steps summary")
        browser.wait("pictures of the steps", lambda: len(browser.find_all("#figures img")) >= 5)
        browser.wait("loaded pictures", lambda: browser.run(
            "return [...document.querySelectorAll('#figures img')].every((i) => i.naturalWidth > 0)"))

    def moves_the_slider(self, browser):
        browser.choose(SAMPLES / "yellow-note.jpg")
        browser.wait_for_answer("4821")
        threshold = browser.find("#threshold")
        threshold.send_keys(Keys.END)
        browser.wait("question marks", lambda: "?" in browser.text("#answer"))
        threshold.send_keys(Keys.HOME)
        browser.wait_for_answer("4821")

    def knows_how_many_digits_there_are(self, browser):
        """A number or a pattern is sent along, and what was read is read again."""
        def know(text):
            browser.find("#form").clear()
            browser.find("#form").send_keys(text)

        browser.choose(SAMPLES / "column.jpg", SAMPLES / "date.jpg")
        browser.wait("all photos", lambda: browser.text("#photos-title") == "2 photos")
        browser.click("#list li:nth-child(2) button")
        browser.wait_for_answer("24121987")
        know("##.##.####")
        browser.wait_for_answer("24.12.1987")
        browser.wait("the other photo", lambda: browser.text("#photos-title") == "2 photos")
        browser.click("#strip .chip:nth-of-type(4)")
        browser.click("#detail .bar:nth-child(2)")
        browser.wait_for_answer("24.11.1987")
        browser.click("#save-csv")
        rows = list(csv.DictReader(io.StringIO(browser.download("digits.csv"))))
        assert rows[1]["text"] == "24.11.1987" and "(##.##.####)" in rows[0]["error"], rows
        know("30")
        browser.wait("the refusal", lambda: "expected 30 digits" in browser.text("#answer"))
        know("none")
        browser.wait_for_answer("24121987")
        assert browser.find("#form").get_attribute("aria-invalid") == "true"
        # The console repeats that the server refused what did not fit.
        assert all("422" in entry["message"] for entry in browser.complaints())

    def uses_the_keyboard_only(self, browser):
        def press_until(selector, key=Keys.TAB, most=40):
            for _ in range(most):
                if browser.run("return document.activeElement.matches(arguments[0])", selector):
                    return
                browser.keys(key)
            raise AssertionError(f"{selector} cannot be reached with the keyboard")

        press_until('[data-name="yellow-note.jpg"]')
        browser.keys(Keys.ENTER)
        browser.wait_for_answer("4821")
        press_until("#strip .chip")
        browser.keys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, "7")
        browser.wait_for_answer("4871")
        browser.keys(Keys.DELETE)
        browser.wait_for_answer("481")
        browser.keys(Keys.ESCAPE)
        browser.wait("a closed digit", lambda: not browser.find("#detail").is_displayed())
        press_until("#steps summary")
        browser.keys(Keys.ENTER)
        browser.wait("pictures", lambda: len(browser.find_all("#figures img")) >= 5)
        browser.open()
        press_until("#tab-photo")
        browser.keys(Keys.ARROW_RIGHT)
        browser.wait("the drawing area", lambda: browser.find("#canvas").is_displayed())
        press_until("#theme")

    def switches_to_dark(self, browser):
        color = lambda: browser.run("return getComputedStyle(document.body).backgroundColor")
        light = color()
        browser.click("#theme")
        dark = color()
        assert dark != light and browser.find("#theme").get_attribute("aria-pressed") == "true"
        browser.open()
        assert color() == dark, "the choice is forgotten"
        browser.click("#theme")
        assert color() == light

    def follows_the_system_into_the_dark(self):
        browser = self.browser(theme="dark")
        try:
            assert browser.find("#theme").get_attribute("aria-pressed") == "true"
            assert browser.run("return getComputedStyle(document.body).backgroundColor") == "rgb(20, 22, 26)"
        finally:
            browser.close()

    def runs_no_script_from_a_name(self, browser):
        path = self.scratch / '<svg onload=window.hit=1>";=cmd.jpg'
        path.write_bytes((SAMPLES / "single-digit.jpg").read_bytes())
        browser.choose(path)
        browser.wait_for_answer("4")
        browser.click("#boxes button")
        browser.click("#steps summary")
        browser.wait("pictures", lambda: len(browser.find_all("#figures img")) >= 5)
        assert browser.run("return window.hit") is None
        assert browser.text("#file") == path.name

    def is_small(self, browser):
        """Few bytes in few requests, all of them to the server; scripts/measure-serve prints how fast that is."""
        load = browser.load_without_cache()
        print(f"    {load['bytes']:,} bytes in {load['requests']} requests")
        assert load["foreign"] == 0
        assert load["bytes"] < 150_000
        assert load["requests"] <= MAXIMUM_REQUESTS
        browser.click('[data-name="yellow-note.jpg"]')
        browser.wait_for_answer("4821")
        asked = browser.run(
            "return performance.getEntriesByType('resource').filter((part) => part.name.includes('/api/')).length")
        assert asked == 1, f"{asked} requests for one photo"

    def is_accessible_and_looks_right(self):
        """Screenshots of every state at two widths in two themes, each checked by axe-core."""
        faults = []
        for theme in ("light", "dark"):
            for name, width, height in (("phone", 390, 844), ("desktop", 1280, 900)):
                browser = self.browser(width=width, height=height, theme=theme)
                try:
                    def look(state):
                        browser.screenshot(self.screenshots / f"{state}-{name}-{theme}.png")
                        faults.extend(
                            f"{state}, {name}, {theme}: {fault}"
                            for fault in browser.accessibility_faults(self.axe))
                        spill = browser.run(
                            "return document.documentElement.scrollWidth - window.innerWidth")
                        if spill > 0:
                            faults.append(f"{state}, {name}: {spill} pixels wider than the screen")

                    look("1-start")
                    browser.choose(SAMPLES / "column.jpg")
                    browser.wait_for_answer(COLUMN)
                    look("2-photo")
                    browser.click("#strip .chip")
                    look("3-digit")
                    browser.click("#steps summary")
                    browser.wait("pictures", lambda: len(browser.find_all("#figures img")) >= 5)
                    look("4-steps")
                    browser.open()
                    broken = self.scratch / "not a picture.jpg"
                    broken.write_bytes(b"text")
                    browser.choose(SAMPLES / "date.jpg", SAMPLES / "phone-number.jpg", broken)
                    browser.wait("all photos", lambda: browser.text("#photos-title") == "3 photos")
                    look("5-several")
                    browser.click("#list li:nth-child(3) button")
                    browser.wait("the error", lambda: "expected" in browser.text("#answer"))
                    look("6-error")
                    browser.click("#tab-draw")
                    look("7-draw-empty")
                    browser.draw(SEVEN, ONE)
                    browser.wait_for_answer("71")
                    browser.wait("boxes as high as the strokes", lambda: browser.run(
                        "return [...document.querySelectorAll('#drawing-boxes div')]"
                        ".every((box) => parseFloat(box.style.height) > 50)"))
                    look("8-draw")
                    browser.open("/api")
                    look("9-api")
                finally:
                    browser.close()
        assert not faults, "\n".join(faults)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("serve", help="the executable")
    parser.add_argument("--screenshots", type=pathlib.Path, required=True)
    parser.add_argument("--axe", type=pathlib.Path, required=True, help="axe.min.js")
    parser.add_argument("--only", help="the name of one story")
    arguments = parser.parse_args()
    arguments.screenshots.mkdir(parents=True, exist_ok=True)

    server = subprocess.Popen(
        [arguments.serve, "--port", "0", "--checkpoint", ROOT / "Checkpoints/digits.safetensors",
         "--timeout", f"{PATIENCE}s"],
        stderr=subprocess.PIPE, text=True)
    address = None
    for line in server.stderr:
        if " open http://" in line:
            address = line.split(" open ")[1].split()[0]
            break
    assert address, "serve did not start"
    # The log goes on; a full pipe would stop the server.
    sink = subprocess.Popen(["cat"], stdin=server.stderr, stdout=subprocess.DEVNULL)

    passed, failed = 0, 0
    try:
        with tempfile.TemporaryDirectory() as scratch:
            stories = Stories(
                address, arguments.screenshots, arguments.axe.read_text(), pathlib.Path(scratch))
            for name, story in vars(Stories).items():
                if name in ("__init__", "browser") or not callable(story):
                    continue
                if arguments.only and name != arguments.only:
                    continue
                started = time.monotonic()
                browser = stories.browser() if "browser" in inspect.signature(story).parameters else None
                try:
                    if browser:
                        story(stories, browser)
                        complaints = browser.complaints()
                        assert not complaints, complaints
                    else:
                        story(stories)
                    print(f"  ok      {name} ({time.monotonic() - started:.1f} s)", flush=True)
                    passed += 1
                except Exception:
                    print(f"  FAILED  {name}")
                    traceback.print_exc(file=sys.stdout)
                    if browser:
                        browser.screenshot(arguments.screenshots / f"failed-{name}.png")
                    failed += 1
                finally:
                    if browser:
                        browser.close()
    finally:
        server.terminate()
        server.wait(timeout=PATIENCE)
        sink.wait(timeout=PATIENCE)
    print(f"scripts/tests/browser: {passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


main()
