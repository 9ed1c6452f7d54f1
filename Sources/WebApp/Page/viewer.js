// The picture, to be zoomed and moved, and a box dragged on it.

const most = 12; // times the size at which all of it shows

export class Viewer {
  // `drawn` is called with the box [x, y, width, height] that was dragged, in pixels of the photo; `tapped` with the
  // place that was tapped instead.
  constructor(elements, drawn, tapped = () => {}) {
    this.elements = elements;
    Object.assign(this, { drawn, tapped });
    this.zoom = 1;
    const { view, picture, add, newBox, zoomIn, zoomOut, fit } = elements;
    picture.addEventListener("load", () => {
      this.extents ??= { width: picture.naturalWidth, height: picture.naturalHeight };
      this.fit();
    });
    new ResizeObserver(() => this.layOut()).observe(view);
    addEventListener("resize", () => this.layOut());
    zoomIn.addEventListener("click", () => this.zoomTo(this.zoom * 1.5));
    zoomOut.addEventListener("click", () => this.zoomTo(this.zoom / 1.5));
    fit.addEventListener("click", () => this.fit());
    add.addEventListener("click", ({ detail }) => this.setAdding(!this.isAdding, detail === 0));
    newBox.addEventListener("keydown", (event) => this.moveBox(event));
    view.addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      this.zoomTo(this.zoom * Math.exp(-event.deltaY / 200), event);
    }, { passive: false });
    view.addEventListener("pointerdown", (event) => this.press(event));
    view.addEventListener("touchstart", (event) => this.pinch(event), { passive: false });
    view.addEventListener("touchmove", (event) => this.pinch(event), { passive: false });
    view.addEventListener("touchend", () => { this.spread = null; });
  }

  get isAdding() { return this.elements.add.getAttribute("aria-pressed") === "true"; }

  // `record` has the extents of the photo, which the boxes are in; it is null while they are not known.
  show(address, alt, record) {
    const { picture } = this.elements;
    picture.alt = alt;
    if (record !== null) this.extents = { width: record.width, height: record.height };
    if (picture.getAttribute("src") === address) return;
    this.setAdding(false);
    if (record === null) this.extents = undefined;
    picture.src = address;
    this.fit();
  }

  fit() {
    this.zoom = 1;
    this.layOut();
  }

  layOut() {
    const { view, stage, zoomOut, zoomIn } = this.elements;
    if (this.extents === undefined || view.clientWidth === 0) return;
    const tallest = parseFloat(getComputedStyle(view).maxHeight) || 600;
    const aspect = this.extents.height / this.extents.width;
    const width = Math.min(view.clientWidth, tallest / aspect);
    stage.style.width = `${width * this.zoom}px`;
    stage.style.height = `${width * this.zoom * aspect}px`;
    view.style.height = `${Math.min(tallest, width * aspect * this.zoom)}px`;
    view.classList.toggle("zoomed", this.zoom > 1);
    zoomOut.disabled = this.zoom <= 1;
    zoomIn.disabled = this.zoom >= most;
    this.showLabels();
  }

  // Around small digits thin boxes without labels, which would hide the digits above.
  showLabels() {
    const { boxes } = this.elements;
    const all = [...boxes.children];
    const heights = all.map((box) => box.offsetHeight).sort((one, other) => one - other);
    boxes.classList.toggle("fine", heights[heights.length >> 1] < 26);
    for (const box of all) box.classList.toggle("labelled", box.offsetWidth >= 10);
  }

  // What lies under `at` stays there.
  zoomTo(zoom, at) {
    const { view } = this.elements;
    const frame = view.getBoundingClientRect();
    const [x, y] = at === undefined
      ? [frame.width / 2, frame.height / 2] : [at.clientX - frame.left, at.clientY - frame.top];
    const old = this.zoom;
    this.zoom = Math.min(most, Math.max(1, zoom));
    const [left, top] = [view.scrollLeft + x, view.scrollTop + y];
    this.layOut();
    const factor = this.zoom / old;
    view.scrollTo(left * factor - x, top * factor - y);
  }

  // Shows a box of the photo, so large that it can be taken hold of.
  lookAt(box) {
    const high = box[3] * this.elements.stage.offsetHeight / this.extents.height;
    if (high < 24) this.zoomTo(this.zoom * 24 / Math.max(1, high));
    this.reveal(box);
  }

  // Moves the picture, not the page, until a box of the photo is seen.
  reveal([x, y, width, height]) {
    const { view, stage } = this.elements;
    const scale = stage.offsetWidth / this.extents.width;
    const seen = (start, length, from, extent) =>
      start * scale >= from && (start + length) * scale <= from + extent;
    if (!seen(x, width, view.scrollLeft, view.clientWidth) || !seen(y, height, view.scrollTop, view.clientHeight)) {
      view.scrollTo((x + width / 2) * scale - view.clientWidth / 2, (y + height / 2) * scale - view.clientHeight / 2);
    }
  }

  pinch(event) {
    if (event.touches.length !== 2) return;
    event.preventDefault();
    const [one, other] = event.touches;
    const spread = Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
    const middle = { clientX: (one.clientX + other.clientX) / 2, clientY: (one.clientY + other.clientY) / 2 };
    if (this.spread) this.zoomTo(this.zoom * spread / this.spread, middle);
    this.spread = spread;
  }

  // A pressed pointer drags a new box, or, a mouse, the picture.
  press(event) {
    const { view } = this.elements;
    if (event.button !== 0 || !event.isPrimary) return;
    if (this.isAdding) return this.drag(event);
    if (event.pointerType !== "mouse" || this.zoom === 1) return;
    const start = { x: event.clientX + view.scrollLeft, y: event.clientY + view.scrollTop };
    let isMoved = false;
    const move = ({ clientX, clientY }) => {
      const distance = Math.hypot(start.x - clientX - view.scrollLeft, start.y - clientY - view.scrollTop);
      if (!isMoved && distance < 4) return;
      isMoved = true;
      view.scrollTo(start.x - clientX, start.y - clientY);
    };
    this.follow(event, move, () => {
      // A picture that was moved is not clicked.
      if (isMoved) addEventListener("click", (click) => click.stopPropagation(), { capture: true, once: true });
    }, { captures: false });
  }

  drag(event) {
    event.preventDefault();
    const start = this.point(event);
    this.follow(event, (other) => {
      const end = this.point(other);
      this.putBox([
        Math.min(start.x, end.x), Math.min(start.y, end.y), Math.abs(end.x - start.x), Math.abs(end.y - start.y),
      ]);
    }, () => {
      const box = this.box;
      if (box && box[2] >= 4 && box[3] >= 4) return this.finish();
      this.putBox(null);
      this.tapped(start);
    }, { captures: true });
  }

  follow(event, move, end, { captures }) {
    const { view } = this.elements;
    if (captures) view.setPointerCapture(event.pointerId);
    const stop = () => {
      removeEventListener("pointermove", move);
      for (const name of ["pointerup", "pointercancel"]) removeEventListener(name, stop);
      end();
    };
    addEventListener("pointermove", move);
    for (const name of ["pointerup", "pointercancel"]) addEventListener(name, stop);
  }

  point({ clientX, clientY }) {
    const frame = this.elements.stage.getBoundingClientRect();
    const within = (share, length) => Math.round(Math.min(1, Math.max(0, share)) * length);
    return {
      x: within((clientX - frame.left) / frame.width, this.extents.width),
      y: within((clientY - frame.top) / frame.height, this.extents.height),
    };
  }

  // MARK: A new box

  setAdding(isAdding, byKeyboard = false) {
    const { add, view, newBox } = this.elements;
    add.setAttribute("aria-pressed", String(isAdding));
    view.classList.toggle("adding", isAdding);
    this.putBox(null);
    if (!isAdding || !byKeyboard) return;
    const { width, height } = this.extents;
    const [w, h] = [Math.round(width / 12), Math.round(Math.min(height / 2, width / 8))];
    this.putBox([Math.round((width - w) / 2), Math.round((height - h) / 2), w, h]);
    newBox.focus();
  }

  putBox(box) {
    const { newBox } = this.elements;
    this.box = box;
    newBox.hidden = box === null;
    if (box !== null) putOver(newBox, box, this.extents);
  }

  // Arrows move the box, with Shift they change its size.
  moveBox(event) {
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (event.key in steps) {
      const { width, height } = this.extents;
      const unit = Math.max(1, Math.round(Math.max(width, height) / 100));
      const [right, down] = steps[event.key].map((step) => step * unit);
      let [x, y, w, h] = this.box;
      if (event.shiftKey) [w, h] = [Math.max(unit, w + right), Math.max(unit, h + down)];
      else [x, y] = [x + right, y + down];
      [w, h] = [Math.min(w, width), Math.min(h, height)];
      this.putBox([Math.max(0, Math.min(width - w, x)), Math.max(0, Math.min(height - h, y)), w, h]);
      this.reveal(this.box);
    } else if (event.key === "Enter") {
      this.finish();
    } else if (event.key === "Escape") {
      this.setAdding(false);
      this.elements.add.focus();
    } else {
      return;
    }
    event.preventDefault();
  }

  finish() {
    const { box } = this;
    this.setAdding(false);
    this.drawn(box);
  }
}

// Over the part of the photo that a box of the server's answer means.
export function putOver(element, [x, y, width, height], photo) {
  element.style.left = `${100 * x / photo.width}%`;
  element.style.top = `${100 * y / photo.height}%`;
  element.style.width = `${100 * width / photo.width}%`;
  element.style.height = `${100 * height / photo.height}%`;
}
