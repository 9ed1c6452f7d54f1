// Asks the server. Every failure is an Error whose message a person can read.

// A failure that may be over at the next try: there is no connection, or the server does not run.
export class Unreachable extends Error {}

// Reads a picture; tries again when the server is busy. The answer is a list: a file may hold pages.
// `sent` is told the share of the picture that has gone out.
export async function recognize(blob, name, parameters = {}, { signal, sent } = {}) {
  const query = new URLSearchParams({ name, ...parameters });
  const answer = await post(`/api/recognize?${query}`, blob, { signal, sent });
  return [].concat(await answer.json());
}

// The page that explains a reading, as a file.
export async function explain(blob, name, parameters = {}) {
  const query = new URLSearchParams({ name, ...parameters, explain: "1" });
  return (await post(`/api/recognize?${query}`, blob)).blob();
}

// Reads photos of a form; answers a list with an object for each page, and for each field its picture.
export async function readForm(template, photo, name) {
  const form = new FormData();
  form.append("template", new Blob([template]), "template.json");
  form.append("photo", photo, name);
  return (await post("/api/forms?pictures=1", form)).json();
}

// A template with the fields that the server proposes for the picture of an empty form, as a file.
export async function proposals(picture, name, parameters = {}) {
  return (await post(`/api/forms/fields?${new URLSearchParams({ name, ...parameters })}`, picture)).blob();
}

// What speaks for a digit in its tile, and the maps of the network's first layer: { evidence, maps, mapCount, … }.
export async function explainTile(tile, digit) {
  return (await post(`/api/tile?digit=${digit}`, tile)).json();
}

// The tables on a photo, or on one page of a file: { width, height, tables } with rows of cells.
export async function readTables(photo, name, page) {
  return (await post(`/api/tables?${new URLSearchParams({ name, page })}`, photo)).json();
}

async function post(address, blob, { signal, sent } = {}) {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await send(address, blob, signal, sent);
    if (answer.ok) return answer;
    if (answer.status !== 503 || attempt === 6) throw new Error(await reason(answer));
    const seconds = Number(answer.headers.get("Retry-After")) || 1;
    await new Promise((resolve) => setTimeout(resolve, 1000 * seconds * attempt));
  }
}

// Not `fetch`, which does not say how much of a file has gone out.
function send(address, blob, signal, sent) {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.responseType = "blob";
    // A type that the server takes for a picture, whatever the browser thinks of the file's name.
    if (blob instanceof Blob) request.setRequestHeader("Content-Type", "application/octet-stream");
    if (sent) request.upload.onprogress = ({ loaded, total }) => sent(loaded / Math.max(1, total));
    request.onload = () => resolve(new Response(request.response, {
      status: request.status,
      headers: { "Retry-After": request.getResponseHeader("Retry-After") ?? "" },
    }));
    request.onerror = async () => reject(await brokenOff());
    request.onabort = () => reject(signal.reason);
    signal?.addEventListener("abort", () => request.abort(), { once: true });
    request.send(blob);
  });
}

// A connection that ends without an answer: is the server there at all?
async function brokenOff() {
  try {
    await fetch("/healthz", { cache: "no-store" });
    return new Error("The server runs, but broke off while this photo was sent: it may be too large.");
  } catch {
    return new Unreachable(navigator.onLine
      ? "The server cannot be reached. Does it run?"
      : "There is no connection to the server: reading needs one.");
  }
}

async function reason(response) {
  try {
    return (await response.json()).detail;
  } catch {
    return `The server answered with status ${response.status}.`;
  }
}
