// The drawing area: smooth strokes by pointer, a picture of them for the server.

export class Drawing {
  // `changed` is called while a stroke grows and after every other change.
  constructor(canvas, pen, changed) {
    this.canvas = canvas;
    this.pen = pen;
    this.changed = changed;
    this.strokes = []; // each { width, points: [{ x, y }] }, in CSS pixels
    this.current = null;
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

  // One canvas pixel for each of the screen's, two a CSS pixel at most: more tells the network nothing.
  fit() {
    const scale = Math.min(devicePixelRatio || 1, 2);
    const { width, height } = this.canvas.getBoundingClientRect();
    if (width === 0) return; // hidden
    this.scale = scale;
    this.canvas.width = Math.round(width * scale);
    this.canvas.height = Math.round(height * scale);
    this.paint();
  }

  paint() {
    const context = this.canvas.getContext("2d");
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = "#fff";
    context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    context.scale(this.scale, this.scale);
    context.lineCap = "round";
    context.lineJoin = "round";
    context.strokeStyle = "#16181d";
    for (const stroke of this.strokes) paintStroke(context, stroke);
  }

  // The drawing as a PNG file.
  picture() {
    return new Promise((resolve) => this.canvas.toBlob(resolve, "image/png"));
  }
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
