// Two people in a real Chromium write in the same files: whose edits undo takes back, with each set of keys; following
// each other from file to file; tabs and choices that outlive a reload; markdown beside its text.
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ProjectFile } from '../server/files/schema.ts'
import { hasChromium, launchChromium, openWindow } from './browser.ts'
import { createProject, register, type Person } from './people.ts'
import { spawnServer, type ServerProcess } from './server.ts'

const patience = { timeout: 30_000 }
/** A PNG of one pixel */
const dot =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

/** The text of the open editor, without the others' cursors and their names. */
const textOf = (page: Page) =>
  page.locator('.cm-content').evaluate((content) => {
    const copy = content.cloneNode(true) as Element
    for (const caret of copy.querySelectorAll('.cm-ySelectionCaret')) caret.remove()
    return [...copy.querySelectorAll('.cm-line')].map((line) => line.textContent).join('\n')
  })
async function shows(page: Page, text: string) {
  await expect.poll(() => textOf(page), patience).toBe(text)
}
const saved = (page: Page) =>
  page.getByRole('status').getByText('Saved', { exact: true }).waitFor(patience)
const tab = (page: Page, name: string) =>
  page.getByRole('tablist', { name: 'Open files' }).getByRole('tab', { name })

describe.skipIf(!hasChromium)('the editor', () => {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'openlaunch-editor-'))
  let server: ServerProcess
  let browser: Browser
  let ada: Person
  let bob: Person
  beforeAll(async () => {
    server = await spawnServer({
      PORT: '0',
      DATA_DIR: dataDir,
      MEDIA_PORT_MIN: '22200',
      MEDIA_PORT_MAX: '22220',
    })
    browser = await launchChromium()
    ada = await register(server.url, 'ada')
    bob = await register(server.url, 'bob')
  }, 120_000)
  afterAll(async () => {
    await browser.close()
    await server.kill('SIGTERM')
    rmSync(dataDir, { recursive: true })
  })

  async function prepare(files: Record<string, string>) {
    const project = await createProject(ada)
    const member = { username: bob.username, role: 'contributor' }
    await ada.rest('POST', `/projects/${project.slug}/members`, member)
    const links: Record<string, string> = {}
    for (const [name, content] of Object.entries(files)) {
      const body = { path: name, content }
      const made = await ada.rest('POST', `/projects/${project.slug}/files`, body)
      links[name] = `/p/${project.slug}/files/${(made.data as ProjectFile).id}`
    }
    return links
  }

  async function enter({ email, password }: Person, address: string) {
    const window = await openWindow(browser, server.url)
    await window.page.goto('/login')
    await window.page.getByLabel(/Email/).fill(email)
    await window.page.getByLabel('Password', { exact: true }).fill(password)
    await window.page.getByRole('button', { name: 'Sign in' }).click()
    await window.page.waitForURL('**/projects*')
    await window.page.goto(address)
    await window.page.locator('.cm-content').waitFor(patience)
    return window
  }

  async function chooseKeys(page: Page, keys: string) {
    await page.getByRole('button', { name: 'Editor settings' }).click()
    await page.getByText(keys, { exact: true }).click()
    await page.keyboard.press('Escape')
  }

  const ways = [
    {
      keys: 'Default',
      ready: '.cm-content',
      begin: [],
      end: [],
      undo: ['Control+z'],
      redo: 'Control+y',
    },
    {
      keys: 'Vim',
      ready: '.cm-vim-panel',
      begin: ['o'],
      end: ['Escape'],
      undo: ['u'],
      redo: 'Control+r',
    },
    {
      keys: 'Emacs',
      ready: '.cm-content',
      begin: ['Control+a'],
      end: ['Control+e'],
      undo: ['Control+/'],
      redo: 'Control+Shift+/',
    },
  ]
  for (const { keys, ready, begin, end, undo, redo } of ways) {
    test(
      `undo takes back one’s own edits only, also back in the tab, with ${keys} keys`,
      { timeout: 120_000 },
      async () => {
        const links = await prepare({ 'a.txt': 'first\n', 'b.txt': 'other' })
        const here = await enter(ada, links['a.txt'] ?? '')
        const there = await enter(bob, links['a.txt'] ?? '')
        const { page } = here
        await chooseKeys(page, keys)
        await page.locator(ready).waitFor(patience)
        await page.locator('.cm-line').last().click()
        for (const key of begin) await page.keyboard.press(key)
        await page.keyboard.type('by Ada')
        for (const key of end) await page.keyboard.press(key)
        const mine = keys === 'Vim' ? 'first\n\nby Ada' : 'first\nby Ada'
        const without = 'first\n'
        await shows(there.page, mine)
        await there.page.locator('.cm-line').first().click()
        await there.page.keyboard.press('Home')
        await there.page.keyboard.type('by Bob, ')
        await shows(page, `by Bob, ${mine}`)
        await saved(page)

        // To another file and back: what can be taken back stays with the text.
        await page.getByRole('treeitem', { name: 'b.txt' }).click()
        await shows(page, 'other')
        await tab(page, 'a.txt').click()
        await shows(page, `by Bob, ${mine}`)
        await page.locator('.cm-content').focus()
        for (const key of undo) await page.keyboard.press(key)
        await shows(page, `by Bob, ${without}`)
        await shows(there.page, `by Bob, ${without}`)
        // Nothing of Bob's goes, however often.
        for (const key of [...undo, ...undo]) await page.keyboard.press(key)
        await page.keyboard.press(redo)
        await shows(there.page, `by Bob, ${mine}`)
        expect([...here.faults, ...there.faults]).toEqual([])
        await here.context.close()
        await there.context.close()
      },
    )
  }

  test(
    'following goes along in the text and from file to file, until one does something',
    { timeout: 120_000 },
    async () => {
      const long = Array.from({ length: 400 }, (_, index) => `line ${index + 1}`).join('\n')
      const links = await prepare({ 'long.txt': long, 'b.txt': 'other' })
      const leader = await enter(ada, links['b.txt'] ?? '')
      const follower = await enter(bob, links['long.txt'] ?? '')
      const { page } = follower
      await page.getByRole('tab', { name: /People/ }).click()
      await page.getByRole('button', { name: `Follow ${ada.username}` }).click()
      await shows(page, 'other')
      const banner = page.getByRole('status').filter({ hasText: 'Following' })
      await banner.waitFor(patience)

      await leader.page.getByRole('treeitem', { name: 'long.txt' }).click()
      await leader.page.locator('.cm-line').first().click(patience)
      await expect.poll(() => textOf(page), patience).toContain('line 1\nline 2\n')
      await leader.page.keyboard.press('Control+End')
      await expect.poll(() => textOf(page), patience).toContain('line 399\nline 400')
      await banner.waitFor(patience)

      // Scrolling oneself ends it: what they do then is not gone along with.
      await page.locator('.cm-scroller').hover()
      await page.mouse.wheel(0, -200)
      await banner.waitFor({ state: 'detached', ...patience })
      await leader.page.keyboard.press('Control+Home')
      await expect
        .poll(() => leader.page.locator('.cm-scroller').evaluate((s) => s.scrollTop), patience)
        .toBeLessThan(50)
      expect(await page.locator('.cm-scroller').evaluate((s) => s.scrollTop)).toBeGreaterThan(500)

      // Who leaves is not followed any more.
      await page.getByRole('button', { name: `Follow ${ada.username}` }).click()
      await banner.waitFor(patience)
      await leader.context.close()
      await page.getByText(/left; you do not follow/).waitFor(patience)
      expect(follower.faults).toEqual([])
      await follower.context.close()
    },
  )

  test('tabs, choices and languages outlive a reload', { timeout: 120_000 }, async () => {
    const links = await prepare({
      'a.ts': 'const a = 1',
      Dockerfile: 'FROM scratch',
      'bin/run': '#!/usr/bin/env python3\n',
    })
    const { page, context, faults } = await enter(ada, links['a.ts'] ?? '')
    const bar = page.getByRole('group', { name: 'About the text' })
    await bar.getByText('TypeScript').waitFor(patience)
    await page.getByRole('treeitem', { name: 'Dockerfile' }).click()
    await bar.getByText('Dockerfile').waitFor(patience)
    await page.getByRole('treeitem', { name: 'run' }).click()
    await bar.getByText('Python').waitFor(patience)
    await bar.getByText('Python').click()
    await page.getByRole('option', { name: 'Ruby' }).click()
    await bar.getByText('Ruby').waitFor(patience)
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Editor settings' }).click()
    await page.getByLabel('Font size').fill('20')
    await page.getByLabel('Theme').selectOption('dracula')
    await page.keyboard.press('Escape')
    await page
      .getByRole('tablist', { name: 'Open files' })
      .getByRole('tab', { name: 'Dockerfile' })
      .click({ button: 'middle' })

    await page.reload()
    const tabs = page.getByRole('tablist', { name: 'Open files' }).getByRole('tab')
    await expect.poll(() => tabs.allInnerTexts(), patience).toEqual(['a.ts', 'run'])
    // The keys go on in the tabs, though each file has an editor of its own.
    await tabs.last().focus()
    await page.keyboard.press('ArrowLeft')
    await bar.getByText('TypeScript').waitFor(patience)
    await page.keyboard.press('ArrowRight')
    await bar.getByText('Ruby').waitFor(patience)
    const look = () =>
      page.locator('.cm-editor').evaluate((editor) => {
        const { fontSize, backgroundColor } = getComputedStyle(editor)
        return `${fontSize} ${backgroundColor}`
      })
    await expect.poll(look, patience).toBe('20px rgb(40, 42, 54)')
    await page.keyboard.press('Alt+W')
    await bar.getByText('TypeScript').waitFor(patience)
    expect(faults).toEqual([])
    await context.close()
  })

  test('markdown is shown beside its text as it is written', { timeout: 120_000 }, async () => {
    const source = '# Moon\n\n- [x] fly, see [main](../src/main.ts)\n\n<b onclick="x">raw</b>\n\n'
    const links = await prepare({ 'docs/plan.md': source, 'src/main.ts': 'const a = 1' })
    const { page, context, faults } = await enter(ada, `${links['docs/plan.md']}?panel=preview`)
    const panel = page.getByRole('complementary', { name: 'Preview' })
    await panel.getByRole('heading', { name: 'Moon', level: 1 }).waitFor(patience)
    expect(await panel.getByRole('checkbox', { name: 'Done' }).isChecked()).toBe(true)
    expect(await panel.locator('b').count()).toBe(0)
    await page.locator('.cm-content').focus()
    await page.keyboard.press('Control+End')
    await page.keyboard.type('## And **back**')
    await panel.getByRole('heading', { name: 'And back', level: 2 }).waitFor(patience)
    // A picture of the project is shown, also one that comes later; one of the web is a link.
    await page.keyboard.type(' ![dot](dot.png) ![far](https://far.example/dot.png)')
    await panel.getByText('dot', { exact: true }).waitFor(patience)
    const slug = links['docs/plan.md']?.split('/')[2]
    const uploaded = await fetch(
      `${server.url}/api/v1/projects/${slug}/files/upload?path=docs/dot.png`,
      {
        method: 'POST',
        headers: { authorization: `Bearer ${ada.token}`, 'content-type': 'image/png' },
        body: Buffer.from(dot, 'base64'),
      },
    )
    expect(uploaded.status).toBe(201)
    const picture = panel.getByRole('img', { name: 'dot' })
    await expect
      .poll(() => picture.evaluate((img) => (img as HTMLImageElement).naturalWidth), patience)
      .toBe(1)
    await panel.getByRole('link', { name: 'far' }).waitFor(patience)
    await panel.getByRole('link', { name: 'main' }).click()
    await shows(page, 'const a = 1')
    await page.goto(`${links['docs/plan.md']}?panel=preview`)
    await panel.getByRole('button', { name: 'Close preview' }).focus(patience)
    await page.keyboard.press('Escape')
    await panel.waitFor({ state: 'detached', ...patience })
    expect(faults).toEqual([])
    await context.close()
  })
})
