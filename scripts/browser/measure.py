"""Times of the page in a browser: `measure.py ADDRESS`; see scripts/measure-serve."""

import statistics
import sys
import tempfile

from browser import SEVEN, Browser

RUNS = 9


def answer_after_click(browser):
    """Milliseconds from a click on a sample to its answer in the page."""
    return browser.driver.execute_async_script(
        """
        const done = arguments[0];
        const start = performance.now();
        new MutationObserver(() => {
          if (document.getElementById("answer").textContent === "4821") done(performance.now() - start);
        }).observe(document.getElementById("answer"), {childList: true});
        document.querySelector('[data-name="yellow-note.jpg"]').click();
        """)


def delays_behind_the_pen(browser):
    """Milliseconds from a movement of the pen to the first answer that has seen it."""
    browser.click("#tab-draw")
    browser.draw(SEVEN)
    browser.wait_for_answer("7")
    browser.run(
        """
        window.delays = [];
        let since = null;
        // The oldest movement that no answer has taken in yet; asking begins with toBlob.
        document.getElementById("canvas").addEventListener(
          "pointermove", () => { since ??= performance.now(); }, {capture: true});
        let asked = null;
        const toBlob = HTMLCanvasElement.prototype.toBlob;
        HTMLCanvasElement.prototype.toBlob = function (...rest) {
          asked = since; since = null; toBlob.apply(this, rest);
        };
        new MutationObserver(() => {
          if (asked !== null) { window.delays.push(performance.now() - asked); asked = null; }
        }).observe(document.getElementById("answer"), {childList: true});
        """)
    browser.draw([(0.62, 0.2 + 0.6 * step / 60) for step in range(61)])
    browser.wait_for_answer("71")
    return browser.run("return window.delays")


def main():
    usable, answered, delays = [], [], []
    with tempfile.TemporaryDirectory() as downloads:
        browser = Browser(sys.argv[1], downloads)
        try:
            for _ in range(RUNS):
                load = browser.load_without_cache()
                usable.append(load["usable"])
                answered.append(answer_after_click(browser))
            for _ in range(RUNS):
                browser.open()
                delays += delays_behind_the_pen(browser)
        finally:
            browser.close()

    def figures(values):
        return f"median {statistics.median(values):.0f} ms, from {min(values):.0f} to {max(values):.0f}"

    print(f"page, {load['bytes']:,} bytes in {load['requests']} requests: usable after {figures(usable)}")
    print(f"page, a sample: an answer after {figures(answered)}")
    print(f"page, drawing: behind the pen {figures(delays)}, {len(delays)} answers in {RUNS} strokes")


main()
