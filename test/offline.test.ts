// A real Chromium whose server goes away and comes back: what is written meanwhile is kept in the browser, through
// reloads and closed tabs, and merged once. Rules L1… of docs/PROTOCOL.md.
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { ProjectFile } from '../server/files/schema.ts'
import { hasChromium, launchChromium, openWindow } from './browser.ts'
import { createProject, register, type Person } from './people.ts'
import { spawnServer, type ServerProcess } from './server.ts'

const patience = { timeout: 30_000 }
const account = { name: 'Account menu' }

async function signIn(page: Page, person: Person) {
  await page.goto('/login')
  await page.getByLabel(/Email/).fill(person.email)
  await page.getByLabel('Password', { exact: true }).fill(person.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('button', account).waitFor(patience)
}

const status = (page: Page, text: string | RegExp) =>
  page.getByRole('main').getByRole('status').filter({ hasText: text }).waitFor(patience)
const editor = (page: Page) => page.locator('.cm-content')
const lines = (page: Page) =>
  editor(page).evaluate((content) => {
    const copy = content.cloneNode(true) as Element
    for (const caret of copy.querySelectorAll('.cm-ySelectionCaret')) caret.remove()
    return [...copy.querySelectorAll('.cm-line')].map((line) => line.textContent).join('\n')
  })
const shows = async (page: Page, text: string) => {
  await expect.poll(() => lines(page), patience).toBe(text)
}
async function type(page: Page, text: string) {
  await editor(page).click()
  await page.keyboard.press('Control+End')
  await page.keyboard.type(text)
}

/** The service worker has what the page needs without a server. */
const isReady = async (page: Page) => {
  await expect
    .poll(
      () =>
        page.evaluate(async () => {
          const cache = await caches.open('openlaunch-page')
          const kept = (await cache.keys()).map(({ url }) => new URL(url).pathname)
          const loaded = performance
            .getEntriesByType('resource')
            .map(({ name }) => new URL(name).pathname)
            .filter((name) => name.startsWith('/assets/'))
          const remembered = Object.keys(localStorage).filter((key) =>
            /remembered.*files/.test(key),
          )
          return (
            navigator.serviceWorker.controller !== null &&
            kept.includes('/') &&
            loaded.every((name) => kept.includes(name)) &&
            remembered.length > 0
          )
        }),
      patience,
    )
    .toBe(true)
}

describe.skipIf(!hasChromium)('working offline', () => {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'openlaunch-offline-'))
  let server: ServerProcess
  let browser: Browser
  let ada: Person
  let bob: Person
  let slug: string
  const start = async (port = '0') => {
    server = await spawnServer({ PORT: port, DATA_DIR: dataDir })
  }
  const restart = () => start(new URL(server.url).port)

  beforeAll(async () => {
    await start()
    browser = await launchChromium()
    ada = await register(server.url, 'ada')
    bob = await register(server.url, 'bob')
    slug = (await createProject(ada, [bob])).slug
  })
  afterAll(async () => {
    await browser.close()
    await server.kill('SIGKILL')
    rmSync(dataDir, { recursive: true })
  })

  async function open(person: Person) {
    const window = await openWindow(browser, server.url)
    onTestFinished(() => window.context.close())
    await signIn(window.page, person)
    return window
  }
  async function file(name: string, content: string) {
    const answer = await ada.rest('POST', `/projects/${slug}/files`, { path: name, content })
    return answer.data as ProjectFile
  }
  const address = ({ id }: ProjectFile) => `/p/${slug}/files/${id}`
  async function openFile(page: Page, file: ProjectFile) {
    await page.goto(address(file))
    await status(page, 'Saved')
  }
  const another = async (context: BrowserContext) => context.newPage()

  test(
    '[L1] edits made without a connection survive a reload and a closed tab, and are merged once',
    { timeout: 180_000 },
    async () => {
      const shared = await file('shared.txt', 'start')
      const { page, context } = await open(ada)
      await openFile(page, shared)
      await isReady(page)
      const { page: others } = await open(bob)
      await openFile(others, shared)

      await server.kill('SIGKILL')
      await status(page, 'Offline')
      await type(page, ' offline')
      await status(page, /Offline, .* kept here/)
      await page.reload()
      await shows(page, 'start offline')
      await status(page, /Offline, .* kept here/)
      await type(page, ' again')
      await status(page, /Offline, .* kept here/)
      // Another tab of the same browser has the same edits, and adds its own.
      const second = await another(context)
      await second.goto(address(shared))
      await shows(second, 'start offline again')
      await type(second, ' twice')
      await status(second, /Offline, .* kept here/)
      await page.close()

      await restart()
      await status(second, 'Saved')
      await shows(second, 'start offline again twice')
      await shows(others, 'start offline again twice')
      await second.reload()
      await status(second, 'Saved')
      await expect.poll(() => lines(second), patience).toBe('start offline again twice')
    },
  )
})
