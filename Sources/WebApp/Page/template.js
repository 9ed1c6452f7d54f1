// A form: the picture of the empty one, and its fields, as `template.json` has them.

import { drawn } from "./files.js";

const longest = 2400; // pixels of the longer side of the picture that a template carries
const largestPicture = 700_000; // bytes; a larger drawing is kept as a photo is

export const kinds = {
  digits: "Digits, always as many", number: "A number", date: "A date", check: "A box to tick",
  mark: "One of several boxes",
};

export class Template {
  constructor({ name, reference, width, height, fields = [] }) {
    Object.assign(this, { name, reference, width, height, fields });
    this.past = []; // the fields before each change
    this.future = [];
    this.isSaved = true;
    this.version = 0; // counts changes of what is read
  }

  // Every change of the fields goes through here, and can be taken back.
  change(fields) {
    this.past.push(this.fields);
    this.future = [];
    this.set(fields);
  }

  set(fields) {
    this.fields = fields;
    this.isSaved = false;
    this.version += 1;
  }

  undo() { this.travel(this.past, this.future); }
  redo() { this.travel(this.future, this.past); }

  travel(from, to) {
    if (from.length === 0) return;
    to.push(this.fields);
    this.set(from.pop());
  }

  replace(field, ...others) {
    this.change(this.fields.flatMap((other) => other === field ? others : [other]));
  }

  add(field) {
    // Where a person reads it: before the first one that stands lower, or on its line to the right.
    const [x, y, , height] = field.box;
    const place = this.fields.findIndex((other) => {
      const box = boxAround(other);
      return box[1] > y + height / 2 || (box[1] + box[3] > y + height / 2 && box[0] > x);
    });
    this.change(this.fields.toSpliced(place < 0 ? this.fields.length : place, 0, field));
  }

  freeName(stem) {
    const names = new Set(this.fields.map(({ name }) => name));
    for (let number = this.fields.length + 1; ; number += 1) {
      if (!names.has(`${stem}${number}`)) return `${stem}${number}`;
    }
  }

  // What keeps it from being read, in words.
  get problems() {
    const found = [];
    const seen = new Set();
    if (this.name.trim() === "") found.push("The form needs a name.");
    if (this.fields.length === 0) found.push("There is no field yet: drag a box on the form with “Add a field”.");
    for (const field of this.fields) {
      const { name } = field;
      if (name.trim() === "") found.push("A field has no name.");
      else if (seen.has(name)) found.push(`Two fields are called ${name}.`);
      seen.add(name);
      if (field.kind === "mark" && field.choices.length < 2) found.push(`${name} needs two boxes or more to choose from.`);
      if (field.kind === "mark" && new Set(field.choices.map(({ value }) => value)).size < field.choices.length) {
        found.push(`Two boxes of ${name} stand for the same value.`);
      }
      for (const part of field.sum ?? []) {
        if (!this.fields.some((other) => other.name === part)) found.push(`${name} is a sum with ${part}, which is no field.`);
      }
    }
    const boxes = this.fields.flatMap((field) => boxesOf(field).map((box) => ({ field, box })));
    for (const [index, one] of boxes.entries()) {
      const other = boxes.slice(0, index).find(({ box }) => areOver(box, one.box));
      if (other !== undefined) found.push(`${other.field.name} and ${one.field.name} lie one over the other.`);
    }
    return found;
  }

  get json() {
    const { name, reference, fields } = this;
    return JSON.stringify({ name, reference, fields }, null, 1) + "\n";
  }

  // One that was saved; `pictures` are files among which is its reference, where that is not inside.
  static async open(file, pictures) {
    let value;
    try { value = JSON.parse(await file.text()); } catch { throw new Error(`${file.name} is no template: no JSON.`); }
    if (typeof value?.name !== "string" || typeof value.reference !== "string" || !Array.isArray(value.fields)) {
      throw new Error(`${file.name} is no template: it needs a name, a reference and fields.`);
    }
    let { reference } = value;
    if (!reference.startsWith("data:")) {
      const picture = pictures.find(({ name }) => name === reference.split("/").pop());
      if (picture === undefined) throw new Error(`Choose ${reference} together with ${file.name}: the template names it.`);
      reference = await dataURL(picture);
    }
    const image = new Image();
    image.src = reference;
    try { await image.decode(); } catch { throw new Error(`The picture of ${file.name} cannot be shown by this browser.`); }
    const fields = value.fields.filter((field) => typeof field?.name === "string" && field.kind in kinds
      && boxesOf(field).every((box) => Array.isArray(box) && box.length === 4 && box.every(Number.isFinite)));
    if (fields.length < value.fields.length) {
      throw new Error(`${file.name} is no template: field ${value.fields.findIndex((field) => !fields.includes(field)) + 1} is none.`);
    }
    return new Template({ ...value, reference, width: image.naturalWidth, height: image.naturalHeight, fields });
  }
}

// The picture of a form as a template carries it, from one that the browser shows.
export async function smaller(blob) {
  const { canvas } = await drawn(blob, longest);
  const encoded = (type, quality) => new Promise((resolve) => canvas.toBlob(resolve, type, quality));
  const whole = await encoded("image/png");
  return whole.size <= largestPicture ? whole : encoded("image/jpeg", 0.92);
}

export function dataURL(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(new Error("The file cannot be read."));
    reader.readAsDataURL(blob);
  });
}

export const boxesOf = (field) => field.kind === "mark" ? (field.choices ?? []).map(({ box }) => box) : [field.box];

export function boxAround(field) {
  const boxes = boxesOf(field);
  const [left, top] = [Math.min(...boxes.map(([x]) => x)), Math.min(...boxes.map(([, y]) => y))];
  return [
    left, top, Math.max(...boxes.map(([x, , width]) => x + width)) - left,
    Math.max(...boxes.map(([, y, , height]) => y + height)) - top,
  ];
}

const areOver = ([x1, y1, w1, h1], [x2, y2, w2, h2]) =>
  x1 < x2 + w2 && x2 < x1 + w1 && y1 < y2 + h2 && y2 < y1 + h1;

// The same place with another kind.
export function ofKind(field, kind) {
  const { name } = field;
  const box = boxAround(field);
  switch (kind) {
    case "digits": return { name, kind, box, count: 4 };
    case "date": return { name, kind, box, format: "DD.MM.YYYY" };
    case "mark": return { name, kind, choices: [{ value: "1", box }] };
    default: return { name, kind, box };
  }
}

export function describe(field) {
  const rules = [
    field.range && `${field.range[0]} to ${field.range[1]}`, field.checkDigit && `check digit ${field.checkDigit}`,
    field.sum && `sum of ${field.sum.join(", ")}`, field.values && `one of ${field.values.length}`,
  ].filter(Boolean);
  const what = {
    digits: field.pattern ?? `${field.count} digits`,
    number: field.decimals ? `a number, ${field.decimals} decimal${field.decimals === 1 ? "" : "s"}` : "a number",
    date: field.format ?? "DD.MM.YYYY", check: "a box to tick", mark: `one of ${field.choices?.length} boxes`,
  }[field.kind];
  return [what, ...rules].join(", ");
}
