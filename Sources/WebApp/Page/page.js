// Puts the page together: where pictures come from, in which order they are read, what is shown.

import { recognize } from "./api.js";
import { startCamera } from "./camera.js";
import { Drawing } from "./draw.js";
import { csvHeader, Photo } from "./photo.js";
import { ResultView } from "./result.js";
import { startTheme } from "./theme.js";

const element = (id) => document.getElementById(id);
const photos = [];
let current = null; // the photo that is shown
let drawn = null; // the drawing, as a Photo

const view = new ResultView({
  result: element("result"), welcome: element("welcome"), file: element("file"),
  answer: element("answer"), said: element("said"), copy: element("copy"),
  saveCSV: element("save-csv"), saveJSON: element("save-json"), view: element("view"),
  picture: element("picture"), boxes: element("boxes"), digits: element("digits"),
  strip: element("strip"), detail: element("detail"), threshold: element("threshold"),
  thresholdRow: element("threshold-row"), thresholdValue: element("threshold-value"),
  steps: element("steps"), figures: element("figures"), drawingBoxes: element("drawing-boxes"),
}, form, showList);

startTheme(element("theme"));

// MARK: Messages

let alertTimer = null;
function complain(message) {
  const alert = element("alert");
  alert.textContent = message;
  alert.hidden = false;
  clearTimeout(alertTimer);
  alertTimer = setTimeout(() => { alert.hidden = true; }, 6000);
}

// For screen readers, once nothing has changed for a while: not every stroke of a drawing.
let sayTimer = null;
function say(message) {
  clearTimeout(sayTimer);
  sayTimer = setTimeout(() => { element("live").textContent = message; }, 600);
}

function announce(photo) {
  if (photo.state === "failed") return say(photo.error);
  const text = photo.text(view.threshold);
  say(text === "" ? "No digits found" : `Read: ${text.split("\n").map((line) => [...line].join(" ")).join("; ")}`);
}

// MARK: Photos

const atOnce = 2;
let running = 0;

function add(files) {
  const added = [...files].map((file) => new Photo(file.name || "pasted.png", file));
  if (added.length === 0) return;
  for (const photo of added) photo.address = URL.createObjectURL(photo.blob);
  photos.push(...added);
  current = added[0];
  selectTab("photo");
  next();
}

function next() {
  while (running < atOnce) {
    const photo = photos.find(({ state }) => state === "waiting");
    if (photo === undefined) break;
    running += 1;
    photo.state = "reading";
    read(photo).finally(() => {
      running -= 1;
      next();
    });
  }
  showList();
  if (isPhotoTab()) view.show(current, { isDrawing: false });
}

async function read(photo) {
  const asked = form();
  photo.asked = asked;
  // Not when it was asked for anew meanwhile, or removed.
  const isWanted = () => photo.asked === asked && photos.includes(photo);
  try {
    const [first, ...others] = await recognize(photo.blob, photo.fileName, { tiles: "1", ...asked });
    if (!isWanted()) return;
    accept(photo, first, asked);
    // The other pages of the file, beside it.
    const pages = others.map((record, index) => {
      const page = new Photo(record.file, photo.blob, index + 1);
      page.address = photo.address;
      accept(page, record, asked);
      return page;
    });
    photos.splice(photos.indexOf(photo) + 1, 0, ...pages);
  } catch (error) {
    if (!isWanted()) return;
    photo.fail(error.message);
  }
  if (photo === current) {
    announce(photo);
    // On a phone the answer lies below what was just touched, but nothing moves while one is typing.
    if (photos.length === 1 && document.activeElement !== element("form")) scrollToResult();
  }
}

function accept(photo, record, { pattern }) {
  photo.name = record.file;
  if (record.error === undefined) photo.take(record, pattern);
  else photo.fail(record.error);
}

// What is known about the digits of a photo, as parameters for the server: a number, a pattern, or nothing.
function form() {
  const text = element("form").value.trim();
  if (text === "" || !isForm(text)) return {};
  return text.includes("#") ? { pattern: text } : { expect: text };
}

// As the server has it: at most 1,000 digits.
function isForm(text) {
  const count = text.includes("#") ? text.split("#").length - 1 : /^[0-9]+$/.test(text) ? Number(text) : 0;
  return count >= 1 && count <= 1000;
}

let formTimer = null;
let lastForm = "{}";
element("form").addEventListener("input", ({ target }) => {
  const text = target.value.trim();
  target.setAttribute("aria-invalid", String(text !== "" && !isForm(text)));
  clearTimeout(formTimer);
  formTimer = setTimeout(readAgain, 400); // once typing pauses
});

function readAgain() {
  if (lastForm === JSON.stringify(form())) return;
  lastForm = JSON.stringify(form());
  // The first page of a file asks for all of it.
  if (current !== null && current.page > 0) current = photos.find(({ blob }) => blob === current.blob);
  for (let index = photos.length - 1; index >= 0; index -= 1) {
    if (photos[index].page > 0) photos.splice(index, 1);
  }
  for (const photo of photos) photo.state = "waiting";
  next();
}

function scrollToResult() {
  requestAnimationFrame(() => {
    const { top } = element("result").getBoundingClientRect();
    if (top < 0 || top > innerHeight * 0.6) {
      const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
      element("result").scrollIntoView({ behavior: isCalm ? "auto" : "smooth", block: "start" });
    }
  });
}

function showList() {
  const done = photos.filter(({ state }) => state === "read" || state === "failed").length;
  element("photos").hidden = photos.length < 2;
  element("photos-title").textContent = done < photos.length
    ? `${done} of ${photos.length} photos read` : `${photos.length} photos`;
  element("progress").max = Math.max(1, photos.length);
  element("progress").value = done;
  element("progress").hidden = done === photos.length;
  showSaving();
  element("list").replaceChildren(...photos.map((photo) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    if (photo === current) button.setAttribute("aria-current", "true");
    const image = document.createElement("img");
    image.src = photo.address;
    image.alt = "";
    // Not every picture that the server reads can be shown by every browser.
    image.addEventListener("error", () => { image.style.visibility = "hidden"; });
    const words = document.createElement("span");
    words.className = "words";
    const text = document.createElement("span");
    text.className = photo.state === "failed" ? "text failed" : "text";
    text.textContent = photo.state === "failed" ? "could not be read"
      : photo.record === null ? "…"
      : photo.text(view.threshold).replaceAll("\n", "  ") || "no digits";
    const name = document.createElement("span");
    name.className = "name";
    name.textContent = photo.name;
    words.append(text, name);
    button.append(image, words);
    button.addEventListener("click", () => {
      current = photo;
      showList();
      view.show(photo, { isDrawing: false });
      announce(photo);
      scrollToResult();
    });
    item.append(button);
    return item;
  }));
}

element("choose").addEventListener("click", () => element("files").click());
for (const id of ["files", "capture"]) {
  element(id).addEventListener("change", ({ target }) => {
    add(target.files);
    target.value = ""; // the same file may be chosen again
  });
}
element("forget").addEventListener("click", () => {
  for (const { address } of photos) URL.revokeObjectURL(address);
  photos.length = 0;
  current = null;
  showList();
  view.show(null);
  element("choose").focus();
});
for (const sample of element("samples").children) {
  sample.addEventListener("click", async () => {
    const response = await fetch(sample.firstElementChild.src);
    add([new File([await response.blob()], sample.dataset.name, { type: "image/jpeg" })]);
  });
}
addEventListener("paste", ({ clipboardData }) => add(clipboardData.files));
for (const name of ["dragover", "dragleave", "drop"]) {
  addEventListener(name, (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    element("drop").classList.toggle("over", name === "dragover");
    if (name === "drop") add(event.dataTransfer.files);
  });
}
startCamera({
  button: element("camera"), capture: element("capture"), dialog: element("camera-dialog"),
  video: element("video"), shoot: element("shoot"), close: element("camera-close"),
}, (file) => add([file]), complain);

// MARK: Drawing

const drawing = new Drawing(element("canvas"), element("pen"), drawingChanged);
let isReadingDrawing = false;
let isDrawingNewer = false;

function drawingChanged() {
  element("draw-hint").hidden = !drawing.isEmpty;
  isDrawingNewer = true;
  if (!isReadingDrawing) readDrawing();
}

// One request at a time, the next with what was drawn meanwhile: never further behind than two.
async function readDrawing() {
  isReadingDrawing = true;
  while (isDrawingNewer) {
    isDrawingNewer = false;
    const photo = new Photo("drawing.jpg", null);
    if (!drawing.isEmpty) {
      photo.blob = await drawing.picture();
      try {
        photo.take((await recognize(photo.blob, photo.name, { tiles: "1" }))[0]);
      } catch (error) {
        photo.fail(error.message);
      }
      announce(photo);
    }
    // What was cleared while the server read it must not come back.
    if (drawing.isEmpty) {
      drawn = null;
      element("drawing-boxes").replaceChildren();
    } else {
      drawn = photo;
    }
    if (!isPhotoTab()) {
      view.show(drawn, { isDrawing: true });
      showSaving();
    }
  }
  isReadingDrawing = false;
}

element("undo").addEventListener("click", () => drawing.undo());
element("clear").addEventListener("click", () => drawing.clear());

// MARK: Tabs

const tabs = [element("tab-photo"), element("tab-draw")];
function isPhotoTab() { return tabs[0].getAttribute("aria-selected") === "true"; }

function selectTab(name) {
  for (const tab of tabs) {
    const isSelected = tab.id === `tab-${name}`;
    tab.setAttribute("aria-selected", String(isSelected));
    tab.tabIndex = isSelected ? 0 : -1;
    element(tab.getAttribute("aria-controls")).hidden = !isSelected;
  }
  element("photos").hidden = name !== "photo" || photos.length < 2;
  if (name === "photo") view.show(current, { isDrawing: false });
  else view.show(drawn, { isDrawing: true });
  showSaving();
}
for (const [index, tab] of tabs.entries()) {
  tab.addEventListener("click", () => selectTab(tab.id.replace("tab-", "")));
  tab.addEventListener("keydown", ({ key }) => {
    if (key !== "ArrowLeft" && key !== "ArrowRight") return;
    const other = tabs[1 - index];
    selectTab(other.id.replace("tab-", ""));
    other.focus();
  });
}

// MARK: Copying and saving

// What is saved: all photos when there are several, else what is shown.
function subject() { return isPhotoTab() ? photos : [drawn]; }

function showSaving() {
  for (const [id, format] of [["save-csv", "CSV"], ["save-json", "JSON"]]) {
    element(id).textContent = subject().length > 1 ? `Save all as ${format}` : `Save ${format}`;
    element(id).disabled = !subject().some((photo) => photo?.record);
  }
}

element("copy").addEventListener("click", async () => {
  const text = (isPhotoTab() ? current : drawn).text(view.threshold);
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    copyOldWay(text);
  }
  element("copy").textContent = "Copied";
  element("live").textContent = "Copied";
  setTimeout(() => { element("copy").textContent = "Copy"; }, 1500);
});

// Browsers keep the clipboard from pages without https that are not on this computer.
function copyOldWay(text) {
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

function save(name, type, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
element("save-csv").addEventListener("click", () => {
  save("digits.csv", "text/csv", csvHeader + subject().map((photo) => photo.csvRows(view.threshold)).join(""));
});
element("save-json").addEventListener("click", () => {
  const records = subject().map((photo) => photo.json(view.threshold));
  save("digits.json", "application/json", JSON.stringify(records, null, 2) + "\n");
});
