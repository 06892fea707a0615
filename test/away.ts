// A server for the tests around it that goes away and comes back, and what people do meanwhile in the editor of a real
// Chromium.
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest'
import type { ProjectFile } from '../server/files/schema.ts'
import { launchChromium, openWindow } from './browser.ts'
import { createProject, register, type Person } from './people.ts'
import { spawnServer, type ServerProcess } from './server.ts'

export const patience = { timeout: 30_000 }
export const account = { name: 'Account menu' }

export async function signIn(page: Page, person: Person) {
  await page.goto('/login')
  await page.getByLabel(/Email/).fill(person.email)
  await page.getByLabel('Password', { exact: true }).fill(person.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('button', account).waitFor(patience)
}

export const status = (page: Page, text: string | RegExp) =>
  page.getByRole('main').getByRole('status').filter({ hasText: text }).waitFor(patience)
export const editor = (page: Page) => page.locator('.cm-content')
export const lines = (page: Page) =>
  editor(page).evaluate((content) => {
    const copy = content.cloneNode(true) as Element
    for (const caret of copy.querySelectorAll('.cm-ySelectionCaret')) caret.remove()
    return [...copy.querySelectorAll('.cm-line')].map((line) => line.textContent).join('\n')
  })
export const shows = async (page: Page, text: string) => {
  await expect.poll(() => lines(page), patience).toBe(text)
}
export async function type(page: Page, text: string) {
  await editor(page).click()
  await page.keyboard.press('Control+End')
  await page.keyboard.type(text)
}

/** The service worker has what the page needs without a server. */
export const isReady = async (page: Page) => {
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

/** Two members of a project. */
export function useAway() {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'openlaunch-away-'))
  let server: ServerProcess
  let browser: Browser
  let slug: string
  const people: { ada?: Person; bob?: Person } = {}
  const start = async (settings: NodeJS.ProcessEnv) => {
    server = await spawnServer({ PORT: '0', DATA_DIR: dataDir, ...settings })
  }
  const restart = (settings: NodeJS.ProcessEnv = {}) =>
    start({ PORT: new URL(server.url).port, ...settings })
  const leave = () => server.kill('SIGKILL')

  beforeAll(async () => {
    await start({})
    browser = await launchChromium()
    const ada = (people.ada = await register(server.url, 'ada'))
    const bob = (people.bob = await register(server.url, 'bob'))
    slug = (await createProject(ada, [bob])).slug
  })
  afterAll(async () => {
    await browser.close()
    await leave()
    rmSync(dataDir, { recursive: true })
  })

  const person = (name: keyof typeof people) => {
    const found = people[name]
    if (!found) throw new Error(`${name} is not registered yet`)
    return found
  }
  /** REST below the project */
  const rest = (method: string, below: string, body?: unknown) =>
    person('ada').rest(method, `/projects/${slug}${below}`, body)
  const address = ({ id }: ProjectFile) => `/p/${slug}/files/${id}`
  async function openFile(page: Page, file: ProjectFile) {
    await page.goto(address(file))
    await status(page, /Saved/)
  }

  return {
    url: () => server.url,
    slug: () => slug,
    /** The server is gone at once. */
    leave,
    /** It is back at its address, with other settings if they are given. */
    restart,
    person,
    rest,
    address,
    openFile,

    async open(name: keyof typeof people) {
      const window = await openWindow(browser, server.url)
      onTestFinished(() => window.context.close())
      await signIn(window.page, person(name))
      return window
    },

    async file(name: string, content: string) {
      return (await rest('POST', '/files', { path: name, content })).data as ProjectFile
    },

    async textOf({ id }: ProjectFile) {
      return ((await rest('GET', `/files/${id}`)).data as { content: string }).content
    },

    /** Opens the file, and has the server go when nothing of the page needs it any more. */
    async openAndLeave(page: Page, file: ProjectFile) {
      await openFile(page, file)
      await isReady(page)
      await leave()
      await status(page, 'Offline')
    },
  }
}
