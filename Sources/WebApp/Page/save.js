// What leaves the page: text for the clipboard, tables, files.

import { pictureOf } from "./part.js";
import { certainty, shown } from "./photo.js";

// A row for each line of digits: the table of `recognize --format csv`. `confidence` is that of the line's
// least certain digit, 1 for one that a person has confirmed; of a line that was corrected it says so.
export function csvOfLines(photos, threshold) {
  const rows = photos.flatMap((photo) => {
    if (photo.record === null) return [row(photo.name, "", "", "", "", "", "", "", photo.error, "", "")];
    const lines = photo.json(threshold).lines;
    const unread = photo.unread.length;
    if (lines.length === 0) return [row(photo.name, "", "", "", "", "", "", "", "", "", unread)];
    return lines.map((line, index) => row(
      photo.name, index + 1, quotedText(line.text), lineConfidence(line), ...line.box, "",
      quotedWritten(line.written), unread));
  });
  return "file,line,text,confidence,x,y,width,height,error,written,unread\n" + rows.join("");
}

// A row for each photo, its lines side by side.
export function csvOfPhotos(photos, threshold) {
  const rows = photos.map((photo) => {
    if (photo.record === null) return row(photo.name, "", "", "", "", photo.error, "", "");
    const { lines } = photo.json(threshold);
    const confidences = lines.map(lineConfidence);
    return row(
      photo.name, lines.length, quotedText(lines.map(({ text }) => text).join(" ")),
      confidences.includes("corrected") ? "corrected"
        : confidences.length === 0 ? "" : Math.min(...confidences),
      photo.isDone ? "yes" : "", "", quotedWritten(lines.map(({ written }) => written).join(" ")),
      photo.unread.length);
  });
  return "file,lines,text,confidence,done,error,written,unread\n" + rows.join("");
}

// For the clipboard: a photo a row, its name and its lines in the columns of a spreadsheet.
export function textOfAll(photos, threshold) {
  return photos.map((photo) => [
    photo.name.replaceAll(/[\t\n\r]/g, " "), ...photo.text(threshold).split("\n"),
  ].join("\t")).join("\n");
}

export function jsonOf(photos, threshold) {
  return JSON.stringify(photos.map((photo) => photo.json(threshold)), null, 2) + "\n";
}

function lineConfidence({ corrected, digits }) {
  return corrected ? "corrected" : Math.min(...digits.map((digit) => digit.confirmed ? 1 : digit.confidence));
}

export const row = (...fields) => fields.map((field) => field?.quoted ?? csvField(field)).join(",") + "\n";

// Always in quotes: who heeds them keeps the zeros before a number.
const inQuotes = (text) => `"${text.replaceAll('"', '""')}"`;
export const quotedText = (text) => ({ quoted: inQuotes(withoutFormula(text)) });
const quotedWritten = (text) => ({ quoted: inQuotes(text) });

// Quoted where a comma or quote would end it; behind an apostrophe where a spreadsheet would compute
// it: file names come from anyone.
function csvField(value) {
  const text = withoutFormula(String(value ?? ""));
  return /[",\n\r]/.test(text) ? inQuotes(text) : text;
}

function withoutFormula(text) { return /^[=+\-@\t\r\n＝＋－＠]/.test(text) ? "'" + text : text; }

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    copyOldWay(text);
  }
}

// Browsers keep the clipboard from pages without https that are not on this computer.
function copyOldWay(text) {
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

export function save(name, blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

// The photo with a box around each digit and what it reads above it, with the corrections in it: as
// `recognize --annotate` draws it.
export async function annotated(photo, threshold) {
  const image = await pictureOf(photo);
  const { width, height } = photo.record;
  const scale = Math.min(6, Math.max(900 / Math.max(width, height), Math.min(1, 1600 / Math.max(width, height))));
  const margin = Math.round(Math.max(width, height) * scale / 24);
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.round(width * scale) + 2 * margin, Math.round(height * scale) + 2 * margin];
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, margin, margin, width * scale, height * scale);
  const frame = ([x, y, w, h], color) => {
    context.strokeStyle = color;
    context.strokeRect(margin + x * scale, margin + y * scale, w * scale, h * scale);
  };
  context.lineWidth = Math.max(2, margin / 16);
  for (const { box } of photo.unread) frame(box, colors.unread);
  for (const { digit, text, color } of labels(photo, threshold)) {
    frame(digit.read.box, color);
    const [x, y, w, h] = digit.read.box.map((length) => length * scale);
    const size = Math.max(14, Math.min(margin, h / 2, 1.4 * w));
    context.font = `bold ${size}px sans-serif`;
    context.textAlign = "center";
    context.lineJoin = "round";
    context.lineWidth = size / 4;
    context.strokeStyle = "#fff";
    const place = [margin + x + w / 2, margin + y - size / 6];
    context.strokeText(text, ...place);
    context.fillStyle = color;
    context.fillText(text, ...place);
    context.lineWidth = Math.max(2, margin / 16);
  }
  // What the colours mean.
  context.textAlign = "left";
  const size = Math.min(margin * 0.6, canvas.width / 42);
  context.font = `${size}px sans-serif`;
  let left = margin;
  for (const [name, text] of legend) {
    context.fillStyle = colors[name];
    context.fillRect(left, canvas.height - margin * 0.75, size, size);
    context.fillStyle = "#333";
    context.fillText(text, left + 1.3 * size, canvas.height - margin * 0.75 + size * 0.85);
    left += context.measureText(text).width + 2.3 * size;
  }
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

const colors = { sure: "#007d3c", unsure: "#be6e00", doubtful: "#cd192d", corrected: "#2457d6", unread: "#969696" };
const legend = [
  ["sure", "90 to 100 %"], ["unsure", "60 to 90 %"], ["doubtful", "below 60 %"], ["corrected", "by a person"],
  ["unread", "not read"],
];

function* labels(photo, threshold) {
  for (const { digit } of photo.digits()) {
    if (digit.corrected === "") continue;
    yield { digit, text: shown(digit, threshold), color: colors[certainty(digit)] };
  }
}
