// The tables on a photo: cells to correct, each shown on the photo, saved as CSV. Loaded when somebody asks for it.

import { readTables } from "./api.js";
import { quotedText, row, save } from "./save.js";
import { putOver } from "./viewer.js";

// Shows the tables of a photo in `panel`; `reveal` shows a box on the photo, `stage` is what lies on it.
export async function showTables(photo, { panel, stage, reveal, say, stem }) {
  panel.hidden = false;
  panel.replaceChildren(text("h2", "Tables"), text("p", "Looking for tables …"));
  let found;
  try {
    found = await readTables(photo.upload ?? photo.blob, photo.name, photo.page + 1);
  } catch (error) {
    panel.lastChild.textContent = error.message;
    return;
  }
  const scale = photo.record.width / found.width;
  const mark = document.createElement("div");
  mark.className = "cell-mark";
  const show = (box) => {
    stage.querySelector(".cell-mark")?.remove();
    if (box === null) return;
    putOver(mark, box.map((length) => length * scale), photo.record);
    stage.append(mark);
    reveal(box.map((length) => length * scale));
  };
  const parts = found.tables.map((rows, index) => tableOf(rows, {
    show, name: found.tables.length > 1 ? `${stem}-table-${index + 1}` : `${stem}-table`, number: index + 1,
  }));
  panel.replaceChildren(
    text("h2", found.tables.length === 1 ? "A table" : "Tables"),
    ...(parts.length > 0 ? parts : [text("p", "There is no table of numbers on this photo: at least two rows and two columns.")]));
  say(parts.length > 0 ? panel.querySelector("p").textContent : "No table found");
  panel.scrollIntoView({ block: "nearest" });
}

function tableOf(rows, { show, name, number }) {
  const part = document.createElement("div");
  part.className = "table-part";
  const doubtful = rows.flat().filter((cell) => cell.doubtful).length;
  const table = document.createElement("table");
  table.className = "cells";
  const inputs = rows.map((cells, line) => {
    const tr = table.insertRow();
    return cells.map((cell, column) => {
      const input = document.createElement("input");
      [input.type, input.value, input.autocomplete, input.inputMode] = ["text", cell.text, "off", "decimal"];
      input.size = Math.max(2, ...rows.map((other) => other[column].text.length));
      input.setAttribute("aria-label", `Row ${line + 1}, column ${column + 1}${cell.doubtful ? ", to look at" : ""}`);
      input.className = cell.doubtful ? "doubtful" : "";
      input.addEventListener("focus", () => {
        show(cell.box);
        input.select();
      });
      input.addEventListener("blur", () => show(null));
      input.addEventListener("change", () => { input.className = "corrected"; });
      tr.insertCell().append(input);
      return input;
    });
  });
  // Enter goes down, as in a spreadsheet, and settles a doubt.
  table.addEventListener("keydown", (event) => {
    const line = inputs.findIndex((cells) => cells.includes(event.target));
    if (line < 0) return;
    const column = inputs[line].indexOf(event.target);
    const steps = { Enter: event.shiftKey ? -1 : 1, ArrowUp: -1, ArrowDown: 1 };
    if (!(event.key in steps)) return;
    event.preventDefault();
    if (event.key === "Enter" && event.target.className === "doubtful") event.target.className = "corrected";
    inputs[line + steps[event.key]]?.[column].focus();
  });
  const button = text("button", "Save CSV");
  [button.type, button.className] = ["button", "primary"];
  button.addEventListener("click", () => {
    const csv = inputs.map((cells) => row(...cells.map(({ value }) => value.trim() === "" ? "" : quotedText(value.trim())))).join("");
    save(`${name}.csv`, new Blob([csv], { type: "text/csv" }));
  });
  const frame = document.createElement("div");
  frame.className = "scroll";
  frame.append(table);
  part.append(
    text("p", `${rows.length} rows, ${rows[0].length} columns, ${doubtful === 0 ? "no cell" : `${doubtful} ${doubtful === 1 ? "cell" : "cells"}`} to look at.`),
    frame, button);
  part.dataset.number = number;
  return part;
}

function text(tag, words) {
  const element = document.createElement(tag);
  element.textContent = words;
  return element;
}
