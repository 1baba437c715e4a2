// Keeps what a reader has seen, so that a second visit needs no network. JupyterLite, in lite/, has its own.

const KEPT = "BUILD"; // another build, another store
const LITE = new URL("lite/", self.location).href;

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) =>
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name.startsWith("site-") && name !== KEPT).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  ),
);

async function keep(request, answer) {
  if (answer.ok && answer.type !== "opaque") await (await caches.open(KEPT)).put(request, answer);
}

// A page comes from the network while there is one. All else is the same for the whole build.
async function answer(request) {
  const kept = await (await caches.open(KEPT)).match(request);
  if (kept && request.mode !== "navigate") return kept;
  try {
    const fresh = await fetch(request);
    keep(request, fresh.clone());
    return fresh;
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}

self.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (method === "GET" && url.startsWith("http") && !url.startsWith(LITE)) event.respondWith(answer(event.request));
});

// What a page had loaded before this script was there.
self.addEventListener("message", (event) =>
  event.waitUntil(Promise.all(event.data.map(async (url) => keep(url, await fetch(url)).catch(() => {})))),
);
