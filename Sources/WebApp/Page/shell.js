// The service worker: keeps the page itself, so that it opens without a connection. Reading needs the server.

const shelf = "shell";

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  const { pathname } = new URL(event.request.url);
  const isShell = event.request.method === "GET" && /^\/(forms)?$|\.(js|css|svg|webmanifest)$|^\/samples\//.test(pathname);
  if (isShell) event.respondWith(fresh(event.request));
});

// What the server has now; without it, what it had last.
async function fresh(request) {
  const cache = await caches.open(shelf);
  try {
    const answer = await fetch(request);
    if (answer.ok) await cache.put(request, answer.clone());
    return answer;
  } catch (error) {
    const kept = await cache.match(request);
    if (kept === undefined) throw error;
    return kept;
  }
}
