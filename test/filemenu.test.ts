// What is done with chosen files in a real Chromium: moved by dialog, downloaded, dropped from the desktop.
import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { unpack } from './archives.ts'
import { hasChromium } from './browser.ts'
import { choose, patience, row, shows, useTree } from './filetree.ts'

const long = { timeout: 180_000 }

async function chooseBoth(page: Page, first: string, second: string) {
  await row(page, first).click()
  await row(page, second).click({ modifiers: ['Control'] })
}

describe.skipIf(!hasChromium)('chosen files', () => {
  const { prepare, textAt, enter } = useTree()

  test('are moved by dialog into a folder, back to the top, and nowhere else', long, async () => {
    const slug = await prepare({ 'a.txt': 'a', 'b.txt': 'b', 'src/in/c.txt': 'c' })
    const [{ page, faults }, others] = [await enter('ada', slug), await enter('bob', slug)]
    await row(page, 'a.txt').waitFor(patience)
    await chooseBoth(page, 'a.txt', 'b.txt')
    await choose(page, 'b.txt', 'Move to…')
    const dialog = page.getByRole('dialog', { name: 'Move 2 files' })
    await dialog.getByRole('textbox', { name: 'Folder' }).fill('nowhere')
    await dialog.getByRole('button', { name: 'Move' }).click()
    await dialog.getByText(/There is no folder nowhere/).waitFor(patience)
    await dialog.getByRole('textbox', { name: 'Folder' }).fill('in')
    await page.getByRole('option', { name: 'src/in', exact: true }).click(patience)
    await dialog.getByRole('button', { name: 'Move' }).click()
    await dialog.waitFor({ state: 'detached', ...patience })
    await expect.poll(() => textAt(slug, 'src/in/a.txt'), patience).toBe('a')
    const moved = ['src', '  in', '    a.txt', '    b.txt', '    c.txt']
    await shows(page, moved)
    await shows(others.page, moved)

    // A folder is not offered itself, nor what is in it.
    await choose(page, 'in', 'Move to…')
    const folder = page.getByRole('dialog', { name: 'Move in' })
    await folder.getByRole('textbox', { name: 'Folder' }).click()
    await expect
      .poll(() => page.getByRole('option').allInnerTexts(), patience)
      .toEqual(['/ (top of the project)'])
    await page.getByRole('option').click()
    await folder.getByRole('button', { name: 'Move' }).click()
    await shows(others.page, ['in', '  a.txt', '  b.txt', '  c.txt', 'src'])
    const notice = page.getByRole('alert').filter({ hasText: 'Moved in to the top' })
    await notice.getByRole('button', { name: 'Undo' }).click()
    await shows(others.page, moved)
    expect([...faults, ...others.faults]).toEqual([])
  })

  test('[F6] are downloaded as one zip', long, async () => {
    const slug = await prepare({ 'src/a.txt': 'a', 'src/in/b.txt': 'b', 'src/c.txt': 'c' })
    const { page, faults } = await enter('cyd', slug)
    await row(page, 'c.txt').waitFor(patience)
    await chooseBoth(page, 'c.txt', 'in')
    const [download] = await Promise.all([
      page.waitForEvent('download', patience),
      choose(page, 'c.txt', 'Download'),
    ])
    expect(download.suggestedFilename()).toBe('src.zip')
    expect(await unpack(await readFile(await download.path()))).toEqual({
      'c.txt': Buffer.from('c'),
      'in/': null,
      'in/b.txt': Buffer.from('b'),
    })
    expect(faults).toEqual([])
  })

  test('that are dropped from the desktop go into the folder below them', long, async () => {
    const slug = await prepare({ 'src/a.txt': 'a' })
    const { page, faults } = await enter('ada', slug)
    const { page: others } = await enter('bob', slug)
    const box = await row(page, 'src').boundingBox()
    const [x, y] = [(box?.x ?? 0) + 60, (box?.y ?? 0) + 10]
    const files = [import.meta.filename, new URL('filetree.ts', import.meta.url).pathname]
    const data = { items: [], files, dragOperationsMask: 1 }
    const mouse = await page.context().newCDPSession(page)
    for (const type of ['dragEnter', 'dragOver'] as const)
      await mouse.send('Input.dispatchDragEvent', { type, x, y, data })
    await page.locator('[data-target="true"]').first().waitFor(patience)
    await mouse.send('Input.dispatchDragEvent', { type: 'drop', x, y, data })
    await shows(others, ['src', '  a.txt', '  filemenu.test.ts', '  filetree.ts'])
    const dropped = await readFile(files[0]!, 'utf8')
    await expect.poll(() => textAt(slug, 'src/filemenu.test.ts'), patience).toBe(dropped)
    expect(faults).toEqual([])
  })
})
