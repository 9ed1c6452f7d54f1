"""The stories of the web app's page, each in a browser of its own. See scripts/tests/browser."""

import argparse
import csv
import inspect
import io
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.request
import zipfile

import PIL.Image
import PIL.ImageDraw
import pillow_heif

from browser import ONE, PATIENCE, SEVEN, Browser, Keys
from disk import serve_from_disk
from forms import FormStories

ROOT = pathlib.Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "Data/samples"
MAXIMUM_REQUESTS = 24  # of the page, itself included
# Stories that ask nothing of a browser that only Chromium can do.
IN_FIREFOX = (
    "uploads_a_photo", "reads_several_photos", "draws_digits", 
    "draws_on_after_a_digit_was_selected", "keeps_corrections", "shows_what_the_browser_cannot", "adds_splits_and_joins",
    "types_lines", "reads_the_example_of_a_form", "corrects_forms_by_keyboard", "makes_a_choice_of_boxes", "explains_one_digit", "uses_the_keyboard_only", "switches_to_dark", "runs_no_script_from_a_name",
)
COLUMN = "1284\n967\n3050\n418\n2736"


def save_with_slip(path):
    """A photo with a pencil slip through a 1: the network is not sure of it."""
    picture = PIL.Image.open(SAMPLES / "phone-number.jpg").convert("RGB")
    PIL.ImageDraw.Draw(picture).line([(313, 331), (351, 331)], fill=(60, 60, 70), width=4)
    picture.save(path, quality=95)
    return path


class Stories(FormStories):
    def __init__(self, kind, address, screenshots, axe, scratch):
        self.kind, self.address, self.screenshots, self.axe, self.scratch = kind, address, screenshots, axe, scratch

    def browser(self, **options):
        return self.kind(self.address, self.scratch, **options)

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
        rows = [row.get_property("innerText").split("\n") for row in browser.find_all("#list .open")]
        assert [row[-1] for row in rows] == names + [broken.name], rows
        assert rows[1][0] == "24121987", rows
        assert rows[5][0] == "could not be read", rows
        browser.click("#list tr:nth-child(4) .open")
        browser.wait_for_answer("4")
        browser.click("#list tr:nth-child(6) .open")
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
        browser.draw(ONE)
        browser.wait_for_answer("71")
        browser.chord(Keys.CONTROL, "z")
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
            const send = XMLHttpRequest.prototype.send;
            XMLHttpRequest.prototype.send = function (...rest) {
              window.requests += 1;
              window.mostOpen = Math.max(window.mostOpen, ++window.open);
              this.addEventListener("loadend", () => { window.open -= 1; });
              return send.apply(this, rest);
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

    def keeps_a_corrected_drawing(self, browser):
        """Over a reload, until it is saved or cleared."""
        browser.click("#tab-draw")
        browser.draw(SEVEN, ONE)
        browser.wait_for_answer("71")
        browser.click("#strip .chip:nth-of-type(2)")
        browser.keys("4")
        browser.wait_for_answer("74")
        browser.open()
        browser.wait_for_answer("74")
        browser.draw([(0.85, 0.3), (0.85, 0.5), (0.85, 0.75)])
        browser.wait_for_answer("741")
        browser.click("#save-csv")
        assert "741" in browser.download("digits.csv")
        browser.open()
        browser.wait("the start", lambda: browser.find("#welcome").is_displayed())
        assert browser.find("#tab-photo").get_attribute("aria-selected") == "true"

    def keeps_a_correction_while_the_digit_grows(self, browser):
        """What is drawn on to a corrected digit, or was not read yet when it was corrected, leaves it corrected."""
        browser.click("#tab-draw")
        browser.draw([(0.62, 0.22), (0.62, 0.28), (0.62, 0.34)])
        browser.wait_for_answer("1")
        browser.click("#strip .chip")
        browser.keys("4")
        browser.wait_for_answer("4")
        browser.draw([(0.62, 0.33), (0.62, 0.60), (0.61, 0.85)])
        browser.wait("the longer stroke", lambda: browser.run(
            "return parseFloat(document.querySelector('#drawing-boxes div').style.height) > 50"))
        browser.wait_for_answer("4")

    def switches_single_keys_off(self, browser):
        browser.choose(SAMPLES / "column.jpg", SAMPLES / "yellow-note.jpg")
        browser.wait("all photos", lambda: browser.text("#photos-title") == "2 photos")
        browser.click("#more summary")
        browser.click("#single-keys")
        browser.open()
        browser.choose(SAMPLES / "column.jpg")
        browser.wait_for_answer(COLUMN)
        assert not browser.find("#single-keys").is_selected()
        browser.click("#strip .chip")
        browser.keys("n")
        assert browser.find("#strip .chip").get_attribute("aria-pressed") == "true"

    def reads_a_document_page_by_page(self, browser):
        """A PDF document: a row for each page, its picture, the page that explains one of them."""
        document = self.scratch / "scan.pdf"
        pages = [PIL.Image.open(SAMPLES / name).convert("RGB") for name in ("column.jpg", "yellow-note.jpg")]
        pages[0].save(document, save_all=True, append_images=pages[1:], resolution=150)
        browser.choose(document)
        browser.wait("both pages", lambda: browser.text("#photos-title") == "2 photos")
        names = [row.get_property("innerText").split("\n")[-1] for row in browser.find_all("#list .open")]
        assert names == ["scan.pdf#1", "scan.pdf#2"], names
        browser.click("#list tr:nth-child(2) .open")
        browser.wait_for_answer("4821")
        browser.wait("its picture", lambda: browser.find("#picture").get_property("naturalWidth") > 500)
        browser.click("#more summary")
        browser.click("#save-page")
        assert "4821" in browser.download("scan-2-explained.html")
        browser.click("#steps summary")
        browser.wait("pictures", lambda: len(browser.find_all("#figures img")) >= 5)

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
        browser.click("#list tr:nth-child(2) .open")
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
        # What was corrected stays.
        browser.wait_for_answer("24111987")
        assert browser.find("#form").get_attribute("aria-invalid") == "true"
        # The console repeats that the server refused what did not fit.
        assert all("422" in entry["message"] for entry in browser.complaints())

    # What once broke or misled.

    def draws_on_after_a_digit_was_selected(self, browser):
        def no_answer():
            browser.wait("no answer", lambda: not browser.find("#result").is_displayed())

        browser.click("#tab-draw")
        browser.draw(SEVEN)
        browser.wait_for_answer("7")
        for button in ("#clear", "#undo"):
            browser.click("#strip .chip")
            browser.click(button)
            no_answer()
            browser.draw(ONE)
            browser.wait_for_answer("1")
            browser.click(button)
            no_answer()
            browser.draw(SEVEN)
            browser.wait_for_answer("7")
        browser.click("#clear")
        browser.click("#tab-photo")
        browser.choose(SAMPLES / "yellow-note.jpg")
        browser.wait_for_answer("4821")
        browser.click("#strip .chip")
        browser.click("#tab-draw")
        no_answer()
        browser.draw(ONE)
        browser.wait_for_answer("1")

    def keeps_corrections(self, browser):
        """Over another number of digits, the next stroke, a reload; "Remove all" asks."""
        browser.choose(SAMPLES / "yellow-note.jpg")
        browser.wait_for_answer("4821")
        browser.click("#strip .chip:nth-of-type(2)")
        browser.click("#detail .bar:nth-child(4)")
        browser.wait_for_answer("4321")
        for text in ("##-##", "", "4", ""):
            browser.type("#form", text)
            # Typing pauses, then it is read anew.
            browser.run("window.asked = performance.getEntriesByType('resource').length")
            browser.wait("another reading", lambda: browser.run(
                "return performance.getEntriesByType('resource').length > window.asked"))
            browser.wait_for_answer("43-21" if text == "##-##" else "4321")
        browser.open()
        browser.wait_for_answer("4321")
        browser.click("#forget-kept")
        assert browser.find("#question").is_displayed()
        browser.click("#question-no")
        assert browser.text("#answer") == "4321"
        browser.click("#save-csv")
        assert "corrected" in browser.download("digits.csv")
        browser.open()
        assert browser.find("#welcome").is_displayed(), "what was saved is kept on"
        browser.click("#tab-draw")
        browser.draw(SEVEN)
        browser.wait_for_answer("7")
        browser.click("#strip .chip")
        browser.click("#detail .bar:nth-child(3)")
        browser.wait_for_answer("2")
        browser.draw(ONE)
        browser.wait_for_answer("21")

    def shows_what_the_browser_cannot(self, browser):
        """HEIC and TIFF: the picture and the boxes on it, and a picture in the table."""
        picture = PIL.Image.open(SAMPLES / "yellow-note.jpg")
        pillow_heif.register_heif_opener()
        heic, tiff = self.scratch / "note.heic", self.scratch / "pages.tif"
        picture.save(heic, quality=90)
        column = PIL.Image.open(SAMPLES / "column.jpg")
        picture.save(tiff, save_all=True, append_images=[column])
        browser.choose(heic, tiff)
        browser.wait("three pages", lambda: browser.text("#photos-title") == "3 photos")
        for row, text in enumerate(("4821", "4821", COLUMN), start=1):
            browser.click(f"#list > :nth-child({row}) button")
            browser.wait_for_answer(text)
            browser.wait("its picture", lambda: browser.run(
                "return document.getElementById('picture').naturalWidth > 100"))
            box, shown = browser.find("#boxes button").rect, browser.find("#picture").rect
            assert 8 < box["height"] < shown["height"] and shown["height"] > 100, (box, shown)
        browser.wait("pictures in the table", lambda: browser.run(
            "return [...document.querySelectorAll('#list img')].every((i) => i.naturalWidth > 0)"))

    def keeps_photo_answer_and_bars_together(self, browser):
        """On 1280 x 900: a digit of the picture is clicked, and nothing moves away."""
        browser.choose(SAMPLES / "column.jpg")
        browser.wait_for_answer(COLUMN)
        before = browser.run("return scrollY")
        # The last digit, with the mouse where it is.
        box = browser.run(
            """
            const all = [...document.querySelectorAll("#boxes button")];
            const frame = all[all.length - 1].getBoundingClientRect();
            return [frame.x + frame.width / 2, frame.y + frame.height / 2];
            """)
        browser.click_at(*box)
        browser.wait("the digit", lambda: browser.find("#detail").is_displayed())
        moved = browser.run("return scrollY") - before
        assert abs(moved) < 5, f"the page moved by {moved} pixels"
        for part in ("#picture", "#answer", "#detail .bars"):
            top, bottom = browser.run(
                "const r = document.querySelector(arguments[0]).getBoundingClientRect(); return [r.top, r.bottom]", part)
            assert top >= 0 and bottom <= 900, f"{part} is from {top} to {bottom}"

    def shows_a_photo_that_fails(self, browser):
        browser.choose(SAMPLES / "yellow-note.jpg")
        browser.wait_for_answer("4821")
        browser.find("#form").send_keys("30")
        browser.wait("the refusal", lambda: "expected 30 digits" in browser.text("#answer"))
        assert "--" not in browser.text("#answer"), browser.text("#answer")
        assert browser.find("#picture").is_displayed()
        browser.find("#form").send_keys(Keys.BACKSPACE, Keys.BACKSPACE)
        browser.wait_for_answer("4821")
        assert all("422" in entry["message"] for entry in browser.complaints())

    def marks_what_makes_up_the_number(self, browser):
        """Four digits on the photo, five asked for: refused, or what was cut to make five is marked as doubtful."""
        browser.choose(SAMPLES / "yellow-note.jpg")
        browser.wait_for_answer("4821")
        browser.type("#form", "5")
        browser.wait("another answer", lambda: browser.text("#answer") not in ("4821", "Reading …"))
        if "expected 5 digits" in browser.text("#answer"):
            assert all("422" in entry["message"] for entry in browser.complaints())
        else:
            assert "only to make up the number" in browser.text("#said")
            assert browser.find_all("#strip .chip.doubtful") and browser.find("#next").is_displayed()

    def reads_folders_and_zip_files(self, browser):
        folder = self.scratch / "scans"
        (folder / "march").mkdir(parents=True)
        (folder / "notes.txt").write_text("no picture")
        for number in (1, 2, 10):
            shutil.copy(SAMPLES / "single-digit.jpg", folder / f"march/{number}.jpg")
        packed = self.scratch / "scans.zip"
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
            file.write(SAMPLES / "date.jpg", "b/date.jpg")
            file.writestr("__MACOSX/b/._date.jpg", b"no picture")
            file.write(SAMPLES / "yellow-note.jpg", "a.jpg", zipfile.ZIP_STORED)
        browser.drop_files(folder)
        browser.wait("the folder", lambda: browser.text("#photos-title") == "3 photos")
        names = lambda: [row.get_property("innerText").split("\n")[-1] for row in browser.find_all("#list .open")]
        assert names() == ["scans/march/1.jpg", "scans/march/2.jpg", "scans/march/10.jpg"], names()
        browser.choose(packed)
        browser.wait("the zip file", lambda: browser.text("#photos-title") == "5 photos")
        assert names()[3:] == ["a.jpg", "b/date.jpg"], names()
        browser.wait_for_answer("4821")
        browser.find("#folder").send_keys(str(folder))
        browser.wait("the chosen folder", lambda: browser.text("#photos-title") == "8 photos")
        broken = self.scratch / "broken.zip"
        broken.write_bytes(b"PK\x03\x04 and no more")
        browser.choose(broken)
        browser.wait("the complaint", lambda: "broken.zip is no zip file" in browser.text("#alert"))

    def tells_offline_from_refused(self, browser):
        # Once the service worker is there, nothing but the photo is fetched.
        browser.driver.execute_async_script("navigator.serviceWorker.ready.then(() => arguments[0]())")
        browser.command("Network.enable")
        def go(offline):
            browser.command(
                "Network.emulateNetworkConditions", offline=offline, latency=0, downloadThroughput=-1, uploadThroughput=-1)
        go(offline=True)
        browser.choose(SAMPLES / "yellow-note.jpg")
        browser.wait("the failure", lambda: "no connection" in browser.text("#answer"))
        assert browser.find("#picture").is_displayed() and browser.find("#retry").is_displayed()
        go(offline=False)
        browser.wait_for_answer("4821")
        # There is a network, but the server does not run.
        browser.command("Network.setBlockedURLs", urls=["*/api/*", "*/healthz"])
        browser.click("#samples button")
        browser.wait("the failure", lambda: "Does it run?" in browser.text("#answer"))
        browser.command("Network.setBlockedURLs", urls=[])
        browser.click("#retry")
        browser.wait_for_answer("01614960357")
        # The console repeats what could not be reached.
        complaints = [entry["message"] for entry in browser.complaints()]
        assert all("net::ERR_" in message for message in complaints), complaints

    def saves_tables_that_keep_zeros(self, browser):
        """Digits are quoted text, a corrected line says so, a row a photo can be had, all can be copied."""
        browser.choose(SAMPLES / "phone-number.jpg", SAMPLES / "column.jpg")
        browser.wait("all photos", lambda: browser.text("#photos-title") == "2 photos")
        browser.wait_for_answer("01614960357")
        browser.click("#strip .chip:nth-of-type(11)")
        browser.click("#detail .bar:nth-child(9)")
        browser.wait_for_answer("01614960358")
        browser.click("#save-csv")
        text = browser.download("digits.csv")
        assert ',"01614960358",corrected,' in text, text
        rows = list(csv.DictReader(io.StringIO(text)))
        assert rows[0]["text"] == "01614960358" and 0 < float(rows[1]["confidence"]) <= 1, rows
        browser.click("#more summary")
        browser.find("#rows").send_keys("photo")
        browser.click("#save-csv")
        rows = list(csv.DictReader(io.StringIO(browser.download("digits.csv"))))
        assert [row["text"] for row in rows] == ["01614960358", COLUMN.replace("\n", " ")], rows
        assert rows[0]["confidence"] == "corrected", rows
        browser.click("#copy-all")
        browser.wait("the clipboard", lambda: browser.text("#live") == "Copied")
        copied = browser.driver.execute_async_script("navigator.clipboard.readText().then(arguments[0])")
        assert copied == "phone-number.jpg\t01614960358\ncolumn.jpg\t" + COLUMN.replace("\n", "\t"), copied

    # How people work with it.

    def adds_splits_and_joins(self, browser):
        """By mouse, and by keyboard alone; every step can be taken back."""
        browser.choose(SAMPLES / "yellow-note.jpg")
        browser.wait_for_answer("4821")
        left, top, right, bottom = browser.frame("#boxes button", 1)
        browser.click("#strip .chip:nth-of-type(2)")
        browser.click("[data-part=gone]")
        browser.wait_for_answer("421")
        browser.click("#add")
        browser.drag((left - 4, top - 4), (right + 4, bottom + 4))
        browser.wait_for_answer("4821")
        browser.wait("the new digit", lambda: "added" in browser.text("#detail .head"))
        browser.click("[data-part=join]")
        browser.wait("joined digits", lambda: len(browser.text("#answer")) == 3)
        browser.click("[data-part=split]")
        browser.wait_for_answer("4821")
        for answer in (3, 4, 3, 4):
            browser.click("#take-back")
            browser.wait("one step back", lambda: len(browser.text("#answer")) == answer)
        browser.wait_for_answer("4821")
        assert not browser.find("#take-back").is_enabled()
        browser.chord(Keys.CONTROL, Keys.SHIFT, "z")
        browser.wait_for_answer("421")
        browser.chord(Keys.CONTROL, "z")
        browser.wait_for_answer("4821")
        # The box in the middle of the photo, moved onto nothing: a digit that only a person can tell.
        browser.run("document.getElementById('add').focus()")
        browser.keys(Keys.ENTER)
        assert browser.run("return document.activeElement.id") == "new-box"
        browser.chord(Keys.SHIFT, Keys.ARROW_LEFT)
        browser.keys(*[Keys.ARROW_UP] * 60, Keys.ENTER)
        browser.wait("a digit that is not known", lambda: "?" in browser.text("#answer"))
        # The console repeats that the server saw no digit there.
        assert all("422" in entry["message"] for entry in browser.complaints())

    def types_lines(self, browser):
        browser.choose(SAMPLES / "ruled-paper.jpg")
        browser.wait_for_answer("705184\n263916")
        def type_lines(text):
            browser.click("#edit")
            browser.type("#lines", text)
            browser.click("#edit-apply")

        type_lines("6abc")
        browser.wait("the complaint", lambda: "found abc" in browser.text("#edit-help"))
        assert browser.find("#lines").get_attribute("aria-invalid") == "true"
        browser.find("#lines").send_keys(Keys.ESCAPE)
        type_lines("7051845\n26916")
        browser.wait_for_answer("7051845\n26916")
        assert browser.run("return document.activeElement.id") == "edit"
        browser.click("#take-back")
        browser.wait_for_answer("705184\n263916")
        type_lines("705184")
        browser.wait("the complaint", lambda: "2 lines in the photo" in browser.text("#edit-help"))

    def reviews_thirty_photos(self, browser):
        """A clerk: three doubtful digits among thirty photos, one key each, then one table."""
        sure = (SAMPLES / "yellow-note.jpg").read_bytes()
        folder = self.scratch / "thirty"
        folder.mkdir()
        for number in range(1, 31):
            (folder / f"{number:02}.jpg").write_bytes(sure)
        for number in (7, 18, 29):
            save_with_slip(folder / f"{number:02}.jpg")
        browser.drop_files(folder)
        browser.wait("thirty photos", lambda: browser.text("#photos-title") == "30 photos")
        doubtful = [row.get_property("innerText") for row in browser.find_all("#list .doubt")]
        assert [index for index, text in enumerate(doubtful, 1) if "doubtful" in text] == [7, 18, 29], doubtful
        assert browser.text("#left") == "3 to look at."
        for number in ("07", "18", "29"):
            browser.keys("n")
            browser.wait("the photo", lambda: browser.text("#file") == f"thirty/{number}.jpg")
            browser.wait("its digit", lambda: browser.find("#detail").is_displayed())
            assert browser.run("return document.activeElement.className").startswith("chip")
            browser.keys("9")
        browser.wait("nothing left", lambda: browser.text("#left") == "Nothing is left to look at.")
        browser.find("#filter").send_keys("to look")
        browser.click("#save-csv")
        rows = list(csv.DictReader(io.StringIO(browser.download("digits.csv"))))
        assert len(rows) == 30 and [row["confidence"] for row in rows].count("corrected") == 3, rows
        assert all(row["text"][0] == "0" for row in rows if row["confidence"] == "corrected"), rows
        browser.find("#filter").send_keys("all")
        browser.click("#list tr:nth-child(2) input")
        browser.find("#filter").send_keys("done")
        browser.wait("one done", lambda: any("02.jpg" in row.text for row in browser.find_all("#list .open")))
        browser.click("#list tr:last-child .remove")
        browser.wait("one less", lambda: browser.text("#photos-title") == "29 photos")

    def works_on_a_phone(self):
        """Three photos, previous and next, a row of the table; turned while drawing."""
        browser = self.browser(width=390, height=844)
        try:
            browser.choose(SAMPLES / "date.jpg", SAMPLES / "column.jpg", SAMPLES / "yellow-note.jpg")
            browser.wait("all photos", lambda: browser.text("#photos-title") == "3 photos")
            browser.click("#following")
            browser.wait_for_answer(COLUMN)
            browser.click("#following")
            browser.wait_for_answer("4821")
            browser.click("#previous")
            browser.wait_for_answer(COLUMN)
            browser.click("#list tr:nth-child(1) .open")
            browser.wait_for_answer("24121987")
            browser.wait("the photo in sight", lambda: 0 <= browser.frame("#picture")[1] < 500)
            left, top, right, bottom = browser.frame("#boxes button", 3)
            browser.click_at((left + right) // 2, (top + bottom) // 2)
            browser.wait("the digit", lambda: browser.find("#detail").is_displayed())
            covered = browser.frame("#detail")[1]
            assert browser.frame("#detail")[3] <= 844
            assert 0 <= browser.frame("#picture")[1] and browser.frame("#boxes [aria-pressed=true]")[3] <= covered
            # Nor is it covered where the photo stands lower on the screen.
            browser.click("[data-part=close]")
            browser.run("scrollTo(0, 0)")
            left, top, right, bottom = browser.frame("#boxes button", 3)
            browser.click_at((left + right) // 2, (top + bottom) // 2)
            browser.wait("the digit above its bars", lambda: 0 <= browser.frame("#boxes [aria-pressed=true]")[1]
                         and browser.frame("#boxes [aria-pressed=true]")[3] <= browser.frame("#detail")[1])
            # A digit is taken away, and added again with a finger.
            left, top, right, bottom = browser.frame("#boxes [aria-pressed=true]")
            browser.click("[data-part=gone]")
            browser.wait_for_answer("2411987")
            browser.click("[data-part=close]")
            browser.run("document.getElementById('look').scrollIntoView()")
            browser.click("#add")
            one = browser.frame("#boxes button", 2)
            browser.drag((one[2] + 1, one[1] - 6), (one[2] + 3 + right - left, one[3] + 6), touch=True)
            browser.wait_for_answer("24121987")
            browser.click("[data-part=close]")
            browser.resize(844, 390)
            browser.click("#tab-draw")
            browser.draw(SEVEN)
            browser.draw([(0.9, 0.22), (0.9, 0.78)])
            browser.wait_for_answer("71")
            browser.resize(390, 844)
            browser.wait("both digits in sight", lambda: len(browser.find_all("#drawing-boxes div")) == 2 and all(
                browser.frame("#drawing-boxes div", index)[2] < 390 for index in (0, 1)))
            browser.wait_for_answer("71")
            assert not browser.complaints()
        finally:
            browser.close()

    def fits_320_pixels(self):
        browser = self.browser(width=320, height=640)
        try:
            def fits():
                return browser.run("return document.documentElement.scrollWidth") <= 320

            assert fits()
            browser.choose(SAMPLES / "phone-number.jpg", SAMPLES / "column.jpg")
            browser.wait("all photos", lambda: browser.text("#photos-title") == "2 photos")
            browser.click("#strip .chip")
            browser.click("#detail .bar:nth-child(10)")
            assert fits() and browser.frame("#detail")[2] <= 320
            browser.click("[data-part=close]")
            browser.click("#more summary")
            browser.click("#edit")
            assert fits()
        finally:
            browser.close()

    def zooms_and_pans(self, browser):
        browser.choose(SAMPLES / "column.jpg")
        browser.wait_for_answer(COLUMN)
        before = browser.frame("#boxes button")
        for _ in range(4):
            browser.click("#zoom-in")
        after = browser.frame("#boxes button")
        assert after[2] - after[0] > 4 * (before[2] - before[0]), (before, after)
        left, top, right, bottom = browser.frame("#view")
        browser.drag((left + 100, top + 100), (left + 40, top + 60))
        moved = browser.frame("#boxes button")
        assert moved[0] - after[0] == -60 and moved[1] - after[1] == -40, (after, moved)
        browser.click("#strip .chip:nth-of-type(18)")
        digit = browser.frame("#boxes [aria-pressed=true]")
        assert left <= digit[0] and digit[2] <= right and top <= digit[1] and digit[3] <= bottom, (digit, left, top)
        browser.click("#fit")
        assert browser.frame("#boxes button") == before

    def explains_one_digit(self, browser):
        """A student: the bars of a lone digit are there at once; the picture and the page can be saved."""
        browser.click("#tab-draw")
        browser.draw(SEVEN)
        browser.wait_for_answer("7")
        browser.wait("the bars", lambda: browser.find("#detail .bars").is_displayed())
        browser.click("#detail .why summary")
        browser.wait("what speaks for it", lambda: len(browser.find_all("#detail .why img")) == 2)
        assert "Blue speaks for a 7" in browser.text("#detail .why"), browser.text("#detail .why")
        browser.screenshot(self.screenshots / "why.png")
        # It stays open, and tells of what is drawn next.
        browser.draw([(0.22, 0.52), (0.3, 0.5), (0.42, 0.5)])
        browser.wait("the same", lambda: browser.find_all("#detail .why[open] img"))
        browser.click("#undo")
        browser.wait_for_answer("7")
        browser.click("#steps summary")
        browser.wait("pictures", lambda: len(browser.find_all("#figures img")) >= 5)
        browser.click("#figures .enlarge")
        assert browser.find("#big").is_displayed()
        browser.keys(Keys.ESCAPE)
        browser.click("#more summary")
        browser.click("#save-page")
        page = browser.download("drawing-explained.html")
        assert "What the network saw" in page and "<script" not in page
        browser.click("#save-picture")
        picture = PIL.Image.open(io.BytesIO(browser.download("drawing-annotated.png", binary=True)))
        assert min(picture.size) > 300, picture.size

    def sends_large_photos_smaller(self, browser):
        """Over the server's limit, and on its side by its EXIF orientation; sending can be stopped."""
        picture = PIL.Image.open(SAMPLES / "yellow-note.jpg").convert("RGB").resize((6000, 5730))
        noise = PIL.Image.effect_noise((6000, 5730), 60).convert("RGB")
        large = self.scratch / "large.jpg"
        turned = PIL.Image.blend(picture, noise, 0.25).transpose(PIL.Image.Transpose.ROTATE_90)
        exif = turned.getexif()
        exif[0x0112] = 6
        turned.save(large, quality=97, exif=exif)
        assert large.stat().st_size > 20_000_000
        browser.choose(large)
        browser.wait_for_answer("4821")
        # Boxes are those of the photo itself.
        browser.click("#save-json")
        record = json.loads(browser.download("digits.json"))[0]
        assert (record["width"], record["height"]) == (6000, 5730), record
        assert all(box["box"][3] > 800 for box in record["lines"][0]["digits"]), record
        browser.click("#remove")
        browser.wait("an empty page", lambda: browser.find("#welcome").is_displayed())
        browser.command("Network.enable")
        browser.command(
            "Network.emulateNetworkConditions", offline=False, latency=0, downloadThroughput=-1, uploadThroughput=20_000)
        browser.choose(large, SAMPLES / "yellow-note.jpg")
        browser.wait("the progress", lambda: "Sending, " in browser.text("#answer"))
        browser.click("#cancel")
        browser.wait("the end", lambda: "you stopped it" in browser.text("#answer"))
        browser.command(
            "Network.emulateNetworkConditions", offline=False, latency=0, downloadThroughput=-1, uploadThroughput=-1)
        browser.click("#retry")
        browser.wait_for_answer("4821")

    def opens_without_a_connection(self, browser):
        browser.driver.execute_async_script("navigator.serviceWorker.ready.then(() => arguments[0]())")
        browser.open()  # now through the service worker, which keeps it
        browser.command("Network.enable")
        browser.command(
            "Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=-1, uploadThroughput=-1)
        browser.open()
        browser.click("#tab-draw")
        browser.draw(SEVEN)
        browser.wait("the reason", lambda: "no connection" in browser.text("#answer"))
        browser.command(
            "Network.emulateNetworkConditions", offline=False, latency=0, downloadThroughput=-1, uploadThroughput=-1)
        browser.wait_for_answer("7")
        complaints = [entry["message"] for entry in browser.complaints()]
        assert all("net::ERR_" in message for message in complaints), complaints

    def names_its_own_address(self, browser):
        browser.open("/api")
        browser.wait("the address", lambda: f"{self.address}/api/recognize" in browser.text("pre"))

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
        assert load["bytes"] < 180_000
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
                    browser.choose(SAMPLES / "date.jpg", save_with_slip(self.scratch / "slip.jpg"), broken)
                    browser.wait("all photos", lambda: browser.text("#photos-title") == "3 photos")
                    look("5-several")
                    browser.keys("n", "1")
                    browser.wait("a doubtful digit", lambda: browser.find("#detail").is_displayed())
                    browser.run("document.getElementById('add').focus()")
                    browser.keys(Keys.ENTER)
                    look("5-correcting")
                    browser.keys(Keys.ESCAPE)
                    browser.run("document.getElementById('edit').click()")
                    look("5-typing")
                    browser.run("document.getElementById('forget').click()")
                    look("5-question")
                    browser.click("#question-no")
                    browser.click("#list tr:nth-child(3) .open")
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
    parser.add_argument("--only", help="the name of one story, or several with commas")
    parser.add_argument("--firefox", action="store_true", help="in Firefox, the stories that it can play")
    parser.add_argument("--page", type=pathlib.Path, help="a folder to take the page from, in place of the built one")
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
    if arguments.page:
        address = serve_from_disk(arguments.page, address)
    # The log goes on; a full pipe would stop the server.
    sink = subprocess.Popen(["cat"], stdin=server.stderr, stdout=subprocess.DEVNULL)

    kind = Browser
    if arguments.firefox:
        from firefox import Firefox as kind
    passed, failed = 0, 0
    try:
        with tempfile.TemporaryDirectory() as scratch:
            stories = Stories(
                kind, address, arguments.screenshots, arguments.axe.read_text(), pathlib.Path(scratch))
            for name, story in {**vars(Stories), **vars(FormStories)}.items():
                if name.startswith("__") or name == "browser" or not callable(story):
                    continue
                if arguments.only and name not in arguments.only.split(","):
                    continue
                if arguments.firefox and name not in IN_FIREFOX:
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
    print(f"scripts/tests/browser in {'Firefox' if arguments.firefox else 'Chromium'}: {passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


main()
