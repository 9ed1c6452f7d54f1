// Filled-in forms: read one after the other, looked at field by field, saved as a table.

import { readForm, Unreachable } from "./api.js";
import { sendable } from "./files.js";
import { quotedText, row } from "./save.js";

const atOnce = 2;

// A page of a file, as the server answers it: { file, fields } or { file, error }; a field's `corrected` is what a
// person says that it is, `seen` whether they have looked at it.
export class Scans {
  // `changed` is called after every answer and correction, `complain` with what went wrong.
  constructor({ changed, complain }) {
    Object.assign(this, { changed, complain });
    this.clear();
  }

  clear() {
    this.files = []; // { name, blob, state: waiting, reading, read or failed, pages, error }
    this.isSaved = true;
    this.running = 0;
  }

  get pages() { return this.files.flatMap(({ pages }) => pages); }
  get done() { return this.files.filter(({ state }) => state === "read" || state === "failed").length; }
  get isReading() { return this.done < this.files.length; }

  add(files, template) {
    this.files.push(...files.map((blob) => ({ name: blob.name, blob, state: "waiting", pages: [], error: null })));
    this.next(template);
  }

  // Reads all once more; what a person said of a field stays, by its name.
  again(template) {
    for (const file of this.files) [file.state, file.old] = ["waiting", file.pages];
    this.next(template);
  }

  next(template) {
    while (this.running < atOnce) {
      const file = this.files.find(({ state }) => state === "waiting");
      if (file === undefined) break;
      file.state = "reading";
      this.running += 1;
      const { files } = this;
      this.read(file, template).finally(() => {
        if (files !== this.files) return; // removed meanwhile
        this.running -= 1;
        this.next(template);
      });
    }
    this.changed();
  }

  async read(file, template) {
    const { json, version } = template;
    try {
      file.small ??= (await sendable(file.blob)).blob;
      const pages = await readForm(json, file.small, file.name);
      for (const [index, page] of pages.entries()) keepCorrections(page, file.old?.[index]);
      [file.pages, file.state, file.version] = [pages, "read", version];
    } catch (error) {
      [file.pages, file.state, file.version] = [[{ file: file.name, error: error.message }], "failed", version];
      if (error instanceof Unreachable) this.complain(error.message);
    }
  }

  // Whether the fields have changed since it was read.
  isOld(template) { return this.files.some(({ state, version }) => (state === "read" || state === "failed") && version !== template.version); }

  // All fields of all pages, and those that a person should look at, the least certain first.
  *fields() {
    for (const page of this.pages) {
      for (const field of page.fields ?? []) yield { page, field };
    }
  }

  get doubtful() {
    return [...this.fields()].filter(({ field }) => isDoubtful(field))
      .sort((one, other) => one.field.confidence - other.field.confidence);
  }

  get failed() { return this.pages.filter(({ error }) => error !== undefined); }

  correct(field, text) {
    field.corrected = text;
    this.isSaved = false;
    this.changed();
  }

  // The table of `recognize --template --format csv`; a field that a person has settled says so.
  csv(template) {
    const names = template.fields.map(({ name }) => name);
    const head = ["file", "template", ...names, ...names.flatMap((name) => [`${name}.status`, `${name}.confidence`]), "error"];
    return row(...head) + this.pages.map((page) => {
      if (page.error !== undefined) return row(page.file, "", ...names.flatMap(() => ["", "", ""]), page.error);
      const fields = new Map(page.fields.map((field) => [field.name, field]));
      const of = (name, get) => fields.has(name) ? get(fields.get(name)) : "";
      return row(
        page.file, page.template, ...names.map((name) => of(name, (field) => value(field) === "" ? "" : quotedText(value(field)))),
        ...names.flatMap((name) => [of(name, status), of(name, (field) => isSettled(field) ? "" : field.confidence)]), "");
    }).join("");
  }
}

const isSettled = (field) => field.corrected !== undefined;
const isDoubtful = (field) => !isSettled(field) && (field.status === "review" || field.status === "failed");

export const value = (field) => field.corrected ?? field.value;
export const status = (field) => !isSettled(field) ? field.status : field.corrected === field.value ? "confirmed" : "corrected";

function keepCorrections(page, old) {
  const before = new Map((old?.fields ?? []).map((field) => [field.name, field]));
  for (const field of page.fields ?? []) {
    const { corrected } = before.get(field.name) ?? {};
    if (corrected !== undefined) field.corrected = corrected;
  }
}

// What is wrong with a value that was typed, in words; null for nothing. Nothing at all may be typed: an empty field.
export function complaint(text, field) {
  if (text === "" || field === undefined) return null;
  const digits = text.replaceAll(/[^0-9]/g, "").length;
  switch (field.kind) {
    case "digits": {
      const pattern = field.pattern ?? "#".repeat(field.count);
      const isSo = new RegExp(`^${pattern.split("#").map((part) => part.replaceAll(/[^0-9A-Za-z ]/g, "\\$&")).join("[0-9]")}$`).test(text);
      return isSo ? null : `It is printed as ${pattern}.`;
    }
    case "number": {
      const decimals = field.decimals ?? 0;
      if (!/^-?[0-9]+(\.[0-9]+)?$/.test(text)) return "It is no number.";
      return (text.split(".")[1] ?? "").length === decimals ? null : `It has ${decimals} digits behind the point.`;
    }
    case "date": {
      const format = field.format ?? "DD.MM.YYYY";
      return text.length === format.length && digits === format.replaceAll(/[^DMY]/g, "").length ? null : `It is printed as ${format}.`;
    }
    default: return null;
  }
}
