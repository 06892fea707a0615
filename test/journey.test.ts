// Two people, two windows of a real Chromium, one server process: they meet, talk, write and call. And a program
// that works beside them over REST.
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ProjectFile } from '../server/files/schema.ts'
import type { SignedIn } from '../server/accounts/schema.ts'
import { framesShown, hasChromium, launchChromium, openWindow } from './browser.ts'
import { at } from './people.ts'
import { spawnServer, type ServerProcess } from './server.ts'

const password = 'correct horse battery'
/** Generous: two windows and two video encoders share the machine with other tests. */
const patience = { timeout: 30_000 }

async function register(page: Page, username: string) {
  await page.getByLabel('Email').fill(`${username}@example.com`)
  await page.getByLabel('Username').fill(username)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Create account' }).click()
}

const messages = (page: Page) => page.getByRole('log', { name: 'Messages' })
const say = async (page: Page, text: string) => {
  await page.getByLabel('Message', { exact: true }).fill(text)
  await page.getByLabel('Message', { exact: true }).press('Enter')
}
const sees = (page: Page, text: string | RegExp) =>
  page
    .getByText(text)
    .first()
    .waitFor({ state: 'visible', ...patience })

/** The text of the open editor, without the others' cursors and their names. */
const editorText = (page: Page) =>
  page.locator('.cm-content').evaluate((content) => {
    const copy = content.cloneNode(true) as Element
    for (const caret of copy.querySelectorAll('.cm-ySelectionCaret')) caret.remove()
    return [...copy.querySelectorAll('.cm-line')].map((line) => line.textContent).join('\n')
  })

describe.skipIf(!hasChromium)('the journey', () => {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'openlaunch-journey-'))
  let server: ServerProcess
  let browser: Browser
  let ada: Awaited<ReturnType<typeof openWindow>>
  let bob: Awaited<ReturnType<typeof openWindow>>
  beforeAll(async () => {
    server = await spawnServer({
      PORT: '0',
      DATA_DIR: dataDir,
      MEDIA_PORT_MIN: '22000',
      MEDIA_PORT_MAX: '22020',
    })
    browser = await launchChromium()
    ada = await openWindow(browser, server.url)
    bob = await openWindow(browser, server.url)
  })
  afterAll(async () => {
    await browser.close()
    await server.kill('SIGTERM')
    rmSync(dataDir, { recursive: true })
  })

  test('two people pair, talk and meet in one room', { timeout: 240_000 }, async () => {
    // Ada registers, creates a project, and makes an invite link.
    await ada.page.goto('/register')
    await register(ada.page, 'ada')
    await ada.page.getByRole('button', { name: 'New project' }).first().click()
    await ada.page.getByLabel('Name').fill('Moonshot')
    await ada.page.getByRole('button', { name: 'Create project' }).click()
    await ada.page.waitForURL('**/p/moonshot')
    await ada.page.getByRole('tab', { name: /People/ }).click()
    await ada.page.getByRole('button', { name: 'Invite people' }).click()
    await ada.page.getByRole('button', { name: 'Create invite link' }).click()
    const link = await ada.page.getByLabel('Invite link').inputValue()
    await ada.page.keyboard.press('Escape')

    // Bob follows it, registers on the way, and is in the room. Each sees the other.
    await bob.page.goto(link)
    await bob.page.getByRole('link', { name: 'Create account' }).click()
    await register(bob.page, 'bob')
    await bob.page.getByRole('button', { name: 'Accept invitation' }).click()
    await bob.page.waitForURL('**/p/moonshot')
    await bob.page.getByRole('tab', { name: /People/ }).click()
    for (const { page } of [ada, bob]) {
      const people = page.getByRole('complementary', { name: 'Chat and people' })
      await people.getByText('In the room').waitFor(patience)
      await people.getByText(/@ada · Maintainer, online/).waitFor(patience)
      await people.getByText(/@bob · Contributor, online/).waitFor(patience)
    }

    // They chat: typing, order, the unread marker, history after a reload.
    await ada.page.getByRole('tab', { name: /Chat/ }).click()
    await ada.page.getByLabel('Message', { exact: true }).pressSequentially('Hel')
    await say(ada.page, 'Hello Bob')
    await bob.page.getByLabel('1 unread').first().waitFor(patience)
    await bob.page.getByRole('tab', { name: /Chat/ }).click()
    await sees(bob.page, 'Hello Bob')
    await bob.page.getByLabel('Message', { exact: true }).pressSequentially('Hi A')
    await sees(ada.page, /bob is writing/)
    await say(bob.page, 'Hi Ada')
    await sees(ada.page, 'Hi Ada')
    for (let n = 1; n <= 5; n++) {
      await say(ada.page, `from ada ${n}`)
      await say(bob.page, `from bob ${n}`)
    }
    await bob.page.reload()
    const lines = (page: Page) =>
      messages(page)
        .getByText(/^(Hello Bob|Hi Ada|from (ada|bob) \d)$/)
        .allInnerTexts()
    await expect.poll(() => lines(ada.page), patience).toHaveLength(12)
    await expect.poll(() => lines(bob.page), patience).toEqual(await lines(ada.page))
    const inOrder = await lines(bob.page)
    for (const name of ['ada', 'bob']) {
      const own = inOrder.filter((line) => line.startsWith(`from ${name}`))
      expect(own).toEqual([1, 2, 3, 4, 5].map((n) => `from ${name} ${n}`))
    }

    // They write the same file at the same time.
    await ada.page.getByRole('button', { name: 'New file' }).first().click()
    await ada.page.getByLabel('File path').fill('src/main.ts')
    await ada.page.getByLabel('File path').press('Enter')
    await bob.page.getByRole('treeitem', { name: 'main.ts' }).click()
    for (const { page } of [ada, bob]) await page.locator('.cm-content').click(patience)
    const [byAda, byBob] = ['const a = 1 // Ada was here;', 'let b = 2 // and Bob too;']
    await Promise.all([
      ada.page.keyboard.type(byAda, { delay: 20 }),
      bob.page.keyboard.type(byBob, { delay: 20 }),
    ])
    const sorted = (text: string) => text.replaceAll(/\s/g, '').split('').sort().join('')
    await expect.poll(() => editorText(ada.page).then(sorted), patience).toBe(sorted(byAda + byBob))
    await expect.poll(() => editorText(bob.page), patience).toBe(await editorText(ada.page))
    await expect
      .poll(() => ada.page.locator('.cm-ySelectionInfo').allTextContents(), patience)
      .toContain('bob')
    await expect
      .poll(() => bob.page.locator('.cm-ySelectionInfo').allTextContents(), patience)
      .toContain('ada')
    for (const { page } of [ada, bob]) {
      await page.getByRole('status').getByText('Saved', { exact: true }).waitFor(patience)
    }

    // They call: both see and hear each other, Ada shares her screen, Bob mutes and leaves.
    await ada.page
      .getByRole('button', { name: /^Join call/ })
      .first()
      .click()
    await ada.page.getByRole('button', { name: 'Join now' }).click(patience)
    await ada.page.getByRole('button', { name: 'Leave call' }).waitFor(patience)
    await bob.page
      .getByRole('button', { name: /^Join call, 1 person/ })
      .first()
      .click()
    await bob.page.getByRole('button', { name: 'Join now' }).click(patience)
    const others = '[data-self="false"] video[data-source="camera"]'
    for (const { page } of [ada, bob]) {
      await expect.poll(() => framesShown(page, others), patience).toBeGreaterThan(10)
    }
    await ada.page.getByRole('button', { name: 'Share screen' }).click()
    await expect
      .poll(() => framesShown(bob.page, 'video[data-source="screen"]'), patience)
      .toBeGreaterThan(0)
    await bob.page.getByRole('button', { name: 'Mute microphone' }).click()
    await ada.page.getByRole('figure', { name: 'bob, muted' }).waitFor(patience)
    await bob.page.getByRole('button', { name: 'Leave call' }).click()
    await ada.page.locator(others).waitFor({ state: 'detached', ...patience })
    await ada.page.getByRole('button', { name: 'Leave call' }).click()

    // A program registers over REST, Ada adds it by name, and both see what it does.
    const { url } = server
    const robot = { email: 'robot@example.com', username: 'robot', password }
    await at({ token: '' }, url).rest('POST', '/auth/register', robot)
    const login = await at({ token: '' }, url).rest('POST', '/auth/login', robot)
    const program = at(login.data as SignedIn, url)
    await ada.page.getByRole('button', { name: 'Invite', exact: true }).click()
    await ada.page.getByRole('combobox', { name: 'Username' }).fill('robot')
    await ada.page.getByRole('button', { name: 'Add', exact: true }).click()
    await sees(ada.page, /robot is in Moonshot now/)
    await ada.page.keyboard.press('Escape')
    await program.rest('POST', '/projects/moonshot/issues', { title: 'Carry overflows' })
    for (const { page } of [ada, bob]) await sees(page, /opened issue #1/)
    await bob.page
      .getByRole('link', { name: /Issues/ })
      .first()
      .click()
    await bob.page.getByRole('list', { name: 'Issues' }).getByText('Carry overflows').click()
    await program.rest('PATCH', '/projects/moonshot/issues/1', { status: 'in_progress' })
    await program.rest('POST', '/projects/moonshot/issues/1/comments', { content: 'On it' })
    await sees(bob.page, 'On it')
    await expect
      .poll(() => bob.page.getByRole('combobox', { name: 'Status' }).inputValue(), patience)
      .toMatch(/in progress/i)
    const files = await program.rest('GET', '/projects/moonshot/files')
    const file = (files.data as ProjectFile[]).find(({ kind }) => kind === 'text')
    const content = await program.rest('GET', `/projects/moonshot/files/${file?.id}`)
    expect(sorted((content.data as { content: string }).content)).toBe(sorted(byAda + byBob))

    expect([...ada.faults, ...bob.faults]).toEqual([])
  })
})
