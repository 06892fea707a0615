// An open file in a real Chromium when the network goes: the page says so before any connection notices.
import { describe, expect, onTestFinished, test } from 'vitest'
import type { ProjectFile } from '../server/files/schema.ts'
import { hasChromium, useWindows } from './browser.ts'
import { createProject, register } from './people.ts'
import { useProxy } from './proxy.ts'

const patience = { timeout: 30_000 }
/** Sooner than a connection notices by itself that nothing comes. */
const soon = { timeout: 10_000 }

describe.skipIf(!hasChromium)('an open file without a network', () => {
  const windows = useWindows()

  async function openFile(origin = windows.url()) {
    const ada = await register(windows.url(), 'ada')
    const { slug } = await createProject(ada)
    const draft = { path: 'poem.txt', content: 'roses' }
    const made = await ada.rest('POST', `/projects/${slug}/files`, draft)
    const { page, context } = await windows.open()
    onTestFinished(() => context.close())
    await page.goto(new URL('/login', origin).href)
    await page.getByLabel('Email').fill(ada.email)
    await page.getByLabel('Password', { exact: true }).fill(ada.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL('**/projects', patience)
    await page.goto(new URL(`/p/${slug}/files/${(made.data as ProjectFile).id}`, origin).href)
    const status = page.getByRole('main').getByRole('status')
    await status.getByText('Saved', { exact: true }).waitFor(patience)
    return { page, context, status }
  }

  test('the browser is offline: said at once, and over at once', { timeout: 90_000 }, async () => {
    const { page, context, status } = await openFile()
    await context.setOffline(true)
    await status.getByText('Offline').waitFor(soon)
    await page.locator('.cm-content').click()
    await page.keyboard.type('red ')
    await status.getByText('Your changes are kept in this browser').waitFor(soon)
    await context.setOffline(false)
    await status.getByText('Saved', { exact: true }).waitFor(soon)
    expect(await page.locator('.cm-content').innerText()).toContain('red')
  })

  test('a dead line is noticed by edits that nobody takes', { timeout: 90_000 }, async () => {
    const proxy = await useProxy(windows.url())
    const { page, status } = await openFile(proxy.url)
    proxy.freeze()
    await page.locator('.cm-content').click()
    await page.keyboard.type('red ')
    await status.getByText('The server does not answer').waitFor(soon)
    expect(await status.getByText('Saved', { exact: true }).count()).toBe(0)
    proxy.thaw()
    await status.getByText('Saved', { exact: true }).waitFor(patience)
  })

  test('in another network, a dead socket is replaced at once', { timeout: 90_000 }, async () => {
    const proxy = await useProxy(windows.url())
    const { page } = await openFile(proxy.url)
    let opened = 0
    page.on('websocket', (socket) => {
      if (socket.url().includes('/socket.io/')) opened += 1
    })
    const change = () => page.evaluate(() => dispatchEvent(new Event('online')))
    await change()
    // One that answers stays.
    await new Promise((resolve) => setTimeout(resolve, 3_000))
    expect(opened).toBe(0)
    proxy.hold()
    await change()
    await expect.poll(() => opened, soon).toBe(1)
  })
})
