// Shows one photo or drawing: the answer, boxes, every digit, one digit in detail, the steps.

import { recognize } from "./api.js";
import { readDigits, readPart } from "./part.js";
import { certainty, isChanged, percent, shown, union } from "./photo.js";
import { putOver, Viewer } from "./viewer.js";

const captions = {
  gray: "The working copy: in grey, dark ink on bright paper; of a sheet on a table only the sheet, set straight",
  ink: "Light corrected: shadows and stains go, ink stays",
  mask: "What is dark enough to be ink. Ruled and squared lines (red) are removed",
  regions: "Ink that hangs together. Green: may be digits. Amber: of odd size. Red: dirt, frames, edges",
  lines: "The digits in the order they are read, a colour for each line",
  cuts: "Ink that hangs together: cuts that were considered are grey, the best ones red",
  tiles: "The digits as the network sees them, 28 by 28 pixels each",
  dropped: "Ink that was left out: no digits, by its look or by what stands beside it",
};

export class ResultView {
  // `form` gives what is known about the digits of a photo, as parameters for the server. `changed` is called
  // after a correction and when the slider moves, `say` with what a screen reader should tell, `complain` with
  // what went wrong, `next` to go to the next digit that should be looked at.
  constructor(elements, { form, changed, say, complain, next }) {
    this.elements = elements;
    Object.assign(this, { form, changed, say, complain, next });
    this.photo = null;
    this.selected = null; // { line, place }, from 1, and the box of the digit
    this.viewer = new Viewer(elements, (box) => this.add(box));
    elements.big.addEventListener("click", () => elements.big.close());
    elements.steps.addEventListener("toggle", () => this.showSteps());
    this.threshold = null; // as the server has it
    elements.threshold.addEventListener("input", () => {
      this.threshold = Number(elements.threshold.value) / 100;
      this.show(this.photo);
      this.changed();
    });
    elements.strip.addEventListener("keydown", (event) => this.key(event));
    elements.takeBack.addEventListener("click", () => this.travel("undo"));
    elements.redo.addEventListener("click", () => this.travel("redo"));
    elements.edit.addEventListener("click", () => this.edit());
    elements.editing.addEventListener("submit", (event) => {
      event.preventDefault();
      this.retype();
    });
    elements.editCancel.addEventListener("click", () => this.endEditing());
    elements.lines.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.endEditing();
      else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.retype();
    });
  }

  // A drawing has no picture beside it: its boxes lie on the drawing area.
  show(photo) {
    const isOther = photo !== this.photo;
    const isNew = isOther || photo?.record !== this.record;
    this.photo = photo;
    this.record = photo?.record;
    if (isOther) {
      this.selected = null;
      this.endEditing(false);
    }
    const { elements } = this;
    elements.result.hidden = photo === null;
    elements.welcome.hidden = photo !== null;
    elements.look.hidden = photo === null || photo.isDrawing || photo.address === null;
    elements.steps.hidden = photo === null || photo.record === null;
    elements.drawingBoxes.replaceChildren();
    if (photo === null) {
      this.showDetail();
      return;
    }
    this.keepSelection();
    elements.file.textContent = photo.name;
    elements.fileRow.hidden = photo.isDrawing;
    elements.result.classList.toggle("reading", photo.state === "reading" && photo.record === null);
    elements.thresholdValue.textContent = `${elements.threshold.value} %`;
    this.showAnswer();
    this.showPicture();
    this.showStrip();
    this.showDetail();
    const isRead = photo.record !== null;
    elements.copy.disabled = elements.edit.disabled = !isRead;
    elements.add.disabled = !isRead;
    elements.takeBack.disabled = photo.past.length === 0;
    elements.redo.disabled = photo.future.length === 0;
    elements.answer.classList.toggle("failed", photo.state === "failed");
    if (isNew) {
      elements.figures.replaceChildren();
      this.showSteps();
    }
  }

  // The digit that was selected, where it is now; of a drawing the one in its place, and a lone one by itself.
  keepSelection() {
    const all = [...this.photo.digits()];
    if (this.selected !== null) {
      const same = all.find(({ digit }) => digit.read.box.join() === this.selected.box.join())
        ?? (this.photo.isDrawing
          ? all.find(({ line, place }) => line === this.selected.line && place === this.selected.place)
          : undefined);
      this.selected = same === undefined ? null : placeOf(same);
    }
    if (this.selected === null && this.photo.isDrawing && all.length === 1 && !this.isClosed) {
      this.selected = placeOf(all[0]);
    }
  }

  digit({ line, place }) { return this.photo.lines[line - 1]?.[place - 1]; }

  showAnswer() {
    const { photo, elements } = this;
    const { answer, said } = elements;
    answer.classList.toggle("empty", photo.text(this.threshold) === "");
    elements.retry.hidden = !(photo.state === "failed" && photo.canRetry);
    said.textContent = "";
    if (photo.state === "failed") {
      answer.textContent = photo.error;
      return;
    }
    if (photo.record === null) {
      answer.textContent = photo.sent !== null && photo.sent < 1
        ? `Sending, ${Math.floor(100 * photo.sent)} % …` : "Reading …";
      return;
    }
    const filled = photo.lines.filter((line) => line.some((digit) => digit.corrected !== ""));
    answer.replaceChildren(...filled.flatMap((line, index) => [
      ...(index > 0 ? ["\n"] : []),
      ...photo.printed(line).map((part) => typeof part === "string" ? part : this.letter(part)),
    ]));
    answer.classList.toggle("long", filled.length > 3);
    if (filled.length === 0) answer.textContent = "No digits found";
    const leftOut = photo.unread.length === 0 ? ""
      : ` ${count(photo.unread.length, "piece")} of ink may be digits and ${photo.unread.length === 1 ? "was" : "were"} `
        + `not read: the grey boxes.${photo.isDrawing ? "" : " Tap one to take it in."}`;
    const surplus = photo.record?.surplus
      ? ` ${count(photo.record.surplus, "piece")} of ink ${photo.record.surplus === 1 ? "was one" : "were"} too many to look at: `
        + "cut the photo into parts." : "";
    const digits = filled.flat().filter((digit) => digit.corrected !== "");
    const doubtful = photo.doubtful.length;
    const corrected = photo.lines.flat().filter(isChanged).length;
    const fitted = photo.doubtful.filter(({ read }) => read.fitted).length;
    if (digits.length > 0) {
      said.textContent = `${count(digits.length, "digit")} in ${count(filled.length, "line")}`
        + `, read in ${Math.round(photo.record.milliseconds)} ms`
        + (corrected > 0 ? `; ${corrected} corrected` : "")
        + (fitted > 0 ? `; ${fitted} only to make up the number` : "")
        + (doubtful > 0 ? `. ${doubtful === 1 ? "One is" : `${doubtful} are`} worth a second look.` : ".");
    }
    said.textContent += leftOut + surplus;
  }

  letter(digit) {
    const text = shown(digit, this.threshold);
    if (digit.corrected === "" || (!isChanged(digit) && text !== "?")) return text;
    const span = document.createElement("span");
    span.className = digit.corrected === null ? "unknown" : "corrected";
    span.textContent = text;
    return span;
  }

  showPicture() {
    const { photo, elements } = this;
    const { isDrawing } = photo;
    if (!isDrawing && photo.address !== null) {
      this.viewer.show(photo.address, `The photo ${photo.name}`, photo.record);
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
        this.selected = { line: 0, place: 0, box: one.box };
        photo.takeIn(one);
        this.afterChange(`Taken in as ${one.guess}`);
        this.focusChip();
      });
      return box;
    });
    target.replaceChildren(...unread, ...[...photo.digits()]
      .filter(({ digit }) => digit.corrected !== "")
      .map((item) => {
        const { digit } = item;
        // For eyes and pointers; keyboards and screen readers have the strip below.
        const box = document.createElement(isDrawing ? "div" : "button");
        box.tabIndex = -1;
        box.setAttribute("aria-hidden", "true");
        box.className = certainty(digit);
        box.dataset.label = shown(digit, this.threshold);
        putOver(box, digit.read.box, photo.record);
        box.title = `${box.dataset.label}, ${percent(digit.read.confidence)} sure`;
        if (this.isSelected(item)) box.setAttribute("aria-pressed", "true");
        box.addEventListener("click", () => this.select(placeOf(item)));
        return box;
      }));
    if (!isDrawing) this.viewer.layOut();
  }

  isSelected({ line, place }) {
    return this.selected?.line === line && this.selected?.place === place;
  }

  showStrip() {
    const { photo, elements } = this;
    const hadFocus = elements.strip.contains(document.activeElement);
    const chips = [];
    for (const item of photo.digits()) {
      const { digit, line, place } = item;
      if (place === 1 && line > 1) {
        const breaker = document.createElement("span");
        breaker.className = "break";
        chips.push(breaker);
      }
      const chip = document.createElement("button");
      chip.type = "button";
      chip.dataset.line = line;
      chip.dataset.place = place;
      chip.className = `chip ${certainty(digit)}`;
      const isSelected = this.isSelected(item);
      chip.setAttribute("aria-pressed", String(isSelected));
      chip.setAttribute("aria-label", describe(digit, line, place));
      // One stop for the Tab key; the arrows move within.
      chip.tabIndex = isSelected || (this.selected === null && chips.length === 0) ? 0 : -1;
      const label = document.createElement("span");
      label.className = "digit";
      label.textContent = shown(digit, this.threshold) || "–";
      chip.append(tile(digit), label);
      chip.addEventListener("click", () => this.select(placeOf(item)));
      chips.push(chip);
    }
    elements.strip.replaceChildren(...chips);
    elements.digits.hidden = chips.length === 0;
    elements.thresholdRow.hidden = chips.length === 0;
    if (hadFocus) this.focusChip();
  }

  focusChip() {
    this.elements.strip.querySelector('[tabindex="0"]')?.focus({ preventScroll: true });
  }

  // Shows a digit; the page stays where it is, the strip and the picture move under it.
  select(place) {
    const hadFocus = this.elements.detail.contains(document.activeElement);
    this.isClosed = place === null;
    this.selected = place;
    this.show(this.photo);
    if (place === null) return;
    const chip = this.elements.strip.querySelector('[aria-pressed="true"]');
    if (chip !== null) scrollWithin(this.elements.strip, chip);
    if (!this.photo.isDrawing) {
      this.viewer.reveal(place.box);
      this.uncover();
    }
    if (hadFocus) this.focusChip();
  }

  // On a narrow screen the digit's bars lie over the lower edge: the digit itself stays above them.
  uncover() {
    const { detail, boxes, view } = this.elements;
    const box = boxes.querySelector('[aria-pressed="true"]')?.getBoundingClientRect();
    if (box === undefined || getComputedStyle(detail).position !== "fixed") return;
    if (box.top < 0 || box.bottom > detail.getBoundingClientRect().top) {
      scrollBy(0, view.getBoundingClientRect().top - 8);
    }
  }

  // Selects the digit of a photo that was found in `photo.doubtful`.
  selectDigit(digit) {
    const item = [...this.photo.digits()].find((other) => other.digit === digit);
    if (item === undefined) return;
    this.select(placeOf(item));
    this.focusChip();
  }

  // MARK: Correcting

  correct(text) {
    const digit = this.digit(this.selected);
    if (digit === undefined) return;
    const before = shown(digit, this.threshold) || "no digit";
    this.photo.correct(digit, text);
    const now = text === "" ? "no digit" : text;
    this.afterChange(before === now ? `${now} confirmed` : `${before} is now ${now}`);
  }

  travel(name) {
    if (this.photo[name === "undo" ? "past" : "future"].length === 0) return;
    this.photo[name]();
    this.afterChange(name === "undo" ? "Taken back" : "Done again");
  }

  afterChange(message) {
    this.show(this.photo);
    this.say(`${message}. Read: ${spoken(this.photo.text(this.threshold))}`);
    this.changed();
  }

  // Reads a box that a person drew: all that is found there, or one digit that they can tell better.
  async add(box) {
    await this.work(async (photo) => {
      let reads = await readPart(photo, box);
      if (reads.length === 0) reads = await readDigits(photo, [box]);
      photo.replace([], reads);
      this.selected = { line: 0, place: 0, box: reads[0].read.box };
      return `Added ${reads.map(({ read }) => read.digit ?? "?").join("")}`;
    });
  }

  async split() {
    const digit = this.digit(this.selected);
    await this.work(async (photo) => {
      const { box } = digit.read;
      let reads;
      try {
        reads = await readPart(photo, box, 2);
      } catch {
        const half = Math.max(1, Math.round(box[2] / 2));
        reads = await readDigits(photo, [
          [box[0], box[1], half, box[3]], [box[0] + half, box[1], Math.max(1, box[2] - half), box[3]],
        ]);
      }
      photo.replace([digit], reads);
      this.selected = { line: 0, place: 0, box: reads[0].read.box };
      return `Split into ${reads.map(({ read }) => read.digit ?? "?").join(" and ")}`;
    });
  }

  async join() {
    const [one, other] = [this.digit(this.selected), this.neighbour];
    await this.work(async (photo) => {
      const [read] = await readDigits(photo, [union(one.read.box, other.read.box)]);
      photo.replace([one, other], [read]);
      this.selected = { line: 0, place: 0, box: read.read.box };
      return `Joined to ${read.read.digit ?? "?"}`;
    });
  }

  get neighbour() {
    const { line, place } = this.selected;
    return this.photo.lines[line - 1].slice(place).find((digit) => digit.corrected !== "");
  }

  // Asks the server about a part of the photo that is shown; meanwhile another may be.
  async work(action) {
    const { photo } = this;
    this.elements.result.setAttribute("aria-busy", "true");
    try {
      const message = await action(photo);
      if (photo === this.photo) this.afterChange(message);
      else this.changed();
    } catch (error) {
      this.complain(error.message);
    } finally {
      this.elements.result.removeAttribute("aria-busy");
    }
  }

  // MARK: A line as text

  edit() {
    const { editing, answer, lines, edit, editHelp } = this.elements;
    this.select(null); // on a narrow screen its bars would cover the lines
    editing.hidden = false;
    answer.hidden = true;
    edit.disabled = true;
    lines.value = this.plainLines().join("\n");
    lines.rows = Math.min(12, this.plainLines().length + 1);
    lines.removeAttribute("aria-invalid");
    editHelp.textContent = "A line for each line of digits; Ctrl and Enter applies them.";
    lines.focus();
  }

  plainLines() {
    return this.photo.lines
      .map((line) => line.map((digit) => shown(digit, this.threshold)).join("")).filter((line) => line !== "");
  }

  retype() {
    const { lines, editHelp } = this.elements;
    const before = this.plainLines();
    const texts = lines.value.replaceAll(/[ \t\r]/g, "").replace(/\n+$/, "").split("\n");
    const wrong = texts.join("").replaceAll(/[0-9]/g, "").replaceAll("?", "");
    const questions = (all) => all.join("").split("?").length;
    const message = wrong !== "" ? `Digits only, please: found ${[...new Set(wrong)].join("")}.`
      : texts.length !== before.length
        ? `There are ${count(before.length, "line")} in the photo, and ${texts.length} here. `
          + "A line that is missing is added by dragging a box around it."
      : questions(texts) > questions(before) ? "A ? cannot be typed: it stands for a digit that is too doubtful."
      : null;
    if (message !== null) {
      lines.setAttribute("aria-invalid", "true");
      editHelp.textContent = message;
      this.say(message);
      return;
    }
    this.photo.retype(texts, this.threshold);
    this.endEditing();
    this.afterChange("Lines changed");
  }

  endEditing(takesFocus = true) {
    const { editing, answer, edit } = this.elements;
    if (editing.hidden) return;
    editing.hidden = true;
    answer.hidden = false;
    edit.disabled = this.photo?.record == null;
    if (takesFocus) edit.focus();
  }

  // MARK: Keys

  // Arrows move, also from line to line; digits correct, Enter says that it is right and goes on to the next
  // doubtful one, Delete takes away, Escape closes.
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const chip = event.target.closest(".chip");
    if (chip === null) return;
    const all = [...this.photo.digits()];
    const at = { line: Number(chip.dataset.line), place: Number(chip.dataset.place) };
    const index = all.findIndex(({ line, place }) => line === at.line && place === at.place);
    const inLine = (line) => {
      const there = all.filter((item) => item.line === line);
      return all.indexOf(there[Math.min(at.place, there.length) - 1]);
    };
    const moves = {
      ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: all.length - 1,
      ArrowUp: inLine(at.line - 1), ArrowDown: inLine(at.line + 1),
    };
    if (event.key in moves) {
      const next = all[moves[event.key]];
      if (next !== undefined) this.select(placeOf(next));
    } else if (/^[0-9]$/.test(event.key)) {
      this.selected = placeOf(all[index]);
      this.correct(event.key);
    } else if (event.key === "Enter" && this.isSelected(at)) {
      this.selected = placeOf(all[index]);
      const { digit } = all[index];
      if (digit.corrected === null && shown(digit, this.threshold) !== "?") this.correct(String(digit.read.digit));
      this.next();
      event.preventDefault();
      return;
    } else if (event.key === "Delete" || event.key === "Backspace") {
      this.selected = placeOf(all[index]);
      this.correct("");
    } else if (event.key === "Escape" && this.selected !== null) {
      this.select(null);
    } else {
      return;
    }
    event.preventDefault();
    this.focusChip();
  }

  // MARK: One digit

  showDetail() {
    const { detail } = this.elements;
    detail.hidden = this.selected === null || this.photo === null;
    document.body.classList.toggle("has-detail", !detail.hidden);
    if (detail.hidden) return;
    // What has the focus is made anew: the new one has it then.
    const focused = focusedPart(detail);
    const digit = this.digit(this.selected);
    const head = document.createElement("p");
    head.className = "head";
    head.textContent = describe(digit, this.selected.line, this.selected.place);
    const picture = tile(digit);
    picture.className = "tile";

    const shares = new Map(digit.read.alternatives.map((other) => [other.digit, other.confidence]));
    if (digit.read.digit !== null) shares.set(digit.read.digit, digit.read.confidence);
    const bars = document.createElement("div");
    bars.className = "bars";
    for (let value = 0; value < 10; value += 1) {
      bars.append(this.bar(value, shares.get(value) ?? 0, shown(digit, 0) === String(value)));
    }

    const buttons = document.createElement("p");
    buttons.className = "buttons";
    const isGone = digit.corrected === "";
    const add = (part, text, action) => {
      const one = button(text, action);
      one.dataset.part = part;
      buttons.append(one);
    };
    add("gone", isGone ? "Take it back in" : "No digit", () => {
      if (!isGone) return this.correct("");
      this.photo.restore(digit);
      this.afterChange("Taken back in");
    });
    if (!isGone) add("split", "Split in two", () => this.split());
    if (!isGone && this.neighbour !== undefined) add("join", "Join with the next", () => this.join());
    add("close", "Close", () => { this.select(null); this.focusChip(); });
    detail.replaceChildren(head, picture, bars, buttons, ...(digit.tile === undefined ? [] : [this.why(digit)]));
    if (focused !== null) {
      (detail.querySelector(`[data-part="${focused}"]`) ?? this.elements.result).focus({ preventScroll: true });
    }
  }

  // What speaks for the digit, asked for when somebody opens it; open once, it stays so for the next digits.
  why(digit) {
    const details = document.createElement("details");
    details.className = "why";
    const summary = document.createElement("summary");
    summary.dataset.part = "why";
    const label = shown(digit, 0);
    const value = /^[0-9]$/.test(label) ? label : String(digit.read.digit ?? 0);
    summary.textContent = `What speaks for a ${value}`;
    const inside = document.createElement("div");
    details.append(summary, inside);
    details.addEventListener("toggle", () => {
      this.showsWhy = details.open;
      if (details.open && inside.childElementCount === 0) fillWhy(inside, digit.tile, value);
    });
    details.open = this.showsWhy === true;
    return details;
  }

  bar(value, share, isChosen) {
    const bar = button("", () => this.correct(String(value)));
    bar.className = "bar";
    bar.dataset.part = `bar${value}`;
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

  // MARK: Steps

  // The steps are fetched when someone wants to see them: they are the largest part of an answer.
  async showSteps() {
    const { photo, elements } = this;
    if (!elements.steps.open || photo?.record == null || elements.figures.childElementCount > 0) return;
    elements.figures.textContent = "Reading once more, with pictures …";
    let figures;
    try {
      const records = await recognize(photo.upload ?? photo.blob, photo.name, {
        debug: "1", ...(photo.isDrawing ? {} : { ...this.form(), page: photo.page + 1 }),
      });
      const { steps = [] } = records[0];
      figures = steps.map((step, index) => this.figure(step, index + 1));
    } catch (error) {
      figures = [error.message];
    }
    if (photo === this.photo) elements.figures.replaceChildren(...figures);
  }

  figure({ name, picture }, number) {
    const figure = document.createElement("figure");
    const image = document.createElement("img");
    image.src = picture;
    image.alt = "";
    const isSheet = name === "tiles" || name === "dropped";
    image.className = isSheet ? "sheet" : "";
    const large = button("", () => {
      const { big } = this.elements;
      const copy = image.cloneNode();
      big.replaceChildren(copy, button("Close", () => big.close()));
      big.showModal();
    });
    large.className = "enlarge";
    large.setAttribute("aria-label", `Step ${number}, large`);
    large.append(image);
    const caption = document.createElement("figcaption");
    caption.textContent = `${number}. ${captions[name] ?? name}`;
    figure.append(caption, large);
    return figure;
  }
}

function placeOf({ digit, line, place }) { return { line, place, box: digit.read.box }; }

// Few want to know: the part of the page that tells comes when it is asked for.
async function fillWhy(inside, tile, value) {
  try {
    const { figures } = await import("./why.js");
    inside.replaceChildren(...await figures(tile, value));
  } catch (error) {
    inside.textContent = error.message;
  }
}

// The name of the part of an element that has the focus.
function focusedPart(element) {
  return element.contains(document.activeElement) ? document.activeElement.dataset.part ?? "" : null;
}

// Scrolls an element's contents and nothing else.
function scrollWithin(element, child) {
  const [outer, inner] = [element.getBoundingClientRect(), child.getBoundingClientRect()];
  if (inner.top < outer.top) element.scrollTop -= outer.top - inner.top + 4;
  else if (inner.bottom > outer.bottom) element.scrollTop += inner.bottom - outer.bottom + 4;
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
  const read = digit.read.digit === null ? "not legible"
    : digit.isInserted ? "added" : `${digit.read.digit}, ${percent(digit.read.confidence)} sure`;
  const fitted = digit.read.fitted ? ", read only to make up the number" : "";
  if (digit.corrected === null) return `${read}${fitted}; ${where}`;
  if (digit.corrected === "") return `No digit (was read as ${read}); ${where}`;
  if (digit.isInserted) return `${digit.corrected}, added; ${where}`;
  return isChanged(digit)
    ? `${digit.corrected}, corrected (was read as ${read}); ${where}`
    : `${digit.corrected}, confirmed (was read as ${read}); ${where}`;
}

function count(number, noun) {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

// Digit by digit, as a screen reader should tell it.
export function spoken(text) {
  return text === "" ? "no digits" : text.split("\n").map((line) => [...line].join(" ")).join("; ");
}
