// Shows one photo or drawing: the answer, boxes, every digit, one digit in detail, the steps.

import { recognize } from "./api.js";
import { certainty, percent, shown } from "./photo.js";

const captions = {
  gray: "The picture in shades of grey",
  ink: "Ink, with the light of the paper evened out",
  mask: "What counts as ink; ruled lines that were taken out are red",
  regions: "Pieces of ink: green ones may be digits, orange ones perhaps, red ones were dropped",
  lines: "Digits joined to lines",
  cuts: "Ink that hangs together: cuts that were considered are grey, the best ones red",
  tiles: "The digits as the network sees them, 28 by 28 pixels each",
  dropped: "Ink that was left out: no digits, by its look or by what stands beside it",
};

export class ResultView {
  // `changed` is called after a correction and when the slider moves.
  // `form` gives what is known about the digits of a photo, as parameters for the server.
  constructor(elements, form, changed) {
    this.elements = elements;
    this.form = form;
    this.changed = changed;
    this.photo = null;
    this.selected = null; // { line, place }, from 1
    elements.steps.addEventListener("toggle", () => this.showSteps());
    this.threshold = null; // as the server has it
    elements.threshold.addEventListener("input", () => {
      this.threshold = Number(elements.threshold.value) / 100;
      this.show(this.photo);
      this.changed();
    });
    elements.strip.addEventListener("keydown", (event) => this.key(event));
  }

  // A still view has no picture: that of a drawing is the drawing area.
  show(photo, { isDrawing = this.isDrawing } = {}) {
    const isOther = photo !== this.photo || photo?.record !== this.record;
    this.photo = photo;
    this.record = photo?.record;
    this.isDrawing = isDrawing;
    if (isOther && !isDrawing) this.selected = null;
    if (this.selected !== null && this.digit(this.selected) === undefined) this.selected = null;

    const { elements } = this;
    elements.result.hidden = photo === null;
    elements.welcome.hidden = photo !== null;
    if (photo === null) return;
    elements.file.textContent = photo.name;
    elements.file.hidden = isDrawing;
    elements.result.classList.toggle("reading", photo.state === "reading" && photo.record === null);
    elements.thresholdValue.textContent = `${elements.threshold.value} %`;
    this.showAnswer();
    this.showPicture();
    this.showStrip();
    this.showDetail();
    const isRead = photo.record !== null;
    elements.copy.disabled = !isRead;
    elements.answer.classList.toggle("failed", photo.state === "failed");
    elements.steps.hidden = !isRead;
    if (isOther) {
      elements.figures.replaceChildren();
      this.showSteps();
    }
  }

  digit({ line, place }) { return this.photo.lines[line - 1]?.[place - 1]; }

  showAnswer() {
    const { photo, elements } = this;
    const { answer, said } = elements;
    answer.classList.toggle("empty", photo.text(this.threshold) === "");
    said.textContent = "";
    if (photo.state === "failed") {
      answer.textContent = photo.error;
      return;
    }
    if (photo.record === null) {
      answer.textContent = "Reading …";
      return;
    }
    const filled = photo.lines.filter((line) => line.some((digit) => digit.corrected !== ""));
    answer.replaceChildren(...filled.flatMap((line, index) => [
      ...(index > 0 ? ["\n"] : []),
      ...photo.printed(line).map((part) => typeof part === "string" ? part : this.letter(part)),
    ]));
    if (filled.length === 0) answer.textContent = "No digits found";
    const leftOut = photo.unread.length === 0 ? ""
      : ` ${count(photo.unread.length, "piece")} of ink may be digits and ${photo.unread.length === 1 ? "was" : "were"} `
        + "not read: the grey boxes. Tap one to take it in.";
    const digits = [...photo.digits()].map(({ digit }) => digit);
    const doubtful = digits.filter((d) => d.corrected === null && certainty(d) !== "sure").length;
    if (digits.length > 0) {
      said.textContent = `${count(digits.length, "digit")} in ${count(filled.length, "line")}`
        + `, read in ${Math.round(photo.record.milliseconds)} ms`
        + (doubtful > 0 ? `. ${doubtful === 1 ? "One is" : `${doubtful} are`} worth a second look.` : ".");
    }
    said.textContent += leftOut;
  }

  letter(digit) {
    const text = shown(digit, this.threshold);
    if (digit.corrected === "" || (digit.corrected === null && text !== "?")) return text;
    const span = document.createElement("span");
    span.className = digit.corrected === null ? "unknown" : "corrected";
    span.textContent = text;
    return span;
  }

  showPicture() {
    const { photo, elements, isDrawing } = this;
    elements.view.hidden = isDrawing || photo.record === null;
    if (photo.record === null) return;
    if (!isDrawing && elements.picture.src !== photo.address) {
      elements.picture.src = photo.address;
      elements.picture.alt = `The photo ${photo.name}`;
    }
    const target = isDrawing ? elements.drawingBoxes : elements.boxes;
    const unread = photo.unread.map((one) => {
      const box = document.createElement(isDrawing ? "div" : "button");
      box.className = "unread";
      const guess = `perhaps ${one.guess} (${percent(one.confidence)}), not read: ${one.reason}`;
      box.title = `${guess}. Tap to take it in.`;
      box.setAttribute("aria-label", `Take in ink that was left out: ${guess}`);
      putOver(box, one.box, photo.record);
      box.addEventListener("click", () => {
        this.select(photo.takeIn(one));
        this.changed();
      });
      return box;
    });
    target.replaceChildren(...unread, ...[...photo.digits()]
      .filter(({ digit }) => digit.corrected !== "")
      .map(({ digit, line, place }) => {
        // For eyes and pointers; keyboards and screen readers have the strip below.
        const box = document.createElement(isDrawing ? "div" : "button");
        box.tabIndex = -1;
        box.setAttribute("aria-hidden", "true");
        box.className = digit.corrected === null ? certainty(digit) : "sure";
        putOver(box, digit.read.box, photo.record);
        box.title = `${shown(digit, this.threshold)}, ${percent(digit.read.confidence)} sure`;
        if (this.isSelected(line, place)) box.setAttribute("aria-pressed", "true");
        box.addEventListener("click", () => this.select({ line, place }));
        return box;
      }));
  }

  isSelected(line, place) {
    return this.selected?.line === line && this.selected?.place === place;
  }

  showStrip() {
    const { photo, elements } = this;
    const hadFocus = elements.strip.contains(document.activeElement);
    const chips = [];
    for (const { digit, line, place } of photo.digits()) {
      if (place === 1 && line > 1) {
        const breaker = document.createElement("span");
        breaker.className = "break";
        chips.push(breaker);
      }
      const chip = document.createElement("button");
      chip.type = "button";
      chip.dataset.line = line;
      chip.dataset.place = place;
      chip.className = `chip ${digit.corrected === null ? certainty(digit) : "corrected"}`;
      const isSelected = this.isSelected(line, place);
      chip.setAttribute("aria-pressed", String(isSelected));
      chip.setAttribute("aria-label", describe(digit, line, place));
      // One stop for the Tab key; the arrows move within.
      chip.tabIndex = isSelected || (this.selected === null && chips.length === 0) ? 0 : -1;
      const label = document.createElement("span");
      label.className = "digit";
      label.textContent = shown(digit, this.threshold) || "–";
      chip.append(tile(digit), label);
      chip.addEventListener("click", () => this.select({ line, place }));
      chips.push(chip);
    }
    elements.strip.replaceChildren(...chips);
    elements.digits.hidden = chips.length === 0;
    elements.thresholdRow.hidden = chips.length === 0;
    if (hadFocus) this.focusChip();
  }

  focusChip() {
    this.elements.strip.querySelector('[tabindex="0"]')?.focus();
  }

  select(place) {
    this.selected = place;
    this.show(this.photo);
    if (place !== null) this.elements.detail.scrollIntoView({ block: "nearest" });
  }

  correct(text) {
    const digit = this.digit(this.selected);
    digit.corrected = text === String(digit.read.digit) ? null : text;
    this.show(this.photo);
    this.changed();
  }

  // Arrows move, digits correct, Delete takes away, Escape closes.
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const chip = event.target.closest(".chip");
    if (chip === null) return;
    const all = [...this.photo.digits()].map(({ line, place }) => ({ line, place }));
    const at = { line: Number(chip.dataset.line), place: Number(chip.dataset.place) };
    const index = all.findIndex(({ line, place }) => line === at.line && place === at.place);
    const moves = { ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: all.length - 1 };
    if (event.key in moves) {
      const next = all[moves[event.key]];
      if (next !== undefined) this.select(next);
    } else if (/^[0-9]$/.test(event.key)) {
      this.selected = at;
      this.correct(event.key);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      this.selected = at;
      this.correct("");
    } else if (event.key === "Escape" && this.selected !== null) {
      this.select(null);
    } else {
      return;
    }
    event.preventDefault();
    this.focusChip();
  }

  showDetail() {
    const { detail } = this.elements;
    detail.hidden = this.selected === null;
    if (this.selected === null) return;
    const digit = this.digit(this.selected);
    const head = document.createElement("p");
    head.className = "head";
    head.textContent = describe(digit, this.selected.line, this.selected.place);
    const picture = tile(digit);
    picture.className = "tile";

    const shares = new Map(digit.read.alternatives.map((other) => [other.digit, other.confidence]));
    shares.set(digit.read.digit, digit.read.confidence);
    const bars = document.createElement("div");
    bars.className = "bars";
    for (let value = 0; value < 10; value += 1) {
      bars.append(this.bar(value, shares.get(value) ?? 0, shown(digit, 0) === String(value)));
    }

    const buttons = document.createElement("p");
    buttons.className = "buttons";
    const isGone = digit.corrected === "";
    buttons.append(
      button(isGone ? "Take it back in" : "This is no digit",
        () => this.correct(isGone ? String(digit.read.digit) : "")),
      button("Close", () => { this.select(null); this.focusChip(); }));
    detail.replaceChildren(head, picture, bars, buttons);
  }

  bar(value, share, isChosen) {
    const bar = button("", () => this.correct(String(value)));
    bar.className = "bar";
    bar.setAttribute("aria-pressed", String(isChosen));
    bar.setAttribute("aria-label", `It is a ${value} (${percent(share)})`);
    const [name, track, fill, number] = ["span", "span", "span", "span"].map((tag) => document.createElement(tag));
    name.textContent = value;
    track.className = "track";
    fill.className = "fill";
    fill.style.width = `${100 * share}%`;
    track.append(fill);
    number.className = "percent";
    number.textContent = percent(share);
    bar.append(name, track, number);
    return bar;
  }

  // The steps are fetched when someone wants to see them: they are the largest part of an answer.
  async showSteps() {
    const { photo, elements } = this;
    if (!elements.steps.open || photo?.record == null || elements.figures.childElementCount > 0) return;
    elements.figures.textContent = "Reading once more, with pictures …";
    let figures;
    try {
      const records = await recognize(photo.blob, photo.name, { debug: "1", ...(this.isDrawing ? {} : this.form()) });
      const { steps = [] } = records[photo.page];
      figures = steps.map(({ name, picture }) => {
        const figure = document.createElement("figure");
        const image = document.createElement("img");
        image.src = picture;
        image.alt = "";
        if (name === "tiles" || name === "dropped") image.className = "sheet";
        const caption = document.createElement("figcaption");
        caption.textContent = captions[name] ?? name;
        figure.append(caption, image);
        return figure;
      });
    } catch (error) {
      figures = [error.message];
    }
    if (photo === this.photo) elements.figures.replaceChildren(...figures);
  }
}

// Over the part of the photo that a box of the server's answer means.
function putOver(element, [x, y, width, height], photo) {
  element.style.left = `${100 * x / photo.width}%`;
  element.style.top = `${100 * y / photo.height}%`;
  element.style.width = `${100 * width / photo.width}%`;
  element.style.height = `${100 * height / photo.height}%`;
}

function tile(digit) {
  const image = document.createElement(digit.tile === undefined ? "span" : "img");
  if (digit.tile === undefined) {
    image.className = "no-tile";
  } else {
    image.src = digit.tile;
    image.alt = "";
  }
  return image;
}

function button(text, action) {
  const element = document.createElement("button");
  element.type = "button";
  element.textContent = text;
  element.addEventListener("click", action);
  return element;
}

function describe(digit, line, place) {
  const where = `line ${line}, place ${place}`;
  const read = `${digit.read.digit}, ${percent(digit.read.confidence)} sure`;
  if (digit.corrected === null) return `${read}; ${where}`;
  return digit.corrected === ""
    ? `No digit (was read as ${read}); ${where}`
    : `${digit.corrected}, corrected (was read as ${read}); ${where}`;
}

function count(number, noun) {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
