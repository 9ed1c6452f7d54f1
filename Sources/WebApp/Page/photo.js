// One photo or drawing: what the server read in it, and what a person made of that.

// A correction is a mark on the picture, not on the server's answer: { box, digit, … } says what stands in
// that box, "" for no digit. So it holds when the photo is read anew, whatever is found then.
//   added: the digit was not read there; `read` and `tile` are what the server says of the box by itself.
//   replaced: the digit is gone for good, because it was split or joined.
export class Photo {
  // `page` counts from 0 in a file that holds several.
  constructor(name, blob, page = 0) {
    this.name = name;
    this.fileName = name; // as it was before the server told the pages of a file apart
    this.blob = blob;
    this.page = page;
    this.isDrawing = false;
    this.state = "waiting"; // then "reading", then "read" or "failed"
    this.sent = null; // the share of the file that is on its way, 0 to 1
    this.address = null; // of the picture, for <img>
    this.error = null;
    this.canRetry = false; // whether the failure was none of the photo's
    this.record = null;
    this.pattern = null; // how they are printed, # for each; null side by side
    this.marks = [];
    this.past = []; // the marks before each change
    this.future = []; // the marks that were taken back
    this.isDone = false; // whether a person has looked at it
    this.changes = 0; // of what is there, counted
    this.isSaved = true; // whether its marks are in a file that the person has
    this.apply();
  }

  // Takes the server's answer: the object that `recognize` prints, with `tiles` in reading order.
  take(record, pattern = null) {
    const { tiles = [], picture: _, ...rest } = record;
    this.record = rest;
    this.tiles = tiles;
    this.pattern = pattern;
    this.state = "read";
    this.error = null;
    this.canRetry = false;
    this.apply();
  }

  fail(message, canRetry = false) {
    this.error = message;
    this.canRetry = canRetry;
    this.record = null;
    this.state = "failed";
    this.apply();
  }

  // As if nothing had been drawn.
  clear() {
    [this.marks, this.past, this.future] = [[], [], []];
    [this.record, this.state, this.canRetry] = [null, "waiting", false];
    this.apply();
  }

  // The corrections of a drawing that has another size now.
  scale(factor) {
    const smaller = (one) => ({ ...one, box: one.box.map((length) => length * factor) });
    const scaled = (marks) => marks.map((mark) => (
      mark.read === undefined ? smaller(mark) : { ...smaller(mark), read: smaller(mark.read) }));
    [this.marks, this.past, this.future] = [scaled(this.marks), this.past.map(scaled), this.future.map(scaled)];
  }

  // MARK: Corrections

  // Every change of the marks goes through here, and can be taken back.
  change(marks) {
    this.past.push(this.marks);
    this.future = [];
    this.setMarks(marks);
  }

  undo() { this.travel(this.past, this.future); }
  redo() { this.travel(this.future, this.past); }

  travel(from, to) {
    if (from.length === 0) return;
    to.push(this.marks);
    this.setMarks(from.pop());
  }

  setMarks(marks) {
    this.marks = marks;
    this.isSaved = false;
    this.apply();
  }

  // Says what a digit is: itself, too, which settles a doubt; "" for no digit.
  correct(digit, text) {
    this.change([...this.marks.filter((mark) => mark !== digit.mark), ...markOf(digit, text)]);
  }

  // Takes the marks off a digit that was read: it stands as the server read it.
  restore(digit) { this.change(this.marks.filter((mark) => mark !== digit.mark)); }

  // Puts digits into boxes, in the place of those given: how digits are added, split and joined.
  // `reads` are objects { read, tile } as the server gives them, with boxes on this picture.
  replace(digits, reads) {
    const gone = new Set(digits.map(({ mark }) => mark));
    this.change([
      ...this.marks.filter((mark) => !gone.has(mark)),
      ...digits.filter(({ isInserted }) => !isInserted)
        .map(({ read }) => ({ box: read.box, digit: "", replaced: true })),
      ...reads.map(({ read, tile }) => ({
        // null: nobody can tell yet.
        box: read.box, digit: read.digit === null ? null : String(read.digit), added: true, read, tile,
      })),
    ]);
  }

  // Takes ink that was not read for the digit that it is most like.
  takeIn({ box, guess, confidence }) {
    this.replace([], [{ read: { digit: guess, confidence, refused: false, box, alternatives: [] } }]);
  }

  // Makes the digits of each line those of `texts`, a text for each line that `text` shows. A digit more stands
  // between its neighbours, one less is no digit.
  retype(texts, threshold) {
    const shownLines = this.lines.filter((line) => line.some((digit) => digit.corrected !== ""));
    let marks = this.marks;
    const put = (old, ...added) => { marks = [...marks.filter((mark) => mark !== old), ...added]; };
    for (const [index, line] of shownLines.entries()) {
      const digits = line.filter((digit) => digit.corrected !== "");
      const before = digits.map((digit) => shown(digit, threshold)).join("");
      for (const { kind, at, text } of alignment(before, texts[index])) {
        if (kind === "insert") {
          const box = boxBetween(digits[at - 1]?.read.box, digits[at]?.read.box, this.record);
          const read = { digit: Number(text), confidence: 1, refused: false, box, alternatives: [] };
          put(null, { box, digit: text, added: true, read });
        } else {
          put(digits[at].mark, ...markOf(digits[at], text));
        }
      }
    }
    if (marks !== this.marks) this.change(marks);
  }

  // Puts the marks on what was read.
  apply() {
    this.changes += 1;
    let number = 0;
    this.lines = (this.record?.lines ?? []).map((line) => line.digits.map((read) => (
      { read, tile: this.tiles[number++], corrected: null, mark: null, isInserted: false })));
    this.frames = (this.record?.lines ?? []).map(({ digits, ...frame }) => ({ ...frame }));
    this.unread = [...this.record?.unread ?? []];
    if (this.record === null) return;
    for (const mark of this.marks) this.put(mark);
    for (let index = this.lines.length - 1; index >= 0; index -= 1) {
      this.lines[index] = this.lines[index].filter(({ mark }) => !mark?.replaced);
      if (this.lines[index].length > 0) continue;
      this.lines.splice(index, 1);
      this.frames.splice(index, 1);
    }
  }

  put(mark) {
    const open = this.lines.flat().filter(({ mark }) => mark === null);
    // A digit that is drawn grows: what was corrected of it is a part of it then.
    const same = this.isDrawing ? covered : overlap;
    const best = open.map((digit) => ({ digit, share: same(digit.read.box, mark.box) }))
      .reduce((best, other) => other.share > best.share ? other : best, { share: 0 });
    if (best.share > (mark.added || this.isDrawing ? 0.5 : 0.25)) {
      best.digit.corrected = mark.digit;
      best.digit.mark = mark;
      return;
    }
    // What was corrected stands there still, though the server no longer finds it; of a drawing it may be gone.
    if (mark.digit === "" || (this.isDrawing && !mark.added)) return;
    const read = mark.read ?? {
      digit: Number(mark.digit), confidence: 0, refused: false, box: mark.box, alternatives: [],
    };
    this.insert({ read, tile: mark.tile, corrected: mark.digit, mark, isInserted: true });
    this.unread = this.unread.filter(({ box }) => overlap(box, mark.box) < 0.5);
  }

  // Into the line whose digits share most rows with it.
  insert(digit) {
    const [x, y, width, height] = digit.read.box;
    const shared = this.frames.map(({ box }) =>
      Math.min(y + height, box[1] + box[3]) - Math.max(y, box[1]));
    const best = shared.indexOf(Math.max(...shared));
    if (shared[best] > height / 2) {
      const line = this.lines[best];
      line.splice(line.filter(({ read }) => read.box[0] < x).length, 0, digit);
      this.frames[best].box = union(digit.read.box, this.frames[best].box);
      return;
    }
    const line = this.frames.filter(({ box }) => box[1] < y).length;
    this.lines.splice(line, 0, [digit]);
    this.frames.splice(line, 0, {
      box: digit.read.box, text: "", written: "", confidence: digit.read.confidence,
    });
  }

  // MARK: What is there

  // Every digit with its place, as a person counts: from 1.
  *digits() {
    for (const [line, digits] of this.lines.entries()) {
      for (const [place, digit] of digits.entries()) {
        yield { digit, line: line + 1, place: place + 1 };
      }
    }
  }

  // Equal as long as nothing of it looks different.
  get look() { return [this.name, this.state, this.sent, this.address?.length, this.changes].join(); }

  get hasMarks() { return this.marks.length > 0; }

  // The digits that a person should look at and has not.
  get doubtful() {
    return this.lines.flat().filter((digit) => digit.corrected === null && certainty(digit) !== "sure");
  }

  // Whether anything in it should be looked at.
  get needsLook() {
    return !this.isDone && (this.state === "failed" || this.doubtful.length > 0 || this.unread.length > 0);
  }

  // What is printed of a line: its digits, and the pattern's text between them.
  printed(line) {
    const digits = line.filter((digit) => digit.corrected !== "");
    const slots = this.pattern?.split("#") ?? [];
    // A pattern fits the number of digits that it has.
    if (slots.length !== digits.length + 1) return digits;
    return [slots[0], ...digits.flatMap((digit, place) => [digit, slots[place + 1]])];
  }

  lineText(line, threshold) {
    return this.printed(line)
      .map((part) => typeof part === "string" ? part : shown(part, threshold)).join("");
  }

  // The lines as text; `?` for digits whose confidence is below `threshold`, 0 to 1, or that the server
  // refused when it is null.
  text(threshold) {
    return this.lines
      .map((line) => this.lineText(line, threshold))
      .filter((line) => line !== "")
      .join("\n");
  }

  // The server's object with the corrections in it.
  json(threshold) {
    if (this.record === null) return { file: this.name, error: this.error ?? "not read" };
    const lines = [];
    for (const [index, line] of this.lines.entries()) {
      const digits = line.filter((digit) => digit.corrected !== "");
      if (digits.length === 0) continue;
      const text = this.lineText(line, threshold);
      const frame = this.frames[index];
      const isCorrected = line.some(isChanged);
      lines.push({
        ...frame,
        digits: digits.map((digit) => digit.corrected === null
          ? digit.read
          : { ...digit.read, digit: Number(digit.corrected), ...(isChanged(digit) ? { corrected: true } : { confirmed: true }) }),
        text,
        // The signs are known of the line as it was read.
        written: text === frame.text ? frame.written : text,
        // The network's confidence says nothing about what a person wrote.
        confidence: isCorrected ? null : frame.confidence,
        corrected: isCorrected,
      });
    }
    const isCorrected = this.lines.flat().some(isChanged);
    return {
      ...this.record, lines, unread: this.unread, text: this.text(threshold), done: this.isDone,
      confidence: isCorrected ? null : this.record.confidence, corrected: isCorrected,
    };
  }
}

// Whether a person has said something else than the server.
export function isChanged(digit) {
  return digit.corrected !== null && (digit.isInserted || digit.corrected !== String(digit.read.digit));
}

// The marks that make a digit read `text`: none where a digit is taken away that nobody but a person saw.
function markOf(digit, text) {
  if (!digit.isInserted) return [{ box: digit.read.box, digit: text }];
  return text === "" ? [] : [{ ...digit.mark, digit: text }];
}

// What stands for a digit in text: nothing when a person took it away.
export function shown(digit, threshold) {
  if (digit.corrected !== null) return digit.corrected;
  const isRefused = threshold === null ? digit.read.refused : digit.read.confidence < threshold;
  return isRefused || digit.read.digit === null ? "?" : String(digit.read.digit);
}

// A word for colours and styles. Confidences are calibrated: of ten digits at 90 %, one is wrong.
export function certainty(digit) {
  if (digit.corrected !== null) return "corrected";
  const { confidence, fitted } = digit.read;
  if (fitted) return "doubtful";
  return confidence >= 0.9 ? "sure" : confidence >= 0.6 ? "unsure" : "doubtful";
}

export function percent(share) {
  if (share < 0.01) return "< 1 %";
  return share > 0.99 ? "> 99 %" : `${Math.round(100 * share)} %`;
}

// Notes which digits of a record are not in another one of the same photo.
export function markFitted(record, plain) {
  const there = plain?.lines?.flatMap((line) => line.digits);
  if (there === undefined || record.lines === undefined) return;
  for (const one of record.lines.flatMap((line) => line.digits)) {
    one.fitted = !there.some((other) => other.digit === one.digit && overlap(other.box, one.box) > 0.5);
  }
}

// The area that two boxes share.
function shared([x1, y1, w1, h1], [x2, y2, w2, h2]) {
  const width = Math.min(x1 + w1, x2 + w2) - Math.max(x1, x2);
  const height = Math.min(y1 + h1, y2 + h2) - Math.max(y1, y2);
  return Math.max(0, width) * Math.max(0, height);
}

const area = ([, , width, height]) => width * height;

// The part of two boxes together that both share, 0 to 1.
function overlap(one, other) {
  const both = shared(one, other);
  return both === 0 ? 0 : both / (area(one) + area(other) - both);
}

// The part of the smaller of two boxes that lies in the other, 0 to 1.
function covered(one, other) {
  const both = shared(one, other);
  return both === 0 ? 0 : both / Math.min(area(one), area(other));
}

// The smallest box around two.
export function union([x1, y1, w1, h1], [x2, y2, w2, h2]) {
  const [left, top] = [Math.min(x1, x2), Math.min(y1, y2)];
  return [left, top, Math.max(x1 + w1, x2 + w2) - left, Math.max(y1 + h1, y2 + h2) - top];
}

// A box for a digit that was typed: half as wide as its neighbours, between them or beside the one there is.
function boxBetween(before, after, { width }) {
  const near = before ?? after;
  const wide = Math.max(1, Math.round(near[2] / 2));
  let x = before === undefined ? after[0] - wide : before[0] + before[2];
  if (before !== undefined && after !== undefined) x = Math.round((x + after[0] - wide) / 2);
  return [Math.max(0, Math.min(width - wide, x)), near[1], wide, near[3]];
}

// The fewest changes that make one text the other: { kind: "set" or "insert", at, text }, where `at` is a place
// in the old text, and "set" to "" takes away.
function alignment(old, next) {
  const cost = Array.from({ length: old.length + 1 }, (_, row) =>
    Array.from({ length: next.length + 1 }, (_, column) => row === 0 ? column : column === 0 ? row : 0));
  for (let row = 1; row <= old.length; row += 1) {
    for (let column = 1; column <= next.length; column += 1) {
      cost[row][column] = Math.min(
        cost[row - 1][column] + 1, cost[row][column - 1] + 1,
        cost[row - 1][column - 1] + (old[row - 1] === next[column - 1] ? 0 : 1));
    }
  }
  const changes = [];
  let [row, column] = [old.length, next.length];
  while (row > 0 || column > 0) {
    const isSame = row > 0 && column > 0 && old[row - 1] === next[column - 1];
    if (row > 0 && column > 0 && cost[row][column] === cost[row - 1][column - 1] + (isSame ? 0 : 1)) {
      [row, column] = [row - 1, column - 1];
      if (!isSame) changes.push({ kind: "set", at: row, text: next[column] });
    } else if (column > 0 && cost[row][column] === cost[row][column - 1] + 1) {
      column -= 1;
      changes.push({ kind: "insert", at: row, text: next[column] });
    } else {
      row -= 1;
      changes.push({ kind: "set", at: row, text: "" });
    }
  }
  return changes;
}
