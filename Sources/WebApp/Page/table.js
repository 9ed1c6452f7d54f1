// All photos in a table: what was read, how much of it is doubtful, what a person is done with.

export class PhotoTable {
  // The functions are called with the photo: to show it, when its mark for "done" was changed, to take it away.
  constructor({ body, filter, none }, { show, done, remove, textOf }) {
    Object.assign(this, { body, filter, none, actions: { show, done, remove, textOf } });
    this.rows = new Map(); // of photos
    filter.addEventListener("change", () => this.update(this.photos, this.current));
  }

  update(photos, current) {
    this.photos = photos;
    this.current = current;
    const isWanted = {
      all: () => true, look: (photo) => photo.needsLook, done: (photo) => photo.isDone,
    }[this.filter.value];
    // The one that is shown stays in sight until another is.
    const wanted = photos.filter((photo) => isWanted(photo) || photo === current);
    this.none.hidden = wanted.length > 0;
    for (const photo of [...this.rows.keys()]) {
      if (!photos.includes(photo)) this.rows.delete(photo);
    }
    const rows = wanted.map((photo) => this.row(photo));
    // Rows that stay where they are keep the focus.
    const { body } = this;
    if (rows.length !== body.children.length || rows.some((row, index) => row !== body.children[index])) {
      const focused = body.contains(document.activeElement) ? document.activeElement : null;
      body.replaceChildren(...rows);
      focused?.focus();
    }
  }

  row(photo) {
    if (!this.rows.has(photo)) this.rows.set(photo, this.newRow(photo));
    const row = this.rows.get(photo);
    const part = (name) => row.querySelector(name);
    const { open, image } = { open: part(".open"), image: part("img") };
    open.toggleAttribute("aria-current", photo === this.current);
    if (photo === this.current) open.setAttribute("aria-current", "true");
    if (photo.address !== null && image.getAttribute("src") !== photo.address) image.src = photo.address;
    const text = part(".text");
    text.classList.toggle("failed", photo.state === "failed");
    text.textContent = photo.state === "failed" ? "could not be read"
      : photo.record !== null ? this.actions.textOf(photo).replaceAll("\n", "  ") || "no digits"
      : photo.sent !== null && photo.sent < 1 ? `sending, ${Math.floor(100 * photo.sent)} %` : "…";
    part(".name").textContent = photo.name;
    part(".doubt").textContent = doubt(photo);
    part(".doubt").className = `doubt ${photo.needsLook ? "open-doubt" : ""}`;
    const done = part("input");
    done.checked = photo.isDone;
    done.setAttribute("aria-label", `Done with ${photo.name}`);
    part(".remove").setAttribute("aria-label", `Remove ${photo.name}`);
    return row;
  }

  newRow(photo) {
    const make = (tag, className, ...children) => {
      const element = document.createElement(tag);
      if (className) element.className = className;
      element.append(...children);
      return element;
    };
    const image = make("img", "");
    image.alt = "";
    // Until the server has sent a picture, not every file can be shown.
    image.addEventListener("error", () => image.removeAttribute("src"));
    const open = make("button", "open", image, make("span", "words", make("span", "text"), make("span", "name")));
    const done = make("input", "");
    const remove = make("button", "remove quiet", "×");
    [open.type, remove.type, done.type] = ["button", "button", "checkbox"];
    open.addEventListener("click", () => this.actions.show(photo));
    done.addEventListener("change", () => this.actions.done(photo, done.checked));
    remove.addEventListener("click", () => this.actions.remove(photo));
    const head = make("th", "", open);
    head.scope = "row";
    return make("tr", "", head, make("td", "", make("span", "doubt")), make("td", "", make("label", "", done)),
      make("td", "", remove));
  }
}

function doubt(photo) {
  if (photo.isDone) return "done";
  if (photo.state === "failed") return "failed";
  if (photo.record === null) return "";
  const parts = [];
  if (photo.doubtful.length > 0) parts.push(`${photo.doubtful.length} doubtful`);
  if (photo.unread.length > 0) parts.push(`${photo.unread.length} not read`);
  return parts.join(", ") || "sure";
}
