// Files on their way in: out of folders and zip files, and smaller where they are too large to send.

const endings = document.getElementById("files").accept.split(",").filter((type) => type.startsWith("."));
const isPicture = (name) => endings.some((ending) => name.toLowerCase().endsWith(ending));
const isZip = (file) => file.name.toLowerCase().endsWith(".zip");
const mostFiles = 2000;

// The files of a drop, those in folders and zip files as well. To be called while the drop is handled.
export async function filesOf(data) {
  const entries = [...data.items].map((item) => item.webkitGetAsEntry?.()).filter((entry) => entry);
  if (!entries.some((entry) => entry.isDirectory)) return unpacked([...data.files]);
  const files = [];
  await Promise.all(entries.map((entry) => walk(entry, files)));
  return unpacked(sorted(files));
}

async function walk(entry, files) {
  if (entry.name.startsWith(".")) return;
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    const path = entry.fullPath.slice(1);
    if (!path.includes("/")) files.push(file);
    else if (isPicture(path)) files.push(new File([file], path, { type: file.type }));
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    // Some at a time, until none are left.
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return;
    for (const one of some) await walk(one, files);
  }
}

// The files of a folder that was chosen: its pictures, by their path.
export function picturesOf(files) {
  return sorted([...files].filter(({ name }) => isPicture(name) && !name.startsWith("."))
    .map((file) => new File([file], file.webkitRelativePath || file.name, { type: file.type })));
}

// By their names, numbers by their value.
function sorted(files) {
  const order = new Intl.Collator(undefined, { numeric: true });
  return files.sort((one, other) => order.compare(one.name, other.name));
}

// The files, with the pictures of zip files in their place.
export async function unpacked(files) {
  const all = [];
  for (const file of files) all.push(...isZip(file) ? sorted(await picturesInZip(file)) : [file]);
  if (all.length > mostFiles) throw new Error(`These are ${all.length} files; at most ${mostFiles} are read at once.`);
  return all;
}

// Source: PKWARE's APPNOTE, 4.3.12 (central directory), 4.3.16 (its end), 4.3.7 (the header before each file).
async function picturesInZip(zip) {
  const damaged = () => new Error(`${zip.name} is no zip file that can be read.`);
  const tail = new DataView(await zip.slice(-65_557).arrayBuffer());
  let end = tail.byteLength - 22;
  while (end >= 0 && tail.getUint32(end, true) !== 0x06054b50) end -= 1;
  if (end < 0) throw damaged();
  const start = tail.getUint32(end + 16, true);
  const list = new DataView(await zip.slice(start, start + tail.getUint32(end + 12, true)).arrayBuffer());
  const pictures = [];
  try {
    for (let at = 0, left = tail.getUint16(end + 10, true); left > 0; left -= 1) {
      if (list.getUint32(at, true) !== 0x02014b50) throw damaged();
      const [method, packed, size] = [list.getUint16(at + 10, true), list.getUint32(at + 20, true), list.getUint32(at + 24, true)];
      const nameLength = list.getUint16(at + 28, true);
      const name = new TextDecoder().decode(new Uint8Array(list.buffer, at + 46, nameLength));
      const isHidden = name.split("/").some((part) => part.startsWith(".") || part === "__MACOSX");
      if (isPicture(name) && !isHidden) {
        const header = list.getUint32(at + 42, true);
        const lengths = new DataView(await zip.slice(header + 26, header + 30).arrayBuffer());
        const from = header + 30 + lengths.getUint16(0, true) + lengths.getUint16(2, true);
        pictures.push(await inflated(zip.slice(from, from + packed), method, name, size));
      }
      at += 46 + nameLength + list.getUint16(at + 30, true) + list.getUint16(at + 32, true);
    }
  } catch (error) {
    throw error instanceof RangeError ? damaged() : error;
  }
  if (pictures.length === 0) throw new Error(`${zip.name} holds no picture.`);
  return pictures;
}

async function inflated(packed, method, name, size) {
  if (method === 0) return new File([packed], name);
  if (method !== 8) throw new Error(`${name} is packed in a way that browsers cannot read.`);
  const reader = packed.stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const chunks = [];
  let left = size;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      left -= value.length;
      if (left < 0) break;
      chunks.push(value);
    }
  } catch {
    left = -1;
  }
  // A file that says less than it holds may be made to fill the memory.
  if (left !== 0) throw new Error(`${name} is damaged in its zip file.`);
  return new File(chunks, name);
}

// Whether every browser shows such a file: told by its first bytes. Others the server sends as it decoded them.
export async function isShown(blob) {
  const start = new Uint8Array(await blob.slice(0, 12).arrayBuffer());
  const text = String.fromCharCode(...start);
  return text.startsWith("\xFF\xD8\xFF") || text.startsWith("\x89PNG") || text.startsWith("BM")
    || (text.startsWith("RIFF") && text.endsWith("WEBP"));
}

const largest = 4_000_000; // bytes that are sent as they are
const longest = 3000; // pixels of the longer side of what is sent instead

// A file that is quick to send: a large one as a smaller JPEG file, upright as it is shown, with the scale of
// its sides. What the browser cannot show goes as it is.
export async function sendable(blob) {
  const asItIs = { blob, scale: 1 };
  if (blob.size <= largest || !await isShown(blob)) return asItIs;
  try {
    const { canvas, scale } = await drawn(blob, longest);
    const small = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.92));
    return small !== null && small.size < blob.size ? { blob: small, scale } : asItIs;
  } catch {
    return asItIs; // the server says what is wrong with it
  }
}

// A picture that the browser shows, upright on white, with at most so many pixels on its longer side.
export async function drawn(blob, side) {
  const whole = await createImageBitmap(blob, { imageOrientation: "from-image" });
  const scale = Math.min(1, side / Math.max(whole.width, whole.height));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.round(whole.width * scale), Math.round(whole.height * scale)];
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(whole, 0, 0, canvas.width, canvas.height);
  whole.close();
  return { canvas, scale };
}

// A sample of the server's as a file.
export async function fetched(address, name) {
  const answer = await fetch(address).catch(() => null);
  if (!answer?.ok) throw new Error("The sample cannot be fetched: the server cannot be reached.");
  const blob = await answer.blob();
  return new File([blob], name, { type: blob.type });
}
