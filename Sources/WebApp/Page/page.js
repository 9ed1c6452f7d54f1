// Puts the page together: where pictures come from, in which order they are read, what is shown.

import { explain, recognize, Unreachable } from "./api.js";
import { startCamera } from "./camera.js";
import { Drawing } from "./draw.js";
import { fetched, filesOf, isShown, picturesOf, sendable, unpacked } from "./files.js";
import { agrees, complain, say } from "./messages.js";
import { markFitted, Photo } from "./photo.js";
import { ResultView, spoken } from "./result.js";
import { annotated, copy, csvOfLines, csvOfPhotos, jsonOf, save, textOfAll } from "./save.js";
import { forget, keep, kept, remember, remembered } from "./store.js";
import { PhotoTable } from "./table.js";
import { startTheme } from "./theme.js";

const element = (id) => document.getElementById(id);
const photos = [];
let current = null; // the photo that is shown
const drawn = new Photo("drawing.jpg", null);
drawn.isDrawing = true;

const view = new ResultView({
  result: element("result"), welcome: element("welcome"), look: element("look"), file: element("file"), fileRow: element("file-row"),
  answer: element("answer"), said: element("said"), copy: element("copy"), retry: element("retry"),
  takeBack: element("take-back"), redo: element("redo"), edit: element("edit"), editing: element("editing"),
  lines: element("lines"), editHelp: element("edit-help"), editCancel: element("edit-cancel"),
  view: element("view"), stage: element("stage"), picture: element("picture"), boxes: element("boxes"),
  newBox: element("new-box"), add: element("add"), zoomIn: element("zoom-in"), zoomOut: element("zoom-out"),
  fit: element("fit"), digits: element("digits"), strip: element("strip"), detail: element("detail"),
  threshold: element("threshold"), thresholdRow: element("threshold-row"),
  thresholdValue: element("threshold-value"), steps: element("steps"), figures: element("figures"),
  big: element("big"), drawingBoxes: element("drawing-boxes"),
}, { form, changed, say, complain, next: nextDoubtful });

const table = new PhotoTable({ body: element("list"), filter: element("filter"), none: element("none") }, {
  show(photo) {
    show(photo);
    announce(photo);
    scrollTo(element("look").hidden ? element("result") : element("look"));
  },
  done(photo, isDone) {
    photo.isDone = isDone;
    photo.isSaved = false;
    changed();
  },
  remove,
  textOf: (photo) => photo.text(view.threshold),
});

startTheme(element("theme"));

// MARK: Messages

function announce(photo) {
  if (photo.state === "failed") return say(photo.error);
  const text = photo.text(view.threshold);
  say(text === "" ? "No digits found" : `Read: ${spoken(text)}`);
}

// MARK: Photos

const atOnce = 2;
let running = 0;

// Takes files in; `coming` may be a promise of them.
async function add(coming) {
  let files;
  try {
    files = await coming;
  } catch (error) {
    return complain(error.message);
  }
  if (files.length === 0) return complain("There is no picture in it.");
  const added = [...files].map((file) => new Photo(file.name || "pasted.png", file));
  for (const [index, photo] of added.entries()) {
    photo.key = `${Date.now()} ${index}`;
    await prepare(photo);
  }
  photos.push(...added);
  current = added[0];
  selectTab("photo");
  next();
}

// What the browser cannot show has no address until the server has sent a picture of it.
async function prepare(photo) {
  photo.isShown = await isShown(photo.blob);
  photo.address = photo.isShown ? URL.createObjectURL(photo.blob) : null;
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
  showSoon();
}

// Of many photos not each one that is read is a reason to draw the whole table.
let soon = null;
function showSoon() {
  soon ??= setTimeout(() => {
    soon = null;
    showAll();
  }, photos.length > 20 ? 150 : 0);
}

async function read(photo) {
  const asked = form();
  photo.asked = asked;
  photo.abort = new AbortController();
  // Not when it was asked for anew meanwhile, or removed.
  const isWanted = () => photo.asked === asked && photos.includes(photo);
  const sent = (share) => {
    photo.sent = share;
    if (isWanted() && photo.blob.size > 500_000) showSoon();
  };
  try {
    if (photo.isShown === undefined) await prepare(photo);
    const { blob, scale } = await sendable(photo.blob);
    photo.upload = blob;
    const wishes = { tiles: "1", ...(photo.isShown ? {} : { picture: "1" }) };
    const options = { signal: photo.abort.signal, sent };
    // What is there anyway, to tell which digits are only there to make up the number.
    const plain = Object.keys(asked).length === 0 ? null : await recognize(blob, photo.fileName, wishes, options);
    if (plain !== null && isWanted()) photo.address = plain[0].picture ?? photo.address;
    const records = await recognize(blob, photo.fileName, { ...wishes, ...asked }, options);
    if (!isWanted()) return;
    for (const [index, record] of records.entries()) markFitted(record, plain?.[index]);
    // A page may be the only one of its file that is still wanted.
    const first = records[photo.page];
    const others = photo.page === 0 ? records.slice(1) : [];
    if (scale < 1) enlarge(first, 1 / scale);
    accept(photo, first, asked);
    // The other pages of the file, beside it.
    const pages = others.map((record, index) => {
      const page = photo.pages?.find((page) => page.page === index + 1) ?? new Photo(record.file, photo.blob, index + 1);
      page.key = photo.key;
      page.fileName = photo.fileName;
      page.isShown = photo.isShown;
      page.upload = photo.upload;
      page.address = photo.address;
      accept(page, record, asked);
      return page;
    });
    photo.pages = undefined;
    photos.splice(photos.indexOf(photo) + 1, 0, ...pages);
  } catch (error) {
    if (!isWanted() || error.name === "AbortError") return;
    photo.fail(error.message, error instanceof Unreachable);
  } finally {
    photo.sent = null;
  }
  if (photo === current) {
    announce(photo);
    // On a phone the answer lies below what was just touched, but nothing moves while one is typing.
    if (photos.length === 1 && document.activeElement !== element("form")) {
      scrollTo(element("look").hidden ? element("result") : element("look"));
    }
  }
}

function accept(photo, record, { pattern }) {
  photo.name = record.file;
  if (record.error === undefined) photo.take(record, pattern);
  else photo.fail(record.error);
  if (record.picture !== undefined) photo.address = record.picture;
}

// The boxes of a photo that was sent smaller, as they are in the photo itself.
function enlarge(record, factor) {
  if (record.error !== undefined) return;
  const boxes = (one) => { one.box = one.box.map((length) => Math.round(length * factor)); };
  for (const name of ["width", "height"]) record[name] = Math.round(record[name] * factor);
  for (const line of record.lines) [line, ...line.digits].forEach(boxes);
  record.unread.forEach(boxes);
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

const formHelp = element("form-help").textContent;
let formTimer = null;
let lastForm = "{}";
element("form").addEventListener("input", ({ target }) => {
  const text = target.value.trim();
  const isWrong = text !== "" && !isForm(text);
  target.setAttribute("aria-invalid", String(isWrong));
  element("form-help").classList.toggle("wrong", isWrong);
  element("form-help").textContent = isWrong
    ? `${text} is neither a number from 1 to 1000 nor a pattern with # for each digit.` : formHelp;
  if (isWrong) say(element("form-help").textContent);
  clearTimeout(formTimer);
  formTimer = setTimeout(readAgain, 400); // once typing pauses
});

function readAgain() {
  if (lastForm === JSON.stringify(form())) return;
  lastForm = JSON.stringify(form());
  readAnew(() => true);
}

// Reads photos once more; what a person made of them stays.
function readAnew(isMeant) {
  // The first page of a file asks for all of it, and its other pages come back with it.
  const wholes = new Map(photos.filter(({ page }) => page === 0).map((photo) => [photo.blob, photo]));
  for (const photo of photos.filter(({ page }) => page > 0)) {
    const whole = wholes.get(photo.blob);
    if (whole === undefined || !isMeant(whole)) continue;
    (whole.pages ??= []).push(photo);
    if (current === photo) current = whole;
    photos.splice(photos.indexOf(photo), 1);
  }
  for (const photo of photos) {
    if (isMeant(photo)) photo.state = "waiting";
  }
  next();
}
function retry() {
  readAnew((photo) => photo.state === "failed" && photo.canRetry);
  if (drawn.canRetry) drawingChanged();
}
element("retry").addEventListener("click", retry);
addEventListener("online", retry);

function scrollTo(part) {
  requestAnimationFrame(() => {
    const { top } = part.getBoundingClientRect();
    if (top < 0 || top > innerHeight * 0.6) {
      const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
      part.scrollIntoView({ behavior: isCalm ? "auto" : "smooth", block: "start" });
    }
  });
}

function show(photo) {
  current = photo;
  showAll();
}

// After a correction.
function changed() {
  keepUnsaved();
  keepDrawing();
  showAll(false);
}

let shownLook; // of the photo, when it was last shown
function showAll(showsResult = true) {
  const done = photos.filter(({ state }) => state === "read" || state === "failed").length;
  document.body.classList.toggle("has-photos", photos.length > 0 && isPhotoTab());
  element("photos").hidden = photos.length < 2 || !isPhotoTab();
  element("photos-title").textContent = done < photos.length
    ? `${done} of ${photos.length} photos read` : `${photos.length} photos`;
  element("progress").max = Math.max(1, photos.length);
  element("progress").value = done;
  element("progress").hidden = done === photos.length;
  element("cancel").hidden = done === photos.length || !isPhotoTab();
  const left = photos.filter((photo) => photo.needsLook).length;
  element("left").textContent = done < photos.length ? "" : left === 0 ? "Nothing is left to look at." : `${left} to look at.`;
  const index = photos.indexOf(current);
  element("previous").disabled = index <= 0;
  element("following").disabled = index < 0 || index >= photos.length - 1;
  element("turning").hidden = photos.length < 2;
  element("next").hidden = !isPhotoTab() || left === 0;
  table.update(photos, current);
  showSaving();
  const photo = subject();
  if (photo !== view.photo) {
    element("tables").hidden = true;
    element("stage").querySelector(".cell-mark")?.remove();
  }
  // What is under the pointer is not made anew because another photo has been read.
  if (showsResult && (photo !== view.photo || photo?.look !== shownLook)) view.show(photo);
  shownLook = photo?.look;
}

function turn(step) {
  const photo = photos[photos.indexOf(current) + step];
  if (photo === undefined) return;
  show(photo);
  announce(photo);
}
element("previous").addEventListener("click", () => turn(-1));
element("following").addEventListener("click", () => turn(1));

// MARK: Reviewing

// Goes to the next digit that should be looked at, or photo without such a digit; behind the last comes the first.
function nextDoubtful() {
  const places = photos.filter((photo) => photo.needsLook).flatMap((photo) =>
    photo.doubtful.length > 0 ? photo.doubtful.map((digit) => ({ photo, digit })) : [{ photo, digit: null }]);
  if (places.length === 0) return say("Nothing is left to look at.");
  const at = photos.indexOf(current);
  const selected = view.selected === null ? null : view.digit(view.selected);
  const all = current?.lines.flat() ?? [];
  const isAfter = ({ photo, digit }) => photos.indexOf(photo) > at
    || (photo === current && digit !== null && all.indexOf(digit) > all.indexOf(selected));
  const { photo, digit } = places.find(isAfter) ?? places[0];
  if (photo !== current) {
    show(photo);
    scrollTo(element("look").hidden ? element("result") : element("look"));
  }
  if (digit === null) {
    announce(photo);
    element("result").focus({ preventScroll: true });
  } else {
    view.selectDigit(digit);
  }
}
element("next").addEventListener("click", nextDoubtful);

addEventListener("keydown", (event) => {
  const { target } = event;
  if (target.matches("input:not([type=checkbox]), textarea, select, dialog *")) return;
  if (event.key === "n" && element("single-keys").checked && !event.ctrlKey && !event.metaKey && !event.altKey && isPhotoTab()) {
    // Only where it can mean nothing else.
    if (target === document.body || target.closest("#look, #result, #photos")) nextDoubtful();
  } else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
    if (subject() === null) return;
    event.preventDefault();
    // Of a drawing without corrections the last stroke.
    if (!isPhotoTab() && !event.shiftKey && drawn.past.length === 0) drawing.undo();
    else view.travel(event.shiftKey ? "redo" : "undo");
  }
});

// MARK: Keeping and removing

let isKept = true; // whether what is unsaved is in the browser's store

function unsaved() { return photos.filter((photo) => !photo.isSaved); }

// From the first correction on, all photos are kept until they are in a file: so a reload loses nothing.
let keeping = Promise.resolve();
function keepUnsaved() {
  const all = unsaved().length > 0 ? [...photos] : [];
  keeping = keeping.then(async () => {
    isKept = all.length === 0 ? await forget() : await keep(all);
    showKept();
  });
  return keeping;
}

// A drawing is small: with its corrections it is kept as text.
function keepDrawing() {
  const { marks, past, future } = drawn;
  const isOpen = drawn.hasMarks && !drawn.isSaved;
  remember("drawing", isOpen ? JSON.stringify({ strokes: drawing.strokes, marks, past, future }) : null);
}

function restoreDrawing() {
  let old;
  try { old = JSON.parse(remembered("drawing")); } catch { return; }
  if (!Array.isArray(old?.strokes) || old.strokes.length === 0) return;
  selectTab("draw");
  [drawing.strokes, drawn.marks, drawn.past, drawn.future] = [old.strokes, old.marks, old.past, old.future];
  drawn.isSaved = false;
  drawing.fit();
  drawingChanged();
  say("Your drawing and its corrections are back.");
}

function showKept() {
  const count = unsaved().length;
  element("kept").hidden = count === 0;
  element("kept-text").textContent = isKept
    ? "Your corrections are kept in this browser, with the photos, until you save them."
    : "Your corrections are in no file yet, and this browser keeps none: save them before you leave.";
}

addEventListener("beforeunload", (event) => {
  if (unsaved().length > 0 && !isKept) event.preventDefault();
});

async function restore() {
  const old = await kept();
  if (old.length === 0) return;
  for (const record of old) {
    const photo = Object.assign(new Photo(record.name, record.blob, record.page), record);
    const whole = photos.find(({ key }) => key === record.key);
    if (whole === undefined) photos.push(photo);
    else (whole.pages ??= []).push(photo);
  }
  if (photos.length === 0) return;
  current = photos.find(({ hasMarks }) => hasMarks) ?? photos[0];
  showKept();
  say("Your photos and corrections are back.");
  next();
}

async function remove(photo) {
  if (!photo.isSaved && photo.hasMarks
    && !await agrees(`${photo.name} has corrections that are in no file yet.`, "Remove it")) return;
  take([photo]);
}

function take(gone) {
  const at = photos.indexOf(current);
  for (const photo of gone) {
    photo.abort?.abort();
    photos.splice(photos.indexOf(photo), 1);
    if (photo.address !== null && !photos.some(({ address }) => address === photo.address)) {
      URL.revokeObjectURL(photo.address);
    }
  }
  if (!photos.includes(current)) current = photos[Math.min(at, photos.length - 1)] ?? null;
  keepUnsaved();
  showAll();
  (photos.length > 0 ? element("result") : element("choose")).focus({ preventScroll: photos.length > 0 });
}

element("remove").addEventListener("click", () => remove(current));

async function removeAll() {
  const count = unsaved().filter(({ hasMarks }) => hasMarks).length;
  if (count > 0 && !await agrees(
    `${count === 1 ? "One photo has" : `${count} photos have`} corrections that are in no file yet.`, "Remove all")) return;
  take([...photos]);
}
for (const id of ["forget", "forget-kept"]) element(id).addEventListener("click", removeAll);

element("cancel").addEventListener("click", () => {
  for (const photo of photos) {
    if (photo.state !== "waiting" && photo.state !== "reading") continue;
    photo.abort?.abort();
    photo.asked = null;
    photo.fail("Not read: you stopped it.", true);
  }
  showAll();
});

// MARK: Where photos come from

element("choose").addEventListener("click", () => element("files").click());
element("choose-folder").addEventListener("click", () => element("folder").click());
element("choose-folder").hidden = !("webkitdirectory" in element("folder")) || matchMedia("(pointer: coarse)").matches;
for (const id of ["files", "capture", "folder"]) {
  element(id).addEventListener("change", ({ target }) => {
    const files = id === "folder" ? picturesOf(target.files) : [...target.files];
    // The same file may be chosen again.
    target.value = "";
    add(unpacked(files));
  });
}
for (const sample of element("samples").children) {
  sample.addEventListener("click", () =>
    add(fetched(sample.firstElementChild.src, sample.dataset.name).then((file) => [file])));
}

addEventListener("paste", ({ clipboardData }) => {
  if (clipboardData.files.length > 0) add(filesOf(clipboardData));
});
for (const name of ["dragover", "dragleave", "drop"]) {
  addEventListener(name, (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    element("drop").classList.toggle("over", name === "dragover");
    if (name === "drop") add(filesOf(event.dataTransfer));
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

function drawingChanged(factor = 1) {
  if (factor !== 1) drawn.scale(factor);
  element("draw-hint").hidden = !drawing.isEmpty;
  if (drawing.isEmpty) drawn.clear();
  keepDrawing();
  isDrawingNewer = true;
  if (!isReadingDrawing) readDrawing();
}

// One request at a time, the next with what was drawn meanwhile: never further behind than two.
async function readDrawing() {
  isReadingDrawing = true;
  while (isDrawingNewer) {
    isDrawingNewer = false;
    if (!drawing.isEmpty) {
      drawn.blob = await drawing.picture();
      try {
        drawn.take((await recognize(drawn.blob, drawn.name, { tiles: "1" }))[0]);
      } catch (error) {
        drawn.fail(error.message, error instanceof Unreachable);
      }
      // What was cleared while the server read it must not come back.
      if (drawing.isEmpty) drawn.clear();
      else announce(drawn);
    }
    if (!isPhotoTab()) showAll();
  }
  isReadingDrawing = false;
}

element("undo").addEventListener("click", () => drawing.undo());
element("clear").addEventListener("click", () => drawing.clear());

// MARK: Tabs

const tabs = [element("tab-photo"), element("tab-draw")];
function isPhotoTab() { return tabs[0].getAttribute("aria-selected") === "true"; }

// The photo or drawing that is shown; null for none.
function subject() {
  if (isPhotoTab()) return current;
  return drawing.isEmpty || drawn.state === "waiting" ? null : drawn;
}

function selectTab(name) {
  for (const tab of tabs) {
    const isSelected = tab.id === `tab-${name}`;
    tab.setAttribute("aria-selected", String(isSelected));
    tab.tabIndex = isSelected ? 0 : -1;
    element(tab.getAttribute("aria-controls")).hidden = !isSelected;
  }
  showAll();
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
function subjects() { return isPhotoTab() ? photos : [drawn]; }

function showSaving() {
  const all = subjects();
  const isOne = all.length < 2;
  for (const [id, format] of [["save-csv", "CSV"], ["save-json", "JSON"]]) {
    element(id).textContent = isOne ? `Save ${format}` : `Save all as ${format}`;
    element(id).disabled = !all.some((photo) => photo.record !== null);
  }
  element("copy-all").hidden = isOne;
  element("as-table").hidden = !isPhotoTab();
  element("as-table").disabled = element("save-picture").disabled = element("save-page").disabled = subject()?.record == null;
}

for (const [id, text] of [
  ["copy", () => subject().text(view.threshold)], ["copy-all", () => textOfAll(photos, view.threshold)],
]) {
  const before = element(id).textContent;
  element(id).addEventListener("click", async () => {
    await copy(text());
    element(id).textContent = "Copied";
    say("Copied");
    setTimeout(() => { element(id).textContent = before; }, 1500);
  });
}

// What is in a file need not be kept any longer.
function saveAll(name, type, text) {
  save(name, new Blob([text], { type }));
  if (!isPhotoTab()) {
    drawn.isSaved = true;
    return keepDrawing();
  }
  for (const photo of photos) photo.isSaved = true;
  keepUnsaved();
}
element("save-csv").addEventListener("click", () => {
  const table = element("rows").value === "photos" ? csvOfPhotos : csvOfLines;
  saveAll("digits.csv", "text/csv", table(subjects(), view.threshold));
});
element("save-json").addEventListener("click", () => {
  saveAll("digits.json", "application/json", jsonOf(subjects(), view.threshold));
});

// "scan-2" of page 2 of "scan.pdf".
const stem = (name) => name.split("/").pop().replace(/\.[^.]*?(#[0-9]+)?$/, (_, page) => page?.replace("#", "-") ?? "") || "photo";
for (const [id, ending, make] of [
  ["save-picture", "annotated.png", (photo) => annotated(photo, view.threshold)],
  ["save-page", "explained.html", async (photo) =>
    explain(photo.upload ?? photo.blob, photo.name, photo.isDrawing ? {} : { ...form(), page: photo.page + 1 })],
]) {
  element(id).addEventListener("click", async () => {
    const photo = subject();
    try {
      save(`${stem(photo.name)}-${ending}`, await make(photo));
    } catch (error) {
      complain(error.message);
    }
  });
}

// Keys without Ctrl can be in the way of what somebody dictates.
element("single-keys").checked = remembered("single-keys") !== "no";
element("single-keys").addEventListener("change", ({ target }) => remember("single-keys", target.checked ? null : "no"));

// Tables are for some photos only: their part of the page comes when it is asked for.
element("as-table").addEventListener("click", async () => {
  const photo = current;
  try {
    const { showTables } = await import("./tableview.js");
    await showTables(photo, {
      panel: element("tables"), stage: element("stage"), reveal: (box) => view.viewer.reveal(box), say, stem: stem(photo.name),
    });
  } catch (error) {
    complain(error.message);
  }
});

restore();
restoreDrawing();

// The page opens without a connection, too, where browsers allow that: at https and on this computer.
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/shell.js").catch(() => {});
