// The boxes of the fields on the picture of the form: chosen, moved and resized by mouse, finger and keyboard.

import { boxesOf } from "./template.js";
import { putOver } from "./viewer.js";

const smallest = 4; // pixels of a box's side

export class FieldBoxes {
  // `selected` is called with a field, `changed` with a field and what it becomes, `removed` with a field.
  constructor({ boxes, view, stage }, actions) {
    Object.assign(this, { boxes, view, stage, actions });
    boxes.addEventListener("pointerdown", (event) => this.press(event));
    boxes.addEventListener("keydown", (event) => this.key(event));
  }

  show(template, current) {
    const focused = this.boxes.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    Object.assign(this, { template, current });
    this.boxes.replaceChildren(...template.fields.flatMap((field, index) => boxesOf(field).map((box, part) => {
      const element = document.createElement("button");
      element.type = "button";
      element.dataset.key = `${index} ${part}`;
      element.className = `field-box ${field.kind}`;
      const isCurrent = field === current;
      element.setAttribute("aria-pressed", String(isCurrent));
      const name = field.kind === "mark" ? `${field.name}: ${field.choices[part].value}` : field.name;
      element.setAttribute("aria-label", `${name}. Arrows move it, Shift and arrows change its size, Delete removes it.`);
      element.title = name;
      element.tabIndex = isCurrent || (current === null && index === 0) ? 0 : -1;
      const label = document.createElement("span");
      label.className = "label";
      label.textContent = name;
      element.append(label);
      if (isCurrent) {
        for (const corner of ["nw", "ne", "sw", "se"]) {
          const handle = document.createElement("span");
          handle.className = `handle ${corner}`;
          handle.dataset.corner = corner;
          element.append(handle);
        }
      }
      putOver(element, box, template);
      element.addEventListener("click", () => this.actions.selected(field));
      return element;
    })));
    if (focused !== null) this.boxes.querySelector(`[data-key="${focused}"]`)?.focus({ preventScroll: true });
  }

  of(element) {
    const [index, part] = element.dataset.key.split(" ").map(Number);
    const field = this.template.fields[index];
    return { field, part, box: boxesOf(field)[part] };
  }

  put(field, part, box) {
    const kept = this.within(box);
    this.actions.changed(field, field.kind === "mark"
      ? { ...field, choices: field.choices.with(part, { ...field.choices[part], box: kept }) } : { ...field, box: kept });
  }

  within([x, y, w, h]) {
    const { width, height } = this.template;
    const [wide, high] = [Math.max(smallest, Math.min(w, width)), Math.max(smallest, Math.min(h, height))];
    return [
      Math.max(0, Math.min(width - wide, x)), Math.max(0, Math.min(height - high, y)), wide, high,
    ].map(Math.round);
  }

  press(event) {
    const element = event.target.closest(".field-box");
    if (element === null || event.button !== 0 || !event.isPrimary) return;
    event.stopPropagation();
    const { field, part, box } = this.of(element);
    // On a touch screen the first tap chooses: a finger on any other box scrolls.
    if (event.pointerType !== "mouse" && field !== this.current) return;
    const corner = event.target.dataset.corner ?? "";
    const scale = this.template.width / this.stage.offsetWidth;
    const start = { x: event.clientX, y: event.clientY };
    let moved = null;
    const move = ({ clientX, clientY }) => {
      const [right, down] = [(clientX - start.x) * scale, (clientY - start.y) * scale];
      if (moved === null && Math.hypot(right, down) < 3 * scale) return;
      moved = this.within(dragged(box, corner, right, down));
      putOver(element, moved, this.template);
    };
    const stop = ({ type }) => {
      removeEventListener("pointermove", move);
      for (const name of ["pointerup", "pointercancel"]) removeEventListener(name, stop);
      if (moved === null) return;
      // After the click that follows, which chooses the field.
      setTimeout(() => type === "pointerup" ? this.put(field, part, moved) : this.show(this.template, this.current));
    };
    addEventListener("pointermove", move);
    for (const name of ["pointerup", "pointercancel"]) addEventListener(name, stop);
  }

  key(event) {
    const element = event.target.closest(".field-box");
    if (element === null || event.ctrlKey || event.metaKey) return;
    const { field, part, box } = this.of(element);
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (event.key in steps) {
      // Fine steps: the box stands about right already.
      const unit = Math.max(1, Math.round(Math.max(this.template.width, this.template.height) / 600));
      const [right, down] = steps[event.key].map((step) => step * unit);
      const [x, y, w, h] = box;
      this.put(field, part, event.shiftKey ? [x, y, w + right, h + down] : [x + right, y + down, w, h]);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      this.actions.removed(field);
    } else {
      return;
    }
    event.preventDefault();
  }
}

function dragged([x, y, w, h], corner, right, down) {
  if (corner === "") return [x + right, y + down, w, h];
  const [left, top] = [corner.endsWith("w") ? Math.min(right, w - smallest) : 0, corner.startsWith("n") ? Math.min(down, h - smallest) : 0];
  return [
    x + left, y + top, corner.endsWith("e") ? w + right : w - left, corner.startsWith("s") ? h + down : h - top,
  ];
}
