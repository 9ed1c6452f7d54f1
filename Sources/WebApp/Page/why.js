// What speaks for a digit, in pictures. Loaded when somebody asks.

import { explainTile } from "./api.js";

// `tile` is the data address of the digit as the network sees it.
export async function figures(tile, value) {
  // A data address is none that the page may fetch from.
  const bytes = Uint8Array.from(atob(tile.split(",")[1]), (letter) => letter.charCodeAt(0));
  const { evidence, maps, mapCount } = await explainTile(new Blob([bytes]), value);
  return [
    figure(evidence, `Blue speaks for a ${value}, red against it: the gradient of the network's answer by each pixel, `
      + "added up from empty paper to this digit.", `Pixels that speak for and against a ${value}`),
    ...(mapCount > 0 ? [figure(maps, `What the ${mapCount} filters of the network's first layer find: bright where one answers.`,
      `${mapCount} maps of the first layer`)] : []),
  ];
}

function figure(address, text, alt) {
  const figure = document.createElement("figure");
  const image = document.createElement("img");
  [image.src, image.alt, image.className] = [address, alt, "sheet"];
  const caption = document.createElement("figcaption");
  caption.textContent = text;
  figure.append(image, caption);
  return figure;
}
