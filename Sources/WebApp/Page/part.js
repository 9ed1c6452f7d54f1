// A part of a photo, read by itself.

import { recognize } from "./api.js";

const margin = 0.35; // of paper around the part, as a share of its longer side

// The digits in a box of the photo, from left to right, as { read, tile } with boxes of the photo.
// `expect` is their number; without it, as many as are found.
export async function readPart(photo, box, expect) {
  const { blob, rim, scale } = await cut(photo, box);
  const asked = expect === undefined ? {} : { expect: String(expect) };
  const [record] = await recognize(blob, "part.jpg", { tiles: "1", printed: "include", ...asked });
  const back = ([x, y, width, height]) => [
    box[0] + (x - rim) / scale, box[1] + (y - rim) / scale, width / scale, height / scale].map(Math.round);
  return record.lines.flatMap((line) => line.digits)
    .map((read, index) => ({ read: { ...read, box: back(read.box) }, tile: record.tiles?.[index] }));
}

// The same, whatever the server thinks of it: a digit that it cannot read is a ? for a person to tell.
export async function readDigits(photo, boxes) {
  const reads = [];
  for (const box of boxes) {
    try {
      reads.push((await readPart(photo, box, 1))[0]);
    } catch {
      reads.push({ read: { digit: null, confidence: 0, refused: true, box, alternatives: [] } });
    }
  }
  return reads;
}

// The picture of a photo or drawing, decoded.
export async function pictureOf(photo) {
  const image = new Image();
  const address = photo.address ?? URL.createObjectURL(photo.blob);
  image.src = address;
  try {
    await image.decode();
  } finally {
    if (address !== photo.address) URL.revokeObjectURL(address);
  }
  return image;
}

async function cut(photo, [x, y, width, height]) {
  const image = await pictureOf(photo);
  // The picture may be smaller than the photo that the boxes are in.
  const own = image.naturalWidth / photo.record.width;
  const scale = Math.min(own, 600 / Math.max(width, height));
  const rim = Math.round(margin * Math.max(width, height) * scale);
  const canvas = document.createElement("canvas");
  const [wide, high] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
  [canvas.width, canvas.height] = [wide + 2 * rim, high + 2 * rim];
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, x * own, y * own, width * own, height * own, rim, rim, wide, high);
  context.globalCompositeOperation = "destination-over";
  context.fillStyle = paper(context.getImageData(rim, rim, wide, high).data);
  context.fillRect(0, 0, canvas.width, canvas.height);
  return { blob: await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.95)), rim, scale };
}

// The colour that most of a part has, by the middle of each channel.
function paper(data) {
  const middle = (channel) => {
    const counts = new Uint32Array(256);
    for (let at = channel; at < data.length; at += 4) counts[data[at]] += 1;
    let [value, left] = [0, data.length / 8];
    while (left > counts[value]) left -= counts[value++];
    return value;
  };
  return `rgb(${middle(0)} ${middle(1)} ${middle(2)})`;
}
