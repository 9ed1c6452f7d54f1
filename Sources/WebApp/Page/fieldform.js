// What is known of one field, to be typed in: its name, its kind, its rules.

import { kinds, ofKind } from "./template.js";

// Fills `form` with the inputs of a field. `change` is called with what the field becomes, `remove` to take it away,
// `addBox` to draw one more box of a choice.
export function showFieldForm(form, field, { change, remove, addBox }) {
  const focused = form.contains(document.activeElement) ? document.activeElement.name : null;
  const rows = [
    text("name", "Name", field.name, (name) => ({ ...field, name: name.trim() })),
    select("kind", "What is written there", kinds, field.kind, (kind) => ofKind(field, kind)),
    ...kindRows(field),
  ];
  const rules = ruleRows(field);
  if (rules.length > 0) {
    const details = document.createElement("details");
    details.open = form.querySelector("details")?.open || hasRules(field);
    const summary = document.createElement("summary");
    summary.textContent = "Rules that every value fulfils";
    const inside = document.createElement("div");
    inside.className = "inside";
    inside.append(...rules.map((rule) => rule(change)));
    details.append(summary, inside);
    form.replaceChildren(...rows.map((row) => row(change)), details);
  } else {
    form.replaceChildren(...rows.map((row) => row(change)));
  }
  const buttons = document.createElement("p");
  buttons.className = "buttons tight";
  if (field.kind === "mark") buttons.append(button("add-box", "Add a box to choose from", addBox));
  buttons.append(button("remove", "Remove this field", remove));
  form.append(buttons);
  if (focused) form.elements[focused]?.focus();
}

function kindRows(field) {
  switch (field.kind) {
    case "digits":
      return [text("digits", "How many digits, or a pattern with # for each", field.pattern ?? String(field.count ?? ""), (value) => {
        const { count, pattern, ...rest } = field;
        const whole = /^[0-9]{1,3}$/.test(value.trim()) ? Number(value) : null;
        const marks = value.split("#").length - 1;
        if (whole !== null ? whole < 1 || whole > 100 : marks < 1 || marks > 100) return null;
        return whole !== null ? { ...rest, count: whole } : { ...rest, pattern: value.trim() };
      })];
    case "number":
      return [
        text("decimals", "Digits behind the decimal point", String(field.decimals ?? 0), (value) =>
          /^[0-6]$/.test(value.trim()) ? without({ ...field, decimals: Number(value) }, value.trim() === "0" ? "decimals" : null) : null),
        ...(field.decimals ? [select("point", "The decimal point is", { written: "written by hand", printed: "on the form, or left out" },
          field.point ?? "written", (point) => ({ ...field, point }))] : []),
      ];
    case "date":
      return [text("format", "How, with DD, MM and YYYY or YY", field.format ?? "DD.MM.YYYY", (value) =>
        isDate(value.trim()) ? { ...field, format: value.trim() } : null)];
    case "mark":
      return field.choices.map((choice, index) => (change) => {
        const row = text(`choice${index}`, `Box ${index + 1} stands for`, choice.value, (value) => value.trim() === "" ? null : {
          ...field, choices: field.choices.with(index, { ...choice, value: value.trim() }),
        })(change);
        if (field.choices.length > 1) {
          const away = button(`away${index}`, "×", () => change({ ...field, choices: field.choices.toSpliced(index, 1) }));
          away.setAttribute("aria-label", `Remove box ${index + 1}`);
          row.append(away);
        }
        return row;
      });
    default: return [];
  }
}

const isDate = (format) => format.length <= 32 && ["DD", "MM"].every((part) => format.split(part).length === 2)
  && /^[^DMY]*(DD|MM|YYYY|YY)[^DMY]*(DD|MM|YYYY|YY)[^DMY]*(DD|MM|YYYY|YY)[^DMY]*$/.test(format);

const hasRules = (field) => ["range", "sum", "checkDigit", "values"].some((name) => name in field);

function ruleRows(field) {
  if (field.kind === "check" || field.kind === "mark" || field.kind === "date") return [];
  const isWhole = field.kind === "number" || (field.kind === "digits" && field.pattern === undefined);
  const listed = (name, label, separator) => text(name, label, (field[name] ?? []).join(` ${separator} `), (value) => {
    const parts = value.split(separator).map((part) => part.trim()).filter((part) => part !== "");
    return parts.length === 0 ? without(field, name) : { ...field, [name]: parts };
  });
  return [
    ...(isWhole ? [
      text("range", "Lowest and highest value, as 0 to 100", field.range ? field.range.join(" to ") : "", (value) => {
        if (value.trim() === "") return without(field, "range");
        const range = value.split(/\s*(?:to|–|\.\.)\s*/).map((part) => Number(part.replace(",", ".")));
        return range.length === 2 && range.every(Number.isFinite) && range[0] <= range[1] ? { ...field, range } : null;
      }),
      listed("sum", "It is the sum of these fields, as field1 + field2", "+"),
    ] : []),
    select("checkDigit", "Its last digit is a check digit", { "": "no", luhn: "by Luhn (cards)", isbn: "of an ISBN", iban: "of an IBAN" },
      field.checkDigit ?? "", (check) => check === "" ? without(field, "checkDigit") : { ...field, checkDigit: check }),
    listed("values", "It is one of these, as 12, 15, 18", ","),
  ];
}

function without(field, name) {
  const { [name]: _, ...rest } = field;
  return rest;
}

let ids = 0;
function labelled(input, label) {
  const row = document.createElement("div");
  row.className = "field-row";
  const element = document.createElement("label");
  input.id = `of-field-${ids += 1}`;
  element.htmlFor = input.id;
  element.textContent = label;
  row.append(element, input);
  return row;
}

// `meant` makes the field of what was typed; null where that means nothing.
function text(name, label, value, meant) {
  return (change) => {
    const input = document.createElement("input");
    [input.type, input.name, input.value, input.autocomplete, input.spellcheck] = ["text", name, value, "off", false];
    input.addEventListener("change", () => {
      const next = meant(input.value);
      input.setAttribute("aria-invalid", String(next === null));
      if (next !== null) change(next);
    });
    return labelled(input, label);
  };
}

function select(name, label, options, value, meant) {
  return (change) => {
    const input = document.createElement("select");
    input.name = name;
    input.append(...Object.entries(options).map(([key, words]) => new Option(words, key, false, key === value)));
    input.addEventListener("change", () => change(meant(input.value)));
    return labelled(input, label);
  };
}

function button(name, words, action) {
  const element = document.createElement("button");
  [element.type, element.name, element.textContent] = ["button", name, words];
  element.addEventListener("click", action);
  return element;
}
