// Puts the page for forms together: a form, its fields, and scans of it that were filled in.

import { proposals } from "./api.js";
import { FieldBoxes } from "./fieldboxes.js";
import { showFieldForm } from "./fieldform.js";
import { fetched, filesOf, isShown, unpacked } from "./files.js";
import { agrees, complain, say } from "./messages.js";
import { save } from "./save.js";
import { complaint, Scans, status, value } from "./scans.js";
import { boxAround, dataURL, describe, smaller, Template } from "./template.js";
import { startTheme } from "./theme.js";
import { Viewer } from "./viewer.js";

const element = (id) => document.getElementById(id);
let template = null;
let current = null; // the field that is chosen
let isExample = false; // the form that comes with the page
let growing = null; // the choice that boxes are added to
startTheme(element("theme"));

// MARK: The form

// Takes the empty form, or a template that was saved.
async function open(files) {
  if (files.length === 0) return;
  if (!await mayLeave()) return;
  try {
    const saved = files.find(({ name }) => name.toLowerCase().endsWith(".json"));
    say("Looking for fields …");
    element("source").setAttribute("aria-busy", "true");
    use(saved ? await Template.open(saved, files) : await fromPicture(files[0]));
    element("fields-title").scrollIntoView({ block: "nearest" });
  } catch (error) {
    complain(error.message);
  } finally {
    element("source").removeAttribute("aria-busy");
  }
}

async function fromPicture(file) {
  // What the browser cannot show the server decodes.
  if (!await isShown(file)) {
    const answer = await proposals(file, file.name, { picture: "1" });
    return Object.assign(await Template.open(new File([answer], file.name), []), { isSaved: false });
  }
  let picture;
  try { picture = await smaller(file); } catch { throw new Error(`${file.name} is no picture that can be shown.`); }
  const answer = JSON.parse(await (await proposals(picture, file.name)).text());
  const form = { ...answer, reference: await dataURL(picture) };
  return Object.assign(await Template.open(new File([JSON.stringify(form)], file.name), []), { isSaved: false });
}

function use(form) {
  template = form;
  [current, growing, isExample] = [null, null, false];
  scans.clear();
  viewer.show(form.reference, `The form ${form.name}`, form);
  element("form-name").value = form.name;
  show();
  const count = form.fields.length;
  say(count === 0 ? "No fields were found." : `${count} ${count === 1 ? "field" : "fields"}.`);
}

const hints = {
  none: "Add a field: drag a box around the place where it is written.",
  some: "These are proposals: choose a box to name it, drag it or its corners, add what is missing.",
  one: "Drag the box or its corners; arrows move it, Shift and arrows change its size, Delete removes it.",
  growing: "Drag a box, or tap a box that is there to take it in.",
};

function show() {
  const hasForm = template !== null;
  element("source").hidden = hasForm;
  element("editor").hidden = element("scans").hidden = !hasForm;
  if (!hasForm) return;
  boxes.show(template, current);
  viewer.layOut();
  element("undo").disabled = template.past.length === 0;
  element("redo").disabled = template.future.length === 0;
  element("hint").textContent = growing ? hints.growing : current ? hints.one : template.fields.length > 0 ? hints.some : hints.none;
  const { problems } = template;
  element("problems").hidden = problems.length === 0;
  element("problems").textContent = problems.slice(0, 3).join(" ") + (problems.length > 3 ? ` And ${problems.length - 3} more.` : "");
  showList();
  element("one").hidden = current === null;
  if (current !== null) {
    showFieldForm(element("one"), current, {
      change: (next) => replaceField(current, next), remove: () => removeField(current),
      addBox() {
        growing = current;
        viewer.setAdding(true);
        show();
      },
    });
  } else {
    element("one").replaceChildren();
  }
  showScans();
}

function showList() {
  const list = element("list");
  const had = list.contains(document.activeElement);
  list.replaceChildren(...template.fields.map((field) => {
    const item = document.createElement("li");
    const open = document.createElement("button");
    open.type = "button";
    open.className = "field-name";
    if (field === current) open.setAttribute("aria-current", "true");
    const [name, what] = [document.createElement("span"), document.createElement("span")];
    name.textContent = field.name;
    what.textContent = describe(field);
    what.className = "quiet-text";
    open.append(name, what);
    open.addEventListener("click", () => {
      select(field);
      viewer.lookAt(boxAround(field));
    });
    item.append(open);
    return item;
  }));
  const chosen = list.querySelector('[aria-current="true"]');
  if (chosen !== null) {
    const [outer, inner] = [list.getBoundingClientRect(), chosen.getBoundingClientRect()];
    if (inner.top < outer.top || inner.bottom > outer.bottom) list.scrollTop += inner.top - outer.top - 8;
    if (had) chosen.focus({ preventScroll: true });
  }
}

function select(field) {
  // A choice takes in the box that is tapped.
  [current, growing] = [field, null];
  show();
}

function replaceField(field, next) {
  // Sums name their parts.
  const renamed = next.name !== field.name;
  template.change(template.fields.map((other) => {
    if (other === field) return next;
    if (!renamed || !other.sum?.includes(field.name)) return other;
    return { ...other, sum: other.sum.map((part) => part === field.name ? next.name : part) };
  }));
  current = next;
  show();
}

function removeField(field) {
  const index = template.fields.indexOf(field);
  template.replace(field);
  current = template.fields[Math.min(index, template.fields.length - 1)] ?? null;
  say(`Removed ${field.name}`);
  show();
  focusBox();
}

function focusBox() { element("boxes").querySelector('[aria-pressed="true"]')?.focus({ preventScroll: true }); }

const viewer = new Viewer({
  view: element("view"), stage: element("stage"), picture: element("picture"), boxes: element("boxes"),
  newBox: element("new-box"), add: element("add"), zoomIn: element("zoom-in"), zoomOut: element("zoom-out"), fit: element("fit"),
}, (box) => {
  if (growing !== null) return grow(box);
  const field = { name: template.freeName("field"), kind: "number", box };
  template.add(field);
  current = field;
  say(`Added ${field.name}`);
  show();
  element("one").elements.name.select();
}, ({ x, y }) => {
  if (growing === null) return;
  const tapped = template.fields.find((field) => field !== growing && field.kind !== "mark"
    && x >= field.box[0] && x < field.box[0] + field.box[2] && y >= field.box[1] && y < field.box[1] + field.box[3]);
  if (tapped !== undefined) grow(tapped.box, tapped);
});

// One more box of a choice, and the next may follow.
function grow(box, taken) {
  const next = { ...growing, choices: [...growing.choices, { value: freeValue(growing.choices), box }] };
  template.change(template.fields.filter((field) => field !== taken).map((field) => field === growing ? next : field));
  [current, growing] = [next, next];
  show();
  viewer.setAdding(true);
}

function endGrowing() {
  growing = null;
  show();
}

function freeValue(choices) {
  for (let number = choices.length + 1; ; number += 1) {
    if (!choices.some((choice) => choice.value === String(number))) return String(number);
  }
}

const boxes = new FieldBoxes({ boxes: element("boxes"), view: element("view"), stage: element("stage") }, {
  selected: select, changed: replaceField, removed: removeField,
});

element("add").addEventListener("click", () => endGrowing());
for (const name of ["undo", "redo"]) element(name).addEventListener("click", () => travel(name));

function travel(name) {
  const kept = current?.name;
  template[name]();
  current = template.fields.find((field) => field.name === kept) ?? null;
  growing = null;
  show();
}

addEventListener("keydown", (event) => {
  if (template === null || event.target.matches("input, textarea, select, dialog *")) return;
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
    event.preventDefault();
    travel(event.shiftKey ? "redo" : "undo");
  } else if (event.key === "Escape" && viewer.isAdding) {
    viewer.setAdding(false);
    endGrowing();
  } else if (event.key === "Escape" && current !== null) {
    select(null);
  }
});

element("form-name").addEventListener("input", ({ target }) => {
  template.name = target.value.trim();
  template.isSaved = false;
  template.version += 1;
  show();
});
element("one").addEventListener("submit", (event) => event.preventDefault());
// Enter in an input takes what was typed.
element("one").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("input")) event.target.dispatchEvent(new Event("change"));
});

element("save-template").addEventListener("click", () => {
  save(`${template.name || "form"}.json`, new Blob([template.json], { type: "application/json" }));
  template.isSaved = true;
});

async function mayLeave() {
  if (template === null || (template.isSaved && scans.isSaved)) return true;
  const what = [...(template.isSaved ? [] : ["the template"]), ...(scans.isSaved ? [] : ["your corrections"])].join(" and ");
  return agrees(`You have not saved ${what}. Go on without?`, "Go on", "Stay");
}
element("start-over").addEventListener("click", async () => {
  if (!await mayLeave()) return;
  template = null;
  scans.clear();
  show();
  element("choose").focus();
});
addEventListener("beforeunload", (event) => {
  if (template !== null && !(template.isSaved && scans.isSaved)) event.preventDefault();
});

// MARK: Scans

const scans = new Scans({ changed: () => { if (template !== null) showScans(); }, complain });
let reviewed = null; // { page, field } in the review
let shown = {}; // the field in the form of the review, and its text there
let history = []; // those that were looked at before

function showScans() {
  const { files, done } = scans;
  const hasScans = files.length > 0;
  element("forget").hidden = element("save-csv").hidden = element("table").hidden = !hasScans;
  element("read-again").hidden = !hasScans || !scans.isOld(template);
  element("example-scans").hidden = !isExample || hasScans;
  element("progress").hidden = !scans.isReading;
  [element("progress").max, element("progress").value] = [Math.max(1, files.length), done];
  element("choose-scans").disabled = template.problems.length > 0;
  const all = [...scans.fields()];
  if (reviewed !== null && !all.some(({ field }) => field === reviewed.field)) reviewed = null;
  const { doubtful } = scans;
  reviewed ??= doubtful[0] ?? null;
  element("summary").textContent = !hasScans ? "" : [
    scans.isReading ? `${done} of ${files.length} scans read` : `${files.length} ${files.length === 1 ? "scan" : "scans"} read`,
    `${all.length} fields`, doubtful.length === 0 ? "nothing is left to look at" : `${doubtful.length} to look at`,
    ...(scans.failed.length > 0 ? [`${scans.failed.length} could not be read`] : []),
  ].join(", ") + ".";
  showReview();
  showTable();
}

const templateField = (field) => template.fields.find(({ name }) => name === field.name);

function showReview() {
  const form = element("review");
  form.hidden = reviewed === null;
  if (reviewed === null || (shown.field === reviewed.field && shown.text === value(reviewed.field))) return;
  const { page, field } = reviewed;
  shown = { field, text: value(field) };
  element("review-where").textContent = page.file;
  element("review-picture").src = field.picture;
  element("review-picture").alt = `${field.name} as it is written`;
  element("review-name").textContent = field.name;
  const place = element("review-value-place");
  const had = form.contains(document.activeElement) || document.activeElement === document.body;
  place.replaceChildren(inputOf(templateField(field), value(field)));
  element("review-notes").textContent = notes(field);
  if (had) focusValue();
}

function notes(field) {
  const share = field.status === "empty" ? "" : `${Math.round(100 * field.confidence)} % sure`;
  return [status(field) === "ok" || status(field) === "review" ? share : status(field), ...field.notes].filter(Boolean).join("; ");
}

// A box to tick and a choice are chosen, all else is typed.
function inputOf(field, text) {
  if (field?.kind === "check" || field?.kind === "mark") {
    const input = document.createElement("select");
    const values = field.kind === "check" ? ["false", "true"] : ["", ...field.choices.map((choice) => choice.value)];
    const words = { false: "not ticked", true: "ticked", "": "none" };
    input.append(...values.map((one) => new Option(words[one] ?? one, one, false, one === text)));
    input.value = values.includes(text) ? text : values[0];
    input.id = "review-value";
    return input;
  }
  const input = document.createElement("input");
  [input.type, input.id, input.value, input.autocomplete, input.inputMode] = ["text", "review-value", text, "off", "decimal"];
  input.setAttribute("aria-describedby", "review-notes");
  return input;
}

function focusValue() {
  const input = element("review-value");
  input.focus({ preventScroll: true });
  input.select?.();
}

let warned = null; // the value that was complained of
element("review").addEventListener("submit", (event) => {
  event.preventDefault();
  const { field } = reviewed;
  const input = element("review-value");
  const text = input.value.trim().replace(/^([0-9]+),([0-9]+)$/, "$1.$2");
  const wrong = complaint(text, templateField(field));
  if (wrong !== null && warned !== text) {
    warned = text;
    input.setAttribute("aria-invalid", "true");
    element("review-notes").textContent = `${wrong} Enter once more keeps it as it is.`;
    say(element("review-notes").textContent);
    return;
  }
  warned = null;
  const at = reviewed;
  scans.correct(field, text);
  go(after(at));
  say(reviewed === null ? "Nothing is left to look at." : `${field.name}: ${text || "empty"}. Next: ${reviewed.field.name}, ${reviewed.page.file}`);
});

// The next one that is doubtful, behind those that are more so.
function after({ field }) {
  const { doubtful } = scans;
  return doubtful.find((other) => other.field !== field && other.field.confidence >= field.confidence) ?? doubtful[0] ?? null;
}

function go(to) {
  if (reviewed !== null) history.push(reviewed);
  reviewed = to;
  shown = {};
  showScans();
  if (to !== null) focusValue();
}

element("review-next").addEventListener("click", () => {
  const { doubtful } = scans;
  const index = doubtful.findIndex(({ field }) => field === reviewed.field);
  const next = doubtful[(index + 1) % doubtful.length];
  if (next === undefined || next.field === reviewed.field) return say("There is no other to look at.");
  go(next);
});
element("review-previous").addEventListener("click", () => {
  const all = [...scans.fields()].map(({ field }) => field);
  let last = history.pop();
  while (last !== undefined && !all.includes(last.field)) last = history.pop();
  if (last === undefined) return say("This is the first one.");
  reviewed = null;
  go(last);
});

function showTable() {
  const names = template.fields.map(({ name }) => name);
  const table = document.createElement("table");
  table.className = "values";
  const head = table.createTHead().insertRow();
  for (const name of ["Scan", ...names]) {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.textContent = name;
    head.append(cell);
  }
  const body = table.createTBody();
  const line = (name, state) => {
    const tr = body.insertRow();
    const th = document.createElement("th");
    th.scope = "row";
    th.textContent = name;
    tr.append(th);
    if (state !== undefined) {
      const cell = tr.insertCell();
      cell.colSpan = Math.max(1, names.length);
      cell.textContent = state;
    }
    return tr;
  };
  for (const file of scans.files) {
    if (file.pages.length === 0) line(file.name, file.state === "reading" ? "reading …" : "waiting");
    for (const page of file.pages) {
      if (page.error !== undefined) {
        line(page.file, page.error).classList.add("failed");
        continue;
      }
      const tr = line(page.file);
      const fields = new Map(page.fields.map((field) => [field.name, field]));
      for (const name of names) {
        const cell = tr.insertCell();
        if (fields.has(name)) cell.append(valueButton(page, fields.get(name), `${body.rows.length} ${name}`));
      }
    }
  }
  const focused = element("table").contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  element("table").replaceChildren(table);
  if (focused !== undefined) {
    [...element("table").querySelectorAll("button")].find((other) => other.dataset.key === focused)?.focus({ preventScroll: true });
  }
}

function valueButton(page, field, key) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = `value ${status(field)}`;
  button.dataset.key = key;
  if (reviewed?.field === field) button.setAttribute("aria-current", "true");
  const image = document.createElement("img");
  [image.src, image.alt, image.loading] = [field.picture, "", "lazy"];
  const text = document.createElement("span");
  text.textContent = value(field) || (status(field) === "failed" ? "?" : "–");
  button.setAttribute("aria-label", `${field.name}: ${value(field) || "empty"}, ${status(field)}`);
  button.title = notes(field);
  button.append(image, text);
  button.addEventListener("click", () => {
    go({ page, field });
    element("review").scrollIntoView({ block: "nearest" });
  });
  return button;
}

function addScans(files) {
  if (files.length === 0) return;
  if (template.problems.length > 0) return complain(template.problems[0]);
  scans.add(files, template);
}
element("read-again").addEventListener("click", () => {
  if (template.problems.length > 0) return complain(template.problems[0]);
  scans.again(template);
});
element("forget").addEventListener("click", async () => {
  if (!scans.isSaved && !await agrees("Your corrections are in no file yet. Remove all scans?", "Remove", "Keep")) return;
  scans.clear();
  [reviewed, history] = [null, []];
  show();
});
element("save-csv").addEventListener("click", () => {
  save(`${template.name || "form"}.csv`, new Blob([scans.csv(template)], { type: "text/csv" }));
  scans.isSaved = true;
});

// MARK: The example

element("example").addEventListener("click", async () => {
  try {
    await open([await fetched("/samples/form-empty.png", "meter-card.png")]);
    if (template === null) return;
    isExample = true;
    show();
  } catch (error) {
    complain(error.message);
  }
});
element("example-scans").addEventListener("click", async () => {
  try {
    addScans(await Promise.all([1, 2, 3].map((number) => fetched(`/samples/form-${number}.jpg`, `form-${number}.jpg`))));
  } catch (error) {
    complain(error.message);
  }
});

// MARK: Files

for (const [button, input, take] of [
  ["choose", "form-files", open], ["choose-scans", "files", async (files) => addScans(await unpacked(files))],
]) {
  element(button).addEventListener("click", () => element(input).click());
  element(input).addEventListener("change", async ({ target }) => {
    const files = [...target.files];
    target.value = "";
    try { await take(files); } catch (error) { complain(error.message); }
  });
}

for (const name of ["dragover", "dragleave", "drop"]) {
  addEventListener(name, async (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    for (const id of ["drop", "scan-drop"]) element(id).classList.toggle("over", name === "dragover");
    if (name !== "drop") return;
    // What is dropped first is the form; a template always is.
    const dropped = [...event.dataTransfer.files];
    const isForm = template === null || dropped.some((file) => file.name.toLowerCase().endsWith(".json"));
    try {
      if (isForm) await open(dropped);
      else addScans(await filesOf(event.dataTransfer));
    } catch (error) {
      complain(error.message);
    }
  });
}

show();
