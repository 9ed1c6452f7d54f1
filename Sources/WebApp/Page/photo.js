// One photo or drawing: what the server read in it, and what a person made of that.

export class Photo {
  // `page` counts from 0 in a file that holds several.
  constructor(name, blob, page = 0) {
    this.name = name;
    this.fileName = name; // as it was before the server told the pages of a file apart
    this.blob = blob;
    this.page = page;
    this.state = "waiting"; // then "reading", then "read" or "failed"
    this.address = null; // of the picture, for <img>
    this.error = null;
    this.record = null;
    this.lines = []; // of digits, in reading order
    this.frames = []; // of each line: what the server said of it, but for its digits
    this.unread = []; // what may be digits and was not read
    this.pattern = null; // how they are printed, # for each; null side by side
  }

  // Takes the server's answer: the object that `recognize` prints, with `tiles` in reading order.
  take(record, pattern = null) {
    const { tiles = [], ...rest } = record;
    let number = 0;
    this.record = rest;
    this.pattern = pattern;
    this.lines = rest.lines.map((line) =>
      line.digits.map((read) => ({ read, tile: tiles[number++], corrected: null })));
    this.frames = rest.lines.map(({ digits, ...frame }) => frame);
    this.unread = [...rest.unread ?? []];
    this.state = "read";
  }

  // Takes ink that was not read for the digit that it is most like; answers its place.
  takeIn(unread) {
    const [x, y, width, height] = unread.box;
    const digit = {
      read: {
        digit: unread.guess, confidence: unread.confidence, refused: false, box: unread.box,
        alternatives: [],
      },
      corrected: String(unread.guess),
    };
    this.unread = this.unread.filter((other) => other !== unread);
    // Into the line whose digits share most rows with it.
    const shared = this.frames.map(({ box }) =>
      Math.min(y + height, box[1] + box[3]) - Math.max(y, box[1]));
    const best = shared.indexOf(Math.max(...shared));
    if (shared[best] > height / 2) {
      const line = this.lines[best];
      const place = line.filter((other) => other.read.box[0] < x).length;
      line.splice(place, 0, digit);
      const box = this.frames[best].box;
      const left = Math.min(x, box[0]), top = Math.min(y, box[1]);
      this.frames[best].box = [
        left, top, Math.max(x + width, box[0] + box[2]) - left,
        Math.max(y + height, box[1] + box[3]) - top,
      ];
      return { line: best + 1, place: place + 1 };
    }
    const line = this.frames.filter(({ box }) => box[1] < y).length;
    this.lines.splice(line, 0, [digit]);
    this.frames.splice(line, 0, {
      box: unread.box, text: "", written: "", confidence: unread.confidence,
    });
    return { line: line + 1, place: 1 };
  }

  fail(message) {
    this.error = message;
    this.record = null;
    this.lines = [];
    this.frames = [];
    this.unread = [];
    this.state = "failed";
  }

  // Every digit with its place, as a person counts: from 1.
  *digits() {
    for (const [line, digits] of this.lines.entries()) {
      for (const [place, digit] of digits.entries()) {
        yield { digit, line: line + 1, place: place + 1 };
      }
    }
  }

  get isCorrected() {
    return this.lines.some((line) => line.some((digit) => digit.corrected !== null));
  }

  // What is printed of a line: its digits, and the pattern's text between them.
  printed(line) {
    if (this.pattern === null) return line;
    const [first, ...others] = this.pattern.split("#");
    return [first, ...others.flatMap((text, place) => [line[place], text])];
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
      lines.push({
        ...frame,
        digits: digits.map((digit) => digit.corrected === null
          ? digit.read
          : { ...digit.read, digit: Number(digit.corrected), corrected: true }),
        text,
        // The signs are known of the line as it was read.
        written: text === frame.text ? frame.written : text,
      });
    }
    return { ...this.record, lines, unread: this.unread, text: this.text(threshold) };
  }

  // The rows of a table with the columns of `recognize --format csv`: one for each line.
  csvRows(threshold) {
    // What is written may be taken for a number.
    const quoted = (text) => text.includes(",") ? `"${text}"` : text;
    const row = (...fields) => (written, unread) =>
      [...fields.map(csvField), quoted(written), unread].join(",") + "\n";
    if (this.record === null) return row(this.name, "", "", "", "", "", "", "", this.error)("", "");
    const rows = this.json(threshold).lines.map((line, index) => row(
      this.name, index + 1, line.text, Math.min(...line.digits.map((digit) => digit.confidence)),
      ...line.box, "")(line.written, this.unread.length));
    return rows.length > 0
      ? rows.join("") : row(this.name, "", "", "", "", "", "", "", "")("", this.unread.length);
  }
}

export const csvHeader = "file,line,text,confidence,x,y,width,height,error,written,unread\n";

// What stands for a digit in text: nothing when a person took it away.
export function shown(digit, threshold) {
  if (digit.corrected !== null) return digit.corrected;
  const isRefused = threshold === null ? digit.read.refused : digit.read.confidence < threshold;
  return isRefused ? "?" : String(digit.read.digit);
}

// A word for colours and styles. Confidences are calibrated: of ten digits at 90 %, one is wrong.
export function certainty(digit) {
  const { confidence } = digit.read;
  return confidence >= 0.9 ? "sure" : confidence >= 0.6 ? "unsure" : "doubtful";
}

export function percent(share) {
  if (share < 0.01) return "< 1 %";
  return share > 0.99 ? "> 99 %" : `${Math.round(100 * share)} %`;
}

// Quoted where a comma or quote would end it; behind an apostrophe where a spreadsheet would compute
// it: file names come from anyone.
function csvField(value) {
  let text = String(value ?? "");
  if (/^[=+\-@\t\r\n＝＋－＠]/.test(text)) text = "'" + text;
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
