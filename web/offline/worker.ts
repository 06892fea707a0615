// The service worker: serves the page's own files when the server is away, and nothing else. Built apart from the page,
// as /worker.js; it must import nothing.
// The page is asked from the server first, so that nobody stays on an old release; assets have a hash of their content
// in their names, so that a kept one is as good as the server's.

/** What of a service worker is used; TypeScript's library for them does not go together with that of pages. */
interface WorkerEvent extends Event {
  waitUntil(work: Promise<unknown>): void
}
interface FetchEvent extends WorkerEvent {
  request: Request
  respondWith(response: Promise<Response>): void
}
interface WorkerScope extends EventTarget {
  skipWaiting(): Promise<void>
  clients: { claim(): Promise<void> }
}

const scope = globalThis as unknown as WorkerScope
const CACHE = 'openlaunch-page'
const PAGE = '/'
/** Answers of the server that are not of the page. */
const others = /^\/(api|collab|yjs|socket\.io|docs|health|metrics)(\/|$)/
/** A server that is so slow is as good as away, milliseconds. */
const PATIENCE = 6_000
/** Assets of earlier releases go when a new one comes, once they are this old; milliseconds. */
const KEPT_FOR = 7 * 86_400_000

async function keepPage(response: Response) {
  const cache = await caches.open(CACHE)
  const html = await response.clone().text()
  const before = await (await cache.match(PAGE))?.text()
  if (html === before) return
  // Its assets first: a page without them would be worse than an old one.
  const assets = [...html.matchAll(/"(\/assets\/[^"]+)"/g)].flatMap(([, url]) => url ?? [])
  const missing = await Promise.all(
    assets.map(async (url) => ((await cache.match(url)) ? [] : url)),
  )
  await cache.addAll(missing.flat())
  await cache.put(PAGE, response)
  for (const request of await cache.keys()) {
    const { pathname } = new URL(request.url)
    const date = (await cache.match(request))?.headers.get('date')
    const old = Date.now() - Date.parse(date ?? '') > KEPT_FOR
    if (old && pathname !== PAGE && !assets.includes(pathname)) await cache.delete(request)
  }
}

async function answerPage(event: FetchEvent): Promise<Response> {
  try {
    const response = await fetch(event.request, { signal: AbortSignal.timeout(PATIENCE) })
    const isPage = response.headers.get('content-type')?.startsWith('text/html')
    if (response.ok && isPage && !response.redirected)
      event.waitUntil(keepPage(response.clone()).catch(() => undefined))
    // A proxy's error page, while the server behind it is away.
    if (response.status < 500) return response
    return (await caches.match(PAGE)) ?? response
  } catch {
    return (await caches.match(PAGE)) ?? Response.error()
  }
}

async function answerAsset(event: FetchEvent): Promise<Response> {
  const kept = await caches.match(event.request)
  if (kept) return kept
  const response = await fetch(event.request)
  if (response.ok) {
    const copy = response.clone()
    event.waitUntil(
      caches.open(CACHE).then(
        (cache) => cache.put(event.request, copy),
        () => undefined,
      ),
    )
  }
  return response
}

scope.addEventListener('install', () => void scope.skipWaiting())
scope.addEventListener('activate', (event) =>
  (event as WorkerEvent).waitUntil(scope.clients.claim()),
)
scope.addEventListener('fetch', (event) => {
  const asked = event as FetchEvent
  const { pathname, origin } = new URL(asked.request.url)
  if (asked.request.method !== 'GET' || origin !== location.origin) return
  if (asked.request.mode === 'navigate' && !others.test(pathname))
    asked.respondWith(answerPage(asked))
  else if (pathname.startsWith('/assets/')) asked.respondWith(answerAsset(asked))
})
