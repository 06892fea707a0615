// A real Chromium whose server goes away and comes back: what is written meanwhile is kept in the browser, through
// reloads and closed tabs, and merged once. Rules L1… of docs/PROTOCOL.md.
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { MAX_FILE_TEXT } from '../protocol/limits.ts'
import type { ProjectFile } from '../server/files/schema.ts'
import { account, editor, isReady, lines, patience, shows, status, type, useAway } from './away.ts'
import { hasChromium } from './browser.ts'

/** What of a person is in the browser. */
const kept = (page: Page) =>
  page.evaluate(async () => {
    const databases = await indexedDB.databases()
    const names = [...databases.map(({ name }) => name ?? ''), ...Object.keys(localStorage)]
    return names.filter((name) => /^openlaunch:|remembered/.test(name))
  })

async function signOut(page: Page) {
  await page.getByRole('button', account).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
}
/** Where it is asked before signing out */
const stay = (page: Page) =>
  page
    .getByRole('dialog', { name: 'Some changes are not saved yet' })
    .getByRole('button', { name: 'Cancel' })
    .click(patience)

describe.skipIf(!hasChromium)('working offline', () => {
  const { slug, leave, restart, rest, address, open, file, openFile, textOf, openAndLeave } =
    useAway()

  test(
    '[L1] edits made without a connection survive a reload and a closed tab, and are merged once',
    { timeout: 180_000 },
    async () => {
      const shared = await file('shared.txt', 'start')
      const { page, context } = await open('ada')
      await openFile(page, shared)
      await isReady(page)
      const { page: others } = await open('bob')
      await openFile(others, shared)

      await leave()
      await status(page, 'Offline')
      await type(page, ' offline')
      await status(page, 'Your changes are kept in this browser')
      await page.reload()
      await shows(page, 'start offline')
      await status(page, 'Your changes are kept in this browser')
      await type(page, ' again')
      await status(page, 'Your changes are kept in this browser')
      // Another tab of the same browser has the same edits, and adds its own.
      const second = await context.newPage()
      await second.goto(address(shared))
      await shows(second, 'start offline again')
      await type(second, ' twice')
      await status(second, 'Your changes are kept in this browser')
      // On a phone, too, nothing stands over the page while it waits.
      await second.setViewportSize({ width: 390, height: 844 })
      const told = second.getByRole('alert').filter({ hasText: 'The server cannot be reached' })
      await told.waitFor(patience)
      const below = async () => {
        const [banner, bar] = [
          await told.boundingBox(),
          await second.locator('header').first().boundingBox(),
        ]
        return (bar?.y ?? 0) - (banner?.height ?? 0)
      }
      expect(await below()).toBe(0)
      await second.setViewportSize({ width: 1280, height: 800 })
      await page.close()

      await restart()
      await status(second, /Saved/)
      await shows(second, 'start offline again twice')
      await shows(others, 'start offline again twice')
      await second.reload()
      await status(second, /Saved/)
      await expect.poll(() => lines(second), patience).toBe('start offline again twice')
    },
  )

  /** Writes in the file while the server is away, and leaves. The server is back afterwards. */
  async function writeAway(page: Page, shared: ProjectFile, text: string) {
    await openAndLeave(page, shared)
    await type(page, text)
    await status(page, 'Your changes are kept in this browser')
    await page.goto('about:blank')
    await restart()
  }

  test(
    '[L3] edits of a file that was deleted meanwhile stay in the browser, and are saved when it is restored',
    { timeout: 180_000 },
    async () => {
      const shared = await file('deleted.txt', 'before')
      const { page } = await open('ada')
      await writeAway(page, shared, ' after')
      await rest('DELETE', `/files/${shared.id}`)
      await page.goto(`/p/${slug()}`)
      const told = page.getByRole('alert').filter({ hasText: 'deleted.txt are not saved' })
      await told.waitFor(patience)
      expect(await told.innerText()).toMatch(/any more\. Your changes are kept in this browser/)
      // On a phone it leaves the tabs free.
      await page.setViewportSize({ width: 390, height: 844 })
      await page.getByRole('tab', { name: 'Chat' }).click(patience)
      await page.setViewportSize({ width: 1280, height: 800 })
      const [download] = await Promise.all([
        page.waitForEvent('download', patience),
        told.getByRole('button', { name: 'Download' }).click(),
      ])
      expect(download.suggestedFilename()).toBe('deleted.txt')
      await told.getByRole('button', { name: 'Discard my changes' }).click()
      const question = page.getByRole('dialog', { name: 'Discard your changes to deleted.txt?' })
      await question.getByRole('button', { name: 'Cancel' }).click(patience)
      // Also while one looks elsewhere.
      await rest('POST', `/files/${shared.id}/restore`)
      await told.waitFor({ state: 'detached', ...patience })
      await expect.poll(() => textOf(shared), patience).toBe('before after')
      await page.goto(address(shared))
      await status(page, /Saved/)
      await shows(page, 'before after')
    },
  )

  test(
    '[L4] what is unsaved is sent from any page, and signing out leaves nothing in the browser',
    { timeout: 180_000 },
    async () => {
      const shared = await file('left.txt', 'here')
      const { page } = await open('ada')
      await writeAway(page, shared, ' and there')
      await page.goto(`/p/${slug()}`)
      await expect.poll(() => textOf(shared), patience).toBe('here and there')
      await openFile(page, shared)
      await expect.poll(() => kept(page), patience).not.toEqual([])

      // With something unsaved, it is asked first.
      await leave()
      await status(page, 'Offline')
      await type(page, '!')
      await status(page, 'Your changes are kept in this browser')
      await signOut(page)
      await stay(page)
      await restart()
      await status(page, /Saved/)
      await signOut(page)
      await page.getByRole('button', { name: 'Sign in' }).waitFor(patience)
      await expect.poll(() => kept(page), patience).toEqual([])
    },
  )

  test(
    '[L5] the editor says when a limit is near, and adds nothing beyond it',
    { timeout: 180_000 },
    async () => {
      const line = `${'x'.repeat(79)}\n`
      const almost = Math.floor((MAX_FILE_TEXT * 0.79) / 80)
      const shared = await file('big.txt', line.repeat(almost))
      const { page } = await open('ada')
      await openFile(page, shared)
      const paste = async (text: string) => {
        await page.evaluate((value) => navigator.clipboard.writeText(value), text)
        await editor(page).click()
        await page.keyboard.press('Control+End')
        await page.keyboard.press('Control+V')
      }
      const near = page.getByText('This file is almost full')
      expect(await near.count()).toBe(0)
      const refused = page.getByRole('alert').filter({ hasText: 'Not added' })
      await paste(line.repeat(4_000))
      await refused.getByText(/320,000 characters more than the file can take/).waitFor(patience)
      await paste(line.repeat(1_000))
      await near.waitFor(patience)
      const room = MAX_FILE_TEXT - (almost + 1_000) * 80
      await paste('y'.repeat(room))
      await page.getByText('This file is full').waitFor(patience)
      await page.keyboard.type('z')
      await refused.getByText(/Delete something to write on/).waitFor(patience)
      await page.keyboard.press('Backspace')
      await near.waitFor(patience)
      await page.keyboard.type('z')
      await status(page, /Saved/)
      const text = await textOf(shared)
      expect(text.length).toBe(MAX_FILE_TEXT)
      expect(text.endsWith('yz')).toBe(true)
    },
  )

  test('without storage the person is told, and goes on', { timeout: 120_000 }, async () => {
    const shared = await file('private.txt', 'kept')
    const { page, context } = await open('ada')
    await context.addInitScript(() =>
      Reflect.defineProperty(globalThis, 'indexedDB', { value: undefined }),
    )
    await openFile(page, shared)
    await leave()
    await status(page, 'Offline')
    await type(page, ' nowhere else')
    await status(page, 'Offline, not saved')
    await signOut(page)
    await stay(page)
    await restart()
    await status(page, /Saved/)
    await expect.poll(() => textOf(shared), patience).toBe('kept nowhere else')
  })
})
