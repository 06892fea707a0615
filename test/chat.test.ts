// Two people in a real Chromium talk: channels, threads, reactions, edits, deletions, pictures, search, what is unread,
// and what only the two of them read.
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasChromium, launchChromium, openWindow } from './browser.ts'
import { createProject, register, type Person } from './people.ts'
import { spawnServer, type ServerProcess } from './server.ts'

const patience = { timeout: 30_000 }

const log = (page: Page) => page.getByRole('log', { name: 'Messages' })
const box = (page: Page) => page.getByLabel('Message', { exact: true })
const row = (page: Page, text: string) =>
  log(page).getByRole('article').filter({ hasText: text }).last()
const say = async (page: Page, text: string) => {
  await box(page).fill(text)
  await box(page).press('Enter')
}
const sees = (page: Page, text: string | RegExp) =>
  page
    .getByText(text)
    .first()
    .waitFor({ state: 'visible', ...patience })
const act = async (page: Page, text: string, action: string) => {
  await row(page, text).hover()
  await row(page, text).getByRole('button', { name: action, exact: true }).click()
}
const choose = async (page: Page, text: string, item: string) => {
  await act(page, text, 'More actions')
  await page.getByRole('menuitem', { name: item }).click()
}

/** Puts a small picture into the clipboard's event, as a screenshot would be. */
const paste = (page: Page) =>
  box(page).evaluate(async (element) => {
    const canvas = document.createElement('canvas')
    canvas.width = 320
    canvas.height = 200
    canvas.getContext('2d')?.fillRect(0, 0, 160, 100)
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve))
    const data = new DataTransfer()
    data.items.add(new File([blob ?? ''], 'plan.png', { type: 'image/png' }))
    const event = new ClipboardEvent('paste', { clipboardData: data, bubbles: true })
    element.dispatchEvent(event)
  })

describe.skipIf(!hasChromium)('the chat', () => {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'openlaunch-chat-'))
  let server: ServerProcess
  let browser: Browser
  beforeAll(async () => {
    server = await spawnServer({
      PORT: '0',
      DATA_DIR: dataDir,
      MEDIA_PORT_MIN: '22100',
      MEDIA_PORT_MAX: '22120',
    })
    browser = await launchChromium()
  })
  afterAll(async () => {
    await browser.close()
    await server.kill('SIGTERM')
    rmSync(dataDir, { recursive: true })
  })

  async function enter({ email, password }: Person, slug: string) {
    const window = await openWindow(browser, server.url)
    await window.page.goto('/login')
    await window.page.getByLabel(/Email/).fill(email)
    await window.page.getByLabel('Password', { exact: true }).fill(password)
    await window.page.getByRole('button', { name: 'Sign in' }).click()
    await window.page.waitForURL('**/projects*')
    await window.page.goto(`/p/${slug}/chat/general`)
    await box(window.page).waitFor(patience)
    return window
  }

  test('two people talk in channels and threads', { timeout: 240_000 }, async () => {
    const ada = await register(server.url, 'ada')
    const ben = await register(server.url, 'ben')
    const { slug } = await createProject(ada, [ben])
    const { page: a, faults: faultsOfAda } = await enter(ada, slug)
    const { page: b, faults: faultsOfBen } = await enter(ben, slug)

    // Ada makes a channel, and what she writes there is unread to Ben, who is elsewhere.
    await a.getByRole('button', { name: 'Create channel' }).click()
    await a.getByLabel('Name').fill('Launch Plan')
    await a.getByLabel('Topic').fill('When we fly')
    await a.getByRole('dialog').getByRole('button', { name: 'Create channel' }).click()
    await a.getByRole('heading', { name: 'launch-plan' }).waitFor(patience)
    await box(a).fill('@be')
    await a.getByRole('option', { name: new RegExp(ben.username) }).waitFor(patience)
    await box(a).press('Enter')
    await box(a).pressSequentially('shall we fly on **Friday**?')
    await box(a).press('Enter')
    const channels = b.getByRole('navigation', { name: 'Channels' })
    await channels.getByLabel('1 mentions of you').waitFor(patience)
    await channels.getByRole('button', { name: /launch-plan/ }).click()
    await sees(b, 'shall we fly on')
    await channels.getByLabel('1 mentions of you').waitFor({ state: 'detached', ...patience })

    // What is said while he looks on is read as it comes.
    await say(a, 'I know a pad')
    await sees(b, 'I know a pad')
    await expect.poll(() => channels.locator('[data-unread="true"]').count(), patience).toBe(0)

    // What he has begun to write stays where it belongs, and the list says so.
    await box(b).fill('half a thought')
    await channels.getByRole('button', { name: /general/ }).click()
    await expect.poll(() => box(b).inputValue(), patience).toBe('')
    await channels.getByRole('img', { name: 'Draft' }).waitFor(patience)
    await channels.getByRole('button', { name: /launch-plan/ }).click()
    await expect.poll(() => box(b).inputValue(), patience).toBe('half a thought')
    await box(b).fill('')

    // Ben reacts, and Ada joins in by a click.
    await act(b, 'shall we fly', 'React with thumbs up')
    const thumbs = row(a, 'shall we fly').getByRole('button', { name: /^thumbs up, \d/ })
    await thumbs.click(patience)
    await row(b, 'shall we fly')
      .getByRole('button', { name: /^thumbs up, 2/ })
      .waitFor(patience)

    // They go on in a thread, which stands beside the channel.
    await act(b, 'shall we fly', 'Reply in thread')
    const thread = (page: Page) => page.getByRole('region', { name: 'Thread' })
    await thread(b).getByLabel('Reply').fill('Saturday is better')
    await thread(b).getByLabel('Reply').press('Enter')
    await row(a, 'shall we fly')
      .getByRole('button', { name: /1 reply/ })
      .click(patience)
    await thread(a).getByText('Saturday is better').waitFor(patience)
    await thread(a).getByLabel('Reply').fill('Then Saturday')
    await thread(a).getByLabel('Reply').press('Enter')
    await thread(b).getByText('Then Saturday').waitFor(patience)
    for (const page of [a, b]) await page.getByRole('button', { name: 'Close thread' }).click()

    // Ada corrects her last message by the arrow key; Ben reads what it said before.
    await say(a, 'Fuel: 12 tons')
    await sees(b, 'Fuel: 12 tons')
    await log(a)
      .locator('[aria-busy="true"]')
      .waitFor({ state: 'detached', ...patience })
    await box(a).press('ArrowUp')
    await a.getByRole('textbox', { name: 'Edit message' }).fill('Fuel: 14 tons')
    await a.getByRole('textbox', { name: 'Edit message' }).press('Enter')
    await sees(b, 'Fuel: 14 tons')
    await row(b, 'Fuel: 14 tons')
      .getByRole('button', { name: /^Edited/ })
      .click()
    await b.getByRole('dialog').getByText('Fuel: 12 tons').waitFor(patience)
    await b.keyboard.press('Escape')

    // What she deletes is gone for both.
    await say(a, 'the code is 1234')
    await sees(b, 'the code is 1234')
    await choose(a, 'the code is', 'Delete message')
    await a.getByRole('dialog').getByRole('button', { name: 'Delete message' }).click()
    await b.getByText('This message was deleted').waitFor(patience)
    await expect.poll(() => b.getByText('the code is 1234').count(), patience).toBe(0)

    // A picture out of the clipboard: shown before it is sent, and drawn for the other.
    await paste(a)
    await a.getByRole('list', { name: 'Files to send' }).getByText('plan.png').waitFor(patience)
    await box(a).fill('the pad from above')
    await a.getByRole('button', { name: 'Send message' }).click(patience)
    const picture = row(b, 'the pad from above').getByRole('img', { name: 'plan.png' })
    await picture.waitFor(patience)
    await expect
      .poll(() => picture.evaluate((image) => (image as HTMLImageElement).naturalWidth), patience)
      .toBe(320)

    // Ben finds it, and lands on it.
    await b.getByRole('button', { name: 'Search', exact: true }).click()
    await b.getByLabel('Search messages').fill('pad above')
    await b.getByLabel('Search messages').press('Enter')
    const found = b.getByRole('list', { name: 'Messages found' }).getByRole('button')
    await found.first().waitFor(patience)
    await expect.poll(() => found.first().locator('mark').allInnerTexts()).toEqual(['pad', 'above'])
    await found.first().click()
    await b.waitForURL('**/chat/*?m=*')
    await row(b, 'the pad from above').waitFor(patience)

    // A word between the two of them: there for Ada, with a badge, and nowhere else.
    await b.getByRole('button', { name: 'Write to somebody' }).click()
    await b.getByLabel('To', { exact: true }).first().fill(ada.username)
    await b.getByRole('option', { name: new RegExp(ada.username) }).click()
    await b.keyboard.press('Escape')
    await b.getByRole('dialog').getByRole('button', { name: 'Open' }).click()
    await b.getByRole('heading', { name: ada.username }).waitFor(patience)
    await say(b, 'Between us: hurry')
    await a.getByRole('navigation', { name: 'Channels' }).getByLabel('1 unread').waitFor(patience)
    await a.getByRole('button', { name: new RegExp(`^${ben.username}`) }).click()
    await sees(a, 'Between us: hurry')

    expect([...faultsOfAda, ...faultsOfBen]).toEqual([])
  })
})
