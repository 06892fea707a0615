// Makes the page ready to be opened without the server: registers the service worker, and keeps what was loaded before
// it took over, and the editor, which may not have been opened yet.

const CACHE = 'openlaunch-page'

async function keepLoaded() {
  const cache = await caches.open(CACHE)
  const loaded = performance
    .getEntriesByType('resource')
    .map(({ name }) => new URL(name))
    .filter(({ origin, pathname }) => origin === location.origin && pathname.startsWith('/assets/'))
  for (const url of ['/', ...new Set(loaded.map(({ pathname }) => pathname))])
    if (!(await cache.match(url))) await cache.add(url)
}

/** Only where browsers allow it: on HTTPS and localhost. */
export async function readyForOffline() {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return
  try {
    await navigator.serviceWorker.register('/worker.js')
    await navigator.serviceWorker.ready
    await import('../editor/page.tsx')
    await keepLoaded()
  } catch {
    // No room, or the server went away: the page works as before, while there is a server.
  }
}
