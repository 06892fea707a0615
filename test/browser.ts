// Real Chromium with devices that fake a camera, a microphone and a screen.
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { findChromium } from './programs.ts'
import { startTestServer } from './server.ts'

export const hasChromium = Boolean(findChromium())

export async function launchChromium(): Promise<Browser> {
  const executablePath = findChromium()
  if (!executablePath) throw new Error('Chromium is not to be had here: skip this test')
  return chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--use-fake-device-for-media-stream',
      // Answers getUserMedia and getDisplayMedia alike, without a dialogue.
      '--use-fake-ui-for-media-stream',
      '--auto-accept-this-tab-capture',
    ],
  })
}

/** A person's own browser window; what goes wrong in it is collected, for the test to assert on. */
export async function openWindow(browser: Browser, url: string) {
  const context = await browser.newContext({
    baseURL: url,
    viewport: { width: 1280, height: 800 },
    permissions: ['camera', 'microphone', 'clipboard-read', 'clipboard-write'],
  })
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text())
  })
  return { page, context, faults }
}

/** A server for the tests around it, and windows to look at it in. */
export function useWindows(settings: NodeJS.ProcessEnv = {}) {
  let server: Awaited<ReturnType<typeof startTestServer>>
  let browser: Browser
  beforeAll(async () => {
    server = await startTestServer(settings)
    browser = await launchChromium()
  })
  afterAll(async () => {
    await browser.close()
    await server.close()
  })
  return { url: () => server.url, open: () => openWindow(browser, server.url) }
}

/** Frames that a video element has shown. */
export const framesShown = (page: Page, selector: string) =>
  page
    .locator(selector)
    .first()
    .evaluate((video) => (video as HTMLVideoElement).getVideoPlaybackQuality().totalVideoFrames)
    .catch(() => 0)
