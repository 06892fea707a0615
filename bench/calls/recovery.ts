// What a killed media worker and a killed node cost: the longest time without a new picture, in a real Chromium that
// nobody touches.
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import { launchChromium } from '../../test/browser.ts'
import { bundlePage, openCallPages } from '../../test/callpages.ts'
import { startOwn, type Own, type Services } from '../servers.ts'

const both = { audio: true, video: true }
const PATIENCE = 60_000

declare global {
  interface Window {
    /** When a picture of somebody else was shown, milliseconds */
    pictures: number[]
  }
}

/** Notes every picture of every video that there is and will be. */
const watchPictures = (page: Page) =>
  page.evaluate(() => {
    window.pictures = []
    const seen = new WeakSet<HTMLVideoElement>()
    setInterval(() => {
      for (const video of document.querySelectorAll('video')) {
        if (seen.has(video)) continue
        seen.add(video)
        const note = (now: number) => {
          window.pictures.push(now)
          video.requestVideoFrameCallback(note)
        }
        video.requestVideoFrameCallback(note)
      }
    }, 10)
  })

/** Waits until pictures have come for so long without a break. */
const expectPictures = (page: Page, milliseconds: number) =>
  page.waitForFunction(
    (wanted) => {
      const now = performance.now()
      const times = [now - wanted, ...window.pictures.filter((at) => at > now - wanted), now]
      return times.every((at, n) => at - (times[n - 1] ?? at) < 600)
    },
    milliseconds,
    { timeout: PATIENCE },
  )

/** @param kill and whatever makes it ready for the next one */
async function measureGap(page: Page, kill: () => Promise<void>): Promise<number> {
  await expectPictures(page, 1_000)
  const since = await page.evaluate(() => performance.now())
  await kill()
  // The last pictures may still be shown, so wait for the gap first.
  await page.waitForFunction(() => performance.now() - (window.pictures.at(-1) ?? 0) > 250, null, {
    timeout: PATIENCE,
    polling: 20,
  })
  const gone = await page.evaluate(() => performance.now())
  await page.waitForFunction((at) => window.pictures.filter((one) => one > at).length > 10, gone, {
    timeout: PATIENCE,
  })
  return page.evaluate((from) => {
    const times = window.pictures.filter((at) => at > from - 1_000)
    return Math.max(...times.map((at, n) => at - (times[n - 1] ?? at)))
  }, since)
}

export async function measureWorkerKills(kills: number): Promise<number[]> {
  const pages = await openCallPages({ portMin: 21_860, portMax: 21_890, workers: 1 })
  try {
    const projectId = await pages.stage.addProject()
    const [a, b] = [await pages.openPage(projectId), await pages.openPage(projectId)]
    for (const page of [a, b]) {
      await watchPictures(page)
      await page.evaluate((choice) => window.stage.session.join(choice), both)
    }
    const gaps: number[] = []
    while (gaps.length < kills) {
      gaps.push(
        await measureGap(a, async () => {
          const [pid] = pages.calls.workerPids()
          if (pid !== undefined) process.kill(pid, 'SIGKILL')
        }),
      )
    }
    return gaps
  } finally {
    await pages.close()
  }
}

/** Serves the page, and leads its socket to the first node that answers. */
async function openDoor(own: Own) {
  const script = await bundlePage()
  const door = createServer((request, response) => {
    const isScript = request.url === '/page.js'
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
    response.end(
      isScript ? script : '<!doctype html><script type="module" src="/page.js"></script>',
    )
  })
  door.on('upgrade', (request, socket, head) => {
    const lead = ([port, ...others]: number[]) => {
      if (port === undefined) return socket.destroy()
      const upstream = connect(port, '127.0.0.1')
      const tryNext = () => lead(others)
      upstream.once('error', tryNext)
      upstream.once('connect', () => {
        upstream.off('error', tryNext).on('error', () => socket.destroy())
        const headers = Object.entries(request.headers).map(
          ([name, value]) => `${name}: ${String(value)}`,
        )
        upstream.write(`GET ${request.url ?? '/'} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`)
        upstream.write(head)
        upstream.pipe(socket).pipe(upstream)
        socket.once('error', () => upstream.destroy())
        socket.once('close', () => upstream.destroy())
      })
    }
    lead([...own.ports])
  })
  door.listen(0, '127.0.0.1')
  await once(door, 'listening')
  return { port: (door.address() as AddressInfo).port, close: () => door.close() }
}

/** Two nodes as processes; the one that owns the call is killed, with the sockets of its people. */
export async function measureNodeKills(services: Services, kills: number): Promise<number[]> {
  const gaps: number[] = []
  const browser = await launchChromium()
  try {
    while (gaps.length < kills) {
      const own = await startOwn(services, { nodes: 2, database: 'PostgreSQL', people: 2 })
      const door = await openDoor(own)
      try {
        const pages: Page[] = []
        for (const token of own.tokens) {
          const page = await (await browser.newContext()).newPage()
          await page.goto(`http://localhost:${door.port}/`)
          await watchPictures(page)
          await page.evaluate(([ofPerson, projectId]) => window.openCall(ofPerson, projectId), [
            token,
            own.projectId,
          ] as const)
          await page.evaluate((choice) => window.stage.session.join(choice), both)
          pages.push(page)
        }
        const [page] = pages
        if (page) gaps.push(await measureGap(page, () => kill(own.children[0])))
        for (const one of pages) await one.context().close()
      } finally {
        door.close()
        await own.close()
      }
    }
    return gaps
  } finally {
    await browser.close()
  }
}

async function kill(child: ChildProcess | undefined) {
  child?.kill('SIGKILL')
}
