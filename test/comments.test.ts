// Comments on code in a real Chromium: two people and a guest at the same live text.
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import type { ProjectFile } from '../server/files/schema.ts'
import { hasChromium, useWindows } from './browser.ts'
import { createProject, register, type Person } from './people.ts'

/** Generous: three windows share the machine with other tests. */
const patience = { timeout: 30_000 }

/** Where a word stands on the screen, at one of its characters. */
const findWord = (page: Page, word: string, at = 0) =>
  page.locator('.cm-content').evaluate(
    (content, { word, at }) => {
      const walker = document.createTreeWalker(content, NodeFilter.SHOW_TEXT)
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const from = node.textContent?.indexOf(word) ?? -1
        if (from < 0) continue
        const range = document.createRange()
        range.setStart(node, from + at)
        range.setEnd(node, from + at + 1)
        const { left, top, height } = range.getBoundingClientRect()
        return { x: left + 1, y: top + height / 2 }
      }
      throw new Error(`${word} is not in the editor`)
    },
    { word, at },
  )
/** Again, where the text moved under the pointer. */
const selectWord = async (page: Page, word: string) => {
  const select = async () => {
    const { x, y } = await findWord(page, word, 1)
    await page.mouse.dblclick(x, y)
    return page.evaluate(() => getSelection()?.toString())
  }
  await expect.poll(select, patience).toBe(word)
}
/** The commented words, without the others' cursors, which may stand within them. */
const marked = (page: Page) =>
  page.locator('.cm-content').evaluate((content) => {
    const copy = content.cloneNode(true) as Element
    for (const caret of copy.querySelectorAll('.cm-ySelectionCaret')) caret.remove()
    const words = new Map<string | null, string>()
    for (const mark of copy.querySelectorAll('.cm-comment')) {
      const id = mark.getAttribute('data-thread')
      words.set(id, (words.get(id) ?? '') + mark.textContent)
    }
    return [...words.values()]
  })
const panel = (page: Page) => page.getByRole('complementary', { name: 'Comments' })
const thread = (page: Page, said: string) =>
  panel(page)
    .getByRole('region', { name: /^Thread/ })
    .filter({ hasText: said })

describe.skipIf(!hasChromium)('comments on code', () => {
  const windows = useWindows()

  async function open(person: Person, address: string) {
    const window = await windows.open()
    await window.page.goto(`/login?next=${encodeURIComponent(address)}`)
    await window.page.getByLabel(/Email/).fill(person.username)
    await window.page.getByLabel('Password', { exact: true }).fill(person.password)
    await window.page.getByRole('button', { name: 'Sign in' }).click()
    await window.page.waitForURL(/\/projects|\/p\//)
    await window.page.goto(address)
    await window.page.locator('.cm-line', { hasText: 'last line' }).waitFor(patience)
    return window
  }

  test('they stay with their words, become an issue, and say when the text is gone', async () => {
    const [ada, bob] = [await register(windows.url(), 'ada'), await register(windows.url(), 'bob')]
    const cyd = await register(windows.url(), 'cyd')
    const { slug } = await createProject(ada, [bob])
    await ada.rest('POST', `/projects/${slug}/members`, { username: cyd.username, role: 'guest' })
    const content = 'first line\nthe total of it\nlast line\n'
    const made = await ada.rest('POST', `/projects/${slug}/files`, { path: 'notes.txt', content })
    const address = `/p/${slug}/files/${(made.data as ProjectFile).id}`
    const a = await open(ada, address)
    const b = await open(bob, address)

    // Ada comments on a word; Bob sees it at once.
    await selectWord(a.page, 'total')
    await a.page.getByRole('button', { name: 'Comment', exact: true }).click()
    await panel(a.page).getByLabel('Comment', { exact: true }).last().waitFor(patience)
    await a.page.keyboard.type('Is this a sum?')
    await a.page.keyboard.press('Control+Enter')
    await thread(a.page, 'Is this a sum?').waitFor(patience)
    for (const { page } of [a, b])
      await expect.poll(() => marked(page), patience).toEqual(['total'])

    // He types before it and inside it: the words stay commented, for both.
    await b.page.locator('.cm-content').click()
    await b.page.keyboard.press('Control+Home')
    await b.page.keyboard.type('zero\nthe ')
    await b.page.keyboard.press('ArrowDown')
    await b.page.keyboard.press('Home')
    for (let n = 0; n < 'the to'.length; n++) await b.page.keyboard.press('ArrowRight')
    await b.page.keyboard.type('XY')
    for (const { page } of [a, b])
      await expect.poll(() => marked(page), patience).toEqual(['toXYtal'])
    await thread(a.page, 'Line 3').waitFor(patience)

    // He opens it from the margin, and answers with a mention, which Ada follows.
    await a.page.getByRole('button', { name: 'Close comments' }).click()
    await b.page.locator('.cm-commentSign').click()
    await thread(b.page, 'Is this a sum?').getByLabel('Reply', { exact: true }).last().click()
    await b.page.keyboard.type(`Yes @${ada.username.slice(0, 6)}`)
    await panel(b.page).getByRole('option').first().waitFor(patience)
    await b.page.keyboard.press('Enter')
    await b.page.keyboard.type('see *below*')
    await b.page.keyboard.press('Control+Enter')
    await a.page.getByRole('link', { name: `${bob.username} in notes.txt` }).click(patience)
    await thread(a.page, 'see below').waitFor(patience)

    // A guest reads along and comments, with the keyboard.
    const c = await open(cyd, address)
    await expect.poll(() => marked(c.page), patience).toEqual(['toXYtal'])
    await selectWord(c.page, 'last')
    await c.page.keyboard.press('Control+Alt+m')
    await panel(c.page).getByLabel('Comment', { exact: true }).last().waitFor(patience)
    // Escape leaves the names that are offered, not the panel.
    await c.page.keyboard.type(`@${ada.username.slice(0, 6)}`)
    const names = panel(c.page).getByRole('option')
    await names.first().waitFor(patience)
    await c.page.keyboard.press('Escape')
    await expect.poll(() => names.count(), patience).toBe(0)
    await c.page.keyboard.press('Control+a')
    await c.page.keyboard.type('From a guest')
    await panel(c.page).getByRole('button', { name: 'Comment', exact: true }).last().click()
    await thread(a.page, 'From a guest').waitFor(patience)
    await expect.poll(() => marked(a.page), patience).toEqual(['toXYtal', 'last'])

    // Ada resolves hers, makes an issue of it, and follows the link back.
    const own = thread(a.page, 'Is this a sum?')
    await own.getByRole('button', { name: 'Thread actions' }).click()
    await a.page.getByRole('menuitem', { name: 'Create issue' }).click()
    await own.getByRole('link', { name: /#1 Is this a sum/ }).waitFor(patience)
    await own.getByRole('button', { name: 'Resolve' }).click()
    await expect.poll(() => marked(b.page), patience).toContain('last')
    await own.getByRole('link', { name: /#1/ }).click()
    await a.page.waitForURL('**/issues/1')
    await a.page.getByRole('link', { name: 'notes.txt' }).click()
    await a.page.waitForURL(/thread=/)
    await thread(a.page, 'Is this a sum?').getByText('Resolved by').waitFor(patience)
    await expect.poll(() => marked(a.page), patience).toContain('toXYtal')
    await thread(a.page, 'Is this a sum?').getByRole('button', { name: 'Reopen' }).click()

    // Bob deletes the text, and the thread says so; he takes it back, and it is there again.
    await selectWord(b.page, 'toXYtal')
    await b.page.keyboard.press('Backspace')
    await thread(a.page, 'The text was deleted')
      .getByText('total', { exact: true })
      .waitFor(patience)
    await expect.poll(() => marked(a.page), patience).toEqual(['last'])
    await b.page.keyboard.press('Control+z')
    for (const { page } of [a, b])
      await expect.poll(() => marked(page), patience).toEqual(['toXYtal', 'last'])

    expect([...a.faults, ...b.faults, ...c.faults]).toEqual([])
  }, 240_000)
})
