// Stands in for the server: the screen's page and files come from the network while it answers, else from here.
// Browsers allow it over https, on this machine, or where the address is declared trustworthy (see README).

const CACHE = 'huiyin-wall';
const PATIENCE = 8_000; // milliseconds

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('fetch', (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== 'GET' || address.origin !== location.origin) return;
  if (/\/wall\/static\//.test(address.pathname)) event.respondWith(keptFirst(event.request));
  else if (/\/wall$|\/wall\/(?!slides\.json$|worker\.js$)[^/]+$/.test(address.pathname)) event.respondWith(networkFirst(event.request));
});

// a page that runs names its files, loaded before this worker was there, and its build; others' files may go
self.addEventListener('message', (event) => event.waitUntil(take(event.data)));

async function keptFirst(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone());
  return answer;
}

async function networkFirst(request) {
  const cache = await caches.open(CACHE);
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    await cache.put(request, answer.clone());
    return answer;
  } catch (error) {
    const kept = await cache.match(request);
    if (kept) return kept;
    throw error;
  }
}

async function take({ files, build }) {
  const cache = await caches.open(CACHE);
  await cache.addAll(files);
  for (const request of await cache.keys()) {
    if (request.url.includes('/wall/static/') && !request.url.includes(`/static/${build}/`)) await cache.delete(request);
  }
}
