// Keeps the shell of the app, so that it opens while the unit is away. The build puts in which files that are.
const FILES = self.__FILES__;
const CACHE = "shell-" + self.__VERSION__;
const PATIENCE_MILLIS = 3000;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const others = caches.keys().then((names) => names.filter((name) => name !== CACHE));
  event.waitUntil(others.then((names) => Promise.all(names.map((name) => caches.delete(name)))).then(() => self.clients.claim()));
});

// The page is asked for at the unit first, so that a new version shows at once; its parts never change under one name.
self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== self.location.origin) return;
  if (event.request.mode === "navigate" && pathname === "/") event.respondWith(fresh(event.request));
  else if (pathname !== "/" && FILES.includes(pathname)) event.respondWith(kept(event.request));
});

async function fresh(request) {
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MILLIS) });
    if (response.ok) return response;
  } catch {
    // The unit is away: what was kept is shown.
  }
  return (await caches.match("/")) ?? Response.error();
}

async function kept(request) {
  return (await caches.match(request)) ?? fetch(request);
}
