// The drawing area: smooth strokes by pointer, a picture of them for the server.

export class Drawing {
  // `changed` is called while a stroke grows and after every other change; with a factor when everything that
  // was drawn has been made smaller, because the window is.
  constructor(canvas, pen, changed) {
    this.canvas = canvas;
    this.pen = pen;
    this.changed = changed;
    this.strokes = []; // each { width, points: [{ x, y }] }, in CSS pixels
    this.current = null;
    this.rim = 8; // pixels that stay free beside what is moved inwards
    canvas.addEventListener("pointerdown", (event) => this.begin(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const name of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(name, () => { this.current = null; });
    }
    new ResizeObserver(() => this.fit()).observe(canvas);
  }

  get isEmpty() { return this.strokes.length === 0; }

  begin(event) {
    if (event.button !== 0 || this.current !== null) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.current = { width: Number(this.pen.value), points: [] };
    this.strokes.push(this.current);
    this.add(event);
  }

  move(event) {
    if (this.current !== null) this.add(event);
  }

  // A screen shows 60 pictures a second, a pen reports more: those between are points, too.
  add(event) {
    const between = event.getCoalescedEvents?.() ?? [];
    const frame = this.canvas.getBoundingClientRect();
    for (const { clientX, clientY } of between.length > 0 ? between : [event]) {
      this.current.points.push({ x: clientX - frame.left, y: clientY - frame.top });
    }
    this.paint();
    this.changed();
  }

  undo() {
    this.strokes.pop();
    this.current = null;
    this.paint();
    this.changed();
  }

  clear() {
    this.strokes = [];
    this.current = null;
    this.paint();
    this.changed();
  }

  // As fine as the screen shows it.
  fit() {
    const { width, height } = this.canvas.getBoundingClientRect();
    if (width === 0) return; // hidden
    this.scale = devicePixelRatio || 1;
    this.canvas.width = Math.round(width * this.scale);
    this.canvas.height = Math.round(height * this.scale);
    const points = this.strokes.flatMap((stroke) => stroke.points);
    // A phone that is turned has less room on one side.
    const factor = Math.min(
      1, ...points.map(({ x }) => width / (x + this.rim)), ...points.map(({ y }) => height / (y + this.rim)));
    if (factor < 1) {
      for (const stroke of this.strokes) stroke.width *= factor;
      for (const point of points) [point.x, point.y] = [point.x * factor, point.y * factor];
    }
    this.paint();
    if (factor < 1) this.changed(factor);
  }

  paint() { paintAll(this.canvas, this.scale, this.strokes); }

  // The drawing, one pixel a CSS pixel: finer tells the network nothing and takes longer. As a JPEG file,
  // which browsers make ten times as fast as PNG.
  picture() {
    const { width, height } = this.canvas.getBoundingClientRect();
    const copy = document.createElement("canvas");
    [copy.width, copy.height] = [Math.round(width), Math.round(height)];
    paintAll(copy, 1, this.strokes);
    return new Promise((resolve) => copy.toBlob(resolve, "image/jpeg", 0.92));
  }
}

function paintAll(canvas, scale, strokes) {
  const context = canvas.getContext("2d");
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.lineCap = "round";
  context.lineJoin = "round";
  context.strokeStyle = "#16181d";
  for (const stroke of strokes) paintStroke(context, stroke);
}

// Quadratic curves through the middles between points: no corners where a quick hand left gaps.
function paintStroke(context, { width, points }) {
  context.lineWidth = width;
  context.beginPath();
  context.moveTo(points[0].x, points[0].y);
  if (points.length === 1) context.lineTo(points[0].x, points[0].y + 0.01);
  for (let index = 1; index < points.length; index += 1) {
    const [before, point] = [points[index - 1], points[index]];
    context.quadraticCurveTo(before.x, before.y, (before.x + point.x) / 2, (before.y + point.y) / 2);
  }
  const last = points[points.length - 1];
  context.lineTo(last.x, last.y);
  context.stroke();
}
