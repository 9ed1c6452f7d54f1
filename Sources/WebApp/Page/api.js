// Asks the server. Every failure is an Error whose message a person can read.

// Reads a picture; tries again when the server is busy. The answer is a list: a file may hold pages.
export async function recognize(blob, name, parameters = {}, signal = undefined) {
  const query = new URLSearchParams({ name, ...parameters });
  for (let attempt = 1; ; attempt += 1) {
    const response = await post(`/api/recognize?${query}`, blob, signal);
    if (response.ok) return [].concat(await response.json());
    if (response.status === 503 && attempt < 6) {
      const seconds = Number(response.headers.get("Retry-After")) || 1;
      await new Promise((resolve) => setTimeout(resolve, 1000 * seconds * attempt));
      continue;
    }
    throw new Error(await reason(response));
  }
}

async function post(address, blob, signal) {
  // A type that the server takes for a picture, whatever the browser thinks of the file's name.
  const headers = { "Content-Type": "application/octet-stream" };
  try {
    return await fetch(address, { method: "POST", body: blob, headers, signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("The server could not be reached, or it refused a file of this size.");
  }
}

async function reason(response) {
  try {
    return (await response.json()).detail;
  } catch {
    return `The server answered with status ${response.status}.`;
  }
}
