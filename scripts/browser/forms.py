"""The stories of the page for forms. See stories.py."""

import csv
import io
import json
import pathlib
import shutil

from browser import Keys

FORMS = pathlib.Path(__file__).resolve().parents[2] / "Data/samples/forms"
# What is written on the three sample forms, field by field as card.json has them.
WRITTEN = [
    ["47110815", "003942", "03.11.2026", "4", "false", "false"],
    ["00129974", "127050", "14.11.2026", "12", "true", "false"],
    ["83350261", "060618", "27.11.2026", "3", "false", "true"],
]

MARKS = [
    ["1", "84", "71", "155"], ["2", "63", "90", "153"], ["3", "", "58", "58"], ["4", "95", "47", "142"],
    ["5", "70", "", "70"], ["6", "39", "66", "105"],
]


def with_template(browser):
    """The sample form with its own template."""
    browser.open("/forms")
    browser.choose(FORMS / "card.json", FORMS / "empty.png", field="#form-files")
    browser.wait("six fields", lambda: len(browser.find_all("#list li")) == 6)


def read(browser, *names):
    browser.choose(*[FORMS / name for name in names])
    browser.wait("all scans", lambda: browser.text("#summary").startswith(f"{len(names)} scan"))


def values(browser):
    """The values of the table, a list for each scan."""
    rows = browser.run("""
        return [...document.querySelectorAll("#table tbody tr")].map((row) => [...row.querySelectorAll(".value span")]
          .map((value) => value.textContent));
        """)
    return rows


def saved_table(browser, name):
    browser.click("#save-csv")
    return list(csv.DictReader(io.StringIO(browser.download(name))))


class FormStories:
    def reads_the_example_of_a_form(self, browser):
        """As a stranger: the example, its fields as they are proposed, its scans, a table."""
        browser.open("/forms")
        browser.click("#example")
        browser.wait("proposed fields", lambda: len(browser.find_all("#list li")) >= 5)
        browser.wait("it said", lambda: "fields" in browser.text("#live"))
        browser.click("#example-scans")
        browser.wait("all scans", lambda: browser.text("#summary").startswith("3 scans read"))
        rows = values(browser)
        assert len(rows) == 3 and all(len(row) == len(browser.find_all("#list li")) for row in rows), rows
        assert all("83350261" in row or "00129974" in row for row in rows[1:]), rows
        assert all(image.get_property("naturalWidth") > 50 for image in browser.find_all("#table img")[:3])

    def corrects_forms_by_keyboard(self, browser):
        """Every doubtful field with keys alone, and the table says what a person said."""
        with_template(browser)
        read(browser, "1.jpg", "2.jpg", "3.jpg")
        doubtful = int(browser.text("#summary").split(" to look at")[0].split()[-1])
        assert doubtful >= 1, browser.text("#summary")
        names = [field["name"] for field in json.loads((FORMS / "card.json").read_text())["fields"]]
        browser.run("document.getElementById('review-value').focus()")
        browser.run("document.getElementById('review-value').select()")
        for left in range(doubtful, 0, -1):
            scan, name = browser.text("#review-where"), browser.text("#review-name")
            truth = WRITTEN[int(scan.split(".")[0]) - 1][names.index(name)]
            if left == doubtful:
                # What does not fit the field is asked about once.
                browser.keys("x", Keys.ENTER)
                browser.wait("a complaint", lambda: "Enter once more" in browser.text("#review-notes"))
                browser.run("document.getElementById('review-value').select()")
            browser.keys(truth, Keys.ENTER)
            words = "nothing is left to look at" if left == 1 else f"{left - 1} to look at"
            browser.wait(words, lambda: words in browser.text("#summary"))
        assert values(browser) == WRITTEN, values(browser)
        rows = saved_table(browser, "Meter card.csv")
        assert [[row[name] for name in names] for row in rows] == WRITTEN, rows
        settled = [row[f"{name}.status"] for row in rows for name in names]
        assert settled.count("corrected") + settled.count("confirmed") == doubtful, settled
        assert "corrected" in settled or "confirmed" in settled
        # Back goes to the last one.
        browser.click("#table tbody tr:nth-child(2) td:nth-child(5) button")
        browser.wait("the field", lambda: browser.text("#review-name") == "people")
        browser.click("#table tbody tr:nth-child(1) td:nth-child(6) button")
        browser.wait("the box", lambda: browser.find("#review-value").tag_name == "select")
        browser.click("#review-previous")
        browser.wait("the field before", lambda: browser.text("#review-name") == "people")

    def draws_a_field(self, browser):
        """A field dragged, named, moved by mouse and keys, taken back, saved, opened again and read."""
        browser.open("/forms")
        browser.choose(FORMS / "empty.png", field="#form-files")
        browser.wait("the form", lambda: browser.find("#editor").is_displayed() and browser.frame("#picture")[2] > 100)
        for _ in range(len(browser.find_all("#list li"))):
            browser.click("#list li:first-child button")
            browser.click('#one [name="remove"]')
        browser.wait("no field", lambda: len(browser.find_all("#list li")) == 0)
        assert "no field yet" in browser.text("#problems")
        assert browser.find("#choose-scans").get_property("disabled")
        browser.click("#fit")
        browser.click("#add")
        place = on_form(browser, 86, 246, 376, 68)
        browser.drag(place[:2], place[2:])
        browser.wait("a field", lambda: len(browser.find_all("#list li")) == 1)
        browser.type('#one [name="name"]', "customer" + Keys.ENTER)
        browser.wait("its name", lambda: browser.text("#list li").startswith("customer"))
        choose_option(browser, '#one [name="kind"]', "digits")
        browser.wait("the digits", lambda: browser.find_all('#one [name="digits"]'))
        browser.type('#one [name="digits"]', "eight" + Keys.ENTER)
        assert browser.find('#one [name="digits"]').get_attribute("aria-invalid") == "true"
        browser.type('#one [name="digits"]', "8" + Keys.ENTER)
        browser.wait("eight digits", lambda: "8 digits" in browser.text("#list li"))
        box = lambda: browser.run("return [...document.querySelectorAll('.field-box')].map((b) => [b.offsetLeft, b.offsetTop, b.offsetWidth, b.offsetHeight])[0]")
        before = box()
        browser.run("document.querySelector('.field-box').focus()")
        browser.keys(Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ARROW_DOWN)
        browser.wait("the box further down", lambda: box()[1] > before[1])
        moved = box()
        browser.chord(Keys.SHIFT, Keys.ARROW_RIGHT)
        browser.wait("a wider box", lambda: box()[2] >= moved[2])
        for _ in range(5):
            browser.chord(Keys.CONTROL, "z")
        browser.wait("the box where it was", lambda: box() == before)
        # By its corner with the mouse, and back.
        middle = spot(browser, ".handle.se")
        browser.drag(middle, (middle[0] + 40, middle[1] + 10))
        browser.wait("a larger box", lambda: box()[2] > before[2] + 20)
        browser.click("#undo")
        browser.wait("the box where it was", lambda: box() == before)
        browser.type("#form-name", "card")
        browser.click("#save-template")
        template = json.loads(browser.download("card.json"))
        assert template["reference"].startswith("data:image/"), template["reference"][:40]
        (field,) = template["fields"]
        assert (field["name"], field["kind"], field["count"]) == ("customer", "digits", 8), field
        assert all(abs(one - other) <= 4 for one, other in zip(field["box"], [86, 246, 376, 68])), field
        (self.scratch / "again.json").write_text(json.dumps(template))
        browser.open("/forms")
        browser.choose(self.scratch / "again.json", field="#form-files")
        browser.wait("the field", lambda: len(browser.find_all("#list li")) == 1)
        read(browser, "2.jpg", "3.jpg")
        assert values(browser) == [["00129974"], ["83350261"]], values(browser)

    def makes_a_choice_of_boxes(self, browser):
        with_template(browser)
        browser.click("#list li:nth-child(5) button")
        choose_option(browser, '#one [name="kind"]', "mark")
        browser.wait("the problem", lambda: "two boxes or more" in browser.text("#problems"))
        browser.click('#one [name="add-box"]')
        place = on_form(browser, 690, 526, 34, 34)
        browser.click_at(*center(place))
        browser.wait("five fields", lambda: len(browser.find_all("#list li")) == 5)
        browser.keys(Keys.ESCAPE)
        browser.type('#one [name="choice0"]', "new" + Keys.ENTER)
        browser.type('#one [name="choice1"]', "moved" + Keys.ENTER)
        browser.wait("no problem", lambda: not browser.find("#problems").is_displayed())
        read(browser, "2.jpg", "3.jpg", "1.jpg")
        chosen = [row[4] for row in values(browser)]
        assert chosen == ["new", "moved", "–"], values(browser)

    def reads_a_table(self, browser):
        """Each cell is shown on the photo, corrected by keyboard, saved; a photo without a table says so."""
        browser.choose(FORMS / "marks.jpg")
        browser.wait("the photo", lambda: "1" in browser.text("#answer"))
        browser.click("#as-table")
        browser.wait("a table", lambda: len(browser.find_all("#tables .cells tr")) == 6)
        cells = lambda: browser.run(
            "return [...document.querySelectorAll('.cells tr')].map((row) => [...row.querySelectorAll('input')].map((cell) => cell.value))")
        assert cells() == MARKS, cells()
        assert "6 rows, 4 columns" in browser.text("#tables p"), browser.text("#tables p")
        browser.run("document.querySelectorAll('.cells input')[3].focus()")
        browser.wait("the cell on the photo", lambda: browser.find_all(".cell-mark"))
        left, top, right, bottom = browser.frame(".cell-mark")
        photo = browser.frame("#picture")
        assert photo[0] + 0.6 * (photo[2] - photo[0]) < left < right < photo[2] and bottom - top > 10, (left, right, photo)
        browser.keys("156", Keys.ENTER)
        browser.wait("the cell below", lambda: browser.run("return document.activeElement.value") == "153")
        browser.screenshot(self.screenshots / "table.png")
        browser.click("#tables button")
        rows = list(csv.reader(io.StringIO(browser.download("marks-table.csv"))))
        assert rows == [["1", "84", "71", "156"], *MARKS[1:]], rows
        browser.choose(FORMS.parent / "single-digit.jpg")
        browser.wait_for_answer("4")
        assert not browser.find("#tables").is_displayed()
        browser.click("#as-table")
        browser.wait("no table", lambda: "no table" in browser.text("#tables"))

    def names_what_is_no_form(self, browser):
        """Another page, no picture, no template, a template whose picture is missing."""
        browser.open("/forms")
        for name, text, words in (
            ("none.json", "{", "no JSON"), ("other.json", "[1]", "it needs a name"),
            ("far.json", (FORMS / "card.json").read_text(), "Choose empty.png together with far.json"),
        ):
            (self.scratch / name).write_text(text)
            browser.choose(self.scratch / name, field="#form-files")
            browser.wait(words, lambda: words in browser.text("#alert"))
        (self.scratch / "text.png").write_text("no picture")
        browser.choose(self.scratch / "text.png", field="#form-files")
        browser.wait("an error", lambda: "text.png" in browser.text("#alert"))
        assert browser.find("#source").is_displayed()
        browser.complaints()  # the server's 422
        with_template(browser)
        shutil.copy(FORMS.parent / "column.jpg", self.scratch / "<b>column.jpg")
        browser.choose(self.scratch / "<b>column.jpg", self.scratch / "text.png", FORMS / "3.jpg")
        browser.wait("all scans", lambda: browser.text("#summary").startswith("3 scans read"))
        assert "2 could not be read" in browser.text("#summary"), browser.text("#summary")
        failed = [row.get_property("innerText") for row in browser.find_all("#table tr.failed")]
        assert "<b>column.jpg" in failed[0] and "found another page" in failed[0], failed
        rows = saved_table(browser, "Meter card.csv")
        assert "another page" in rows[0]["error"] and rows[2]["customer"] == "83350261", rows
        browser.complaints()

    def uses_forms_on_a_phone(self):
        """Fields chosen and moved by finger, a scan read and corrected, nothing wider than the screen; axe finds nothing."""
        faults = []
        for theme, width, height in (("light", 390, 844), ("dark", 390, 844), ("light", 1280, 900), ("dark", 1280, 900)):
            browser = self.browser(width=width, height=height, theme=theme)
            size = "phone" if width < 600 else "desktop"
            try:
                def look(state):
                    browser.screenshot(self.screenshots / f"{state}-{size}-{theme}.png")
                    faults.extend(f"{state}, {size}, {theme}: {fault}" for fault in browser.accessibility_faults(self.axe))
                    spill = browser.run("return document.documentElement.scrollWidth - window.innerWidth")
                    if spill > 0:
                        faults.append(f"{state}, {size}: {spill} pixels wider than the screen")

                browser.open("/forms")
                look("forms-1-start")
                with_template(browser)
                look("forms-2-fields")
                browser.click("#list li:nth-child(4) button")
                browser.wait("the field", lambda: browser.find("#one").is_displayed())
                look("forms-3-field")
                if width < 600:
                    before = browser.run("return document.querySelector('.field-box[aria-pressed=true]').style.left")
                    start = spot(browser, ".field-box[aria-pressed=true]")
                    browser.drag(start, (start[0] - 25, start[1]), touch=True)
                    browser.wait("the box elsewhere", lambda: browser.run(
                        "return document.querySelector('.field-box[aria-pressed=true]').style.left") != before)
                    browser.click("#undo")
                read(browser, "1.jpg", "2.jpg")
                look("forms-4-scans")
                # What is in no file is not lost without a question.
                browser.type("#form-name", "Another card")
                browser.click("#start-over")
                browser.wait("the question", lambda: browser.find("#question").is_displayed())
                browser.click("#question-no")
            finally:
                browser.close()
        assert not faults, "\n".join(faults)


def on_form(browser, x, y, width, height):
    """Left, top, right and bottom on the screen of a box of the sample form, 1240 pixels wide."""
    browser.run("document.getElementById('view').scrollIntoView({block: 'center'})")
    left, top, right, _ = browser.frame("#picture")
    scale = (right - left) / 1240
    return [round(left + scale * x), round(top + scale * y), round(left + scale * (x + width)), round(top + scale * (y + height))]


def spot(browser, selector):
    """The middle of an element, in sight."""
    browser.run("document.querySelector(arguments[0]).scrollIntoView({block: 'center'})", selector)
    return center(browser.frame(selector))


def center(frame):
    return (frame[0] + frame[2]) // 2, (frame[1] + frame[3]) // 2


def choose_option(browser, selector, value):
    browser.run("""
        arguments[0].value = arguments[1];
        arguments[0].dispatchEvent(new Event("change"));
        """, browser.find(selector), value)
