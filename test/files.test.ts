// The file tree in a real Chromium: two members who change it at the same time, a guest who only looks, and a phone.
import { describe, expect, test } from 'vitest'
import { pack } from './archives.ts'
import { hasChromium } from './browser.ts'
import {
  choose,
  gone,
  more,
  patience,
  picture,
  row,
  shows,
  text,
  upload,
  useTree,
} from './filetree.ts'

const long = { timeout: 180_000 }

describe.skipIf(!hasChromium)('the file tree', () => {
  const { person, prepare, textAt, enter } = useTree()

  test('what one makes, renames, moves and deletes, the other sees', long, async () => {
    const slug = await prepare({ 'src/a.ts': 'const a = 1', 'notes.txt': 'notes' })
    const [a, b] = [await enter('ada', slug), await enter('bob', slug)]
    await shows(a.page, ['src', '  a.ts', 'notes.txt'])

    await a.page.getByRole('button', { name: 'New folder' }).click()
    await a.page.getByLabel('Folder path').fill('lib')
    await a.page.keyboard.press('Enter')
    await row(b.page, 'lib').waitFor(patience)
    await choose(a.page, 'lib', 'New file here')
    await a.page.getByLabel('File path').fill('b.ts')
    await a.page.keyboard.press('Enter')
    await shows(b.page, ['lib', '  b.ts', 'src', '  a.ts', 'notes.txt'])
    await a.page.locator('.cm-content').waitFor(patience)
    await expect
      .poll(() => row(b.page, 'b.ts').getAttribute('aria-description'), patience)
      .toBe(`${person('ada').user.displayName} is here`)

    // Escape names nothing.
    await row(a.page, 'notes.txt').focus()
    await choose(a.page, 'notes.txt', 'Rename')
    await a.page.getByLabel('New name').fill('escaped.txt')
    await a.page.keyboard.press('Escape')
    await a.page.getByRole('button', { name: 'New folder' }).click()
    await a.page.getByLabel('Folder path').fill('escaped')
    await a.page.keyboard.press('Escape')

    // A name that is taken is told under the field, and another one is taken.
    await row(a.page, 'notes.txt').focus()
    await choose(a.page, 'notes.txt', 'Rename')
    await a.page.getByLabel('New name').fill('src')
    await a.page.getByRole('alert').getByText('src is already here').waitFor(patience)
    await a.page.getByLabel('New name').fill('plan.txt')
    await a.page.keyboard.press('Enter')
    await row(b.page, 'plan.txt').waitFor(patience)

    await row(b.page, 'plan.txt').dragTo(row(b.page, 'src'))
    await shows(a.page, ['lib', '  b.ts', 'src', '  a.ts', '  plan.txt'])

    // Renaming a folder leaves what is open in it open.
    await choose(b.page, 'lib', 'Rename')
    await b.page.getByLabel('New name').fill('core')
    await b.page.keyboard.press('Enter')
    await shows(a.page, ['core', '  b.ts', 'src', '  a.ts', '  plan.txt'])
    await a.page.locator('.cm-content').click()
    await a.page.keyboard.type('still here')
    await expect.poll(() => textAt(slug, 'core/b.ts'), patience).toBe('still here')

    await choose(b.page, 'src', 'Delete')
    await shows(a.page, ['core', '  b.ts'])
    await b.page.getByRole('button', { name: 'Undo' }).last().click()
    await shows(a.page, ['core', '  b.ts', 'src', '  a.ts', '  plan.txt'])
    await choose(b.page, 'src', 'Delete')
    await gone(a.page, 'src')
    await more(a.page, 'Trash')
    await a.page.getByRole('button', { name: 'Restore src', exact: true }).click(patience)
    await shows(b.page, ['core', '  b.ts', 'src', '  a.ts', '  plan.txt'])
    expect([...a.faults, ...b.faults]).toEqual([])
  })

  test('files come by upload and zip, and go as a zip', long, async () => {
    const slug = await prepare({ 'notes.txt': 'before' })
    const { page, faults } = await enter('ada', slug)
    const { page: others } = await enter('bob', slug)
    await row(page, 'notes.txt').waitFor(patience)
    await upload(page, 'Upload files', [
      { name: 'dot.png', mimeType: 'image/png', buffer: picture },
      text('new.txt', 'new'),
    ])
    await shows(others, ['dot.png', 'new.txt', 'notes.txt'])
    await row(others, 'dot.png').click()
    await others.getByText(/1 × 1 · image\/png/).waitFor(patience)
    expect(await textAt(slug, 'new.txt')).toBe('new')

    const question = page.getByRole('dialog', { name: 'It is there already' })
    await upload(page, 'Upload files', [text('notes.txt', 'after')])
    await question.getByRole('button', { name: 'Keep both' }).click()
    await row(others, 'notes (2).txt').waitFor(patience)
    expect(await textAt(slug, 'notes.txt')).toBe('before')
    await upload(page, 'Upload files', [text('notes.txt', 'after')])
    await question.getByRole('button', { name: 'Replace' }).click()
    await expect.poll(() => textAt(slug, 'notes.txt'), patience).toBe('after')
    const again = ['notes.txt', 'notes (2).txt', 'new.txt']
    const files = again.map((name) => text(name, 'again'))
    await upload(page, 'Upload files', files)
    await question.getByLabel('Do the same for all').check(patience)
    await question.getByRole('button', { name: 'Replace' }).click()
    for (const path of again) await expect.poll(() => textAt(slug, path), patience).toBe('again')

    // Also while the search stands in the place of the tree.
    await page.getByRole('button', { name: 'More for files' }).click()
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser', patience),
      page.getByRole('menuitem', { name: 'Upload files' }).click(),
    ])
    await page.getByRole('button', { name: 'Search in files' }).click()
    await chooser.setFiles([text('notes.txt', 'searched')])
    await question.getByRole('button', { name: 'Replace' }).click(patience)
    await expect.poll(() => textAt(slug, 'notes.txt'), patience).toBe('searched')
    await page.getByRole('button', { name: 'Close search' }).click()

    const zip = await pack([
      ['in/one.txt', 'one'],
      ['in/two.txt', 'two'],
    ])
    const archive = { name: 'in.zip', mimeType: 'application/zip', buffer: zip }
    await upload(page, 'Import a zip', [archive])
    await page.getByText(/2 files created/).waitFor(patience)
    await row(others, 'two.txt').waitFor(patience)
    const [download] = await Promise.all([
      page.waitForEvent('download', patience),
      choose(page, 'in', 'Download as zip'),
    ])
    expect(download.suggestedFilename()).toBe('in.zip')
    expect(faults).toEqual([])
  })

  test(
    'a file that is dropped beside the tree does not take the place of the page',
    long,
    async () => {
      const slug = await prepare({ 'notes.txt': 'notes' })
      const { page } = await enter('ada', slug)
      await row(page, 'notes.txt').waitFor(patience)
      const mouse = await page.context().newCDPSession(page)
      const drop = async (x: number, y: number) => {
        const data = { items: [], files: [import.meta.filename], dragOperationsMask: 1 }
        for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
          await mouse.send('Input.dispatchDragEvent', { type, x, y, data })
      }
      await drop(640, 30)
      const box = await row(page, 'notes.txt').boundingBox()
      await drop((box?.x ?? 0) + 60, (box?.y ?? 0) + 10)
      await row(page, 'files.test.ts').waitFor(patience)
      expect(new URL(page.url()).pathname).toBe(`/p/${slug}`)
      expect(page.context().pages()).toHaveLength(1)
    },
  )

  test('files are found by name, by line and by what is in them', long, async () => {
    const slug = await prepare({ 'src/main.ts': 'one\ntwo 22\nthree\n', 'b.txt': 'two x' })
    const { page } = await enter('ada', slug)
    await row(page, 'main.ts').waitFor(patience)
    await page.keyboard.press('Control+p')
    await page.getByRole('combobox', { name: 'Go to file' }).fill('smain:3')
    await page.getByRole('option', { name: 'src/main.ts' }).waitFor(patience)
    await page.keyboard.press('Enter')
    await page.waitForURL(/lines=3$/, patience)
    await page.locator('.cm-activeLine', { hasText: 'three' }).waitFor(patience)

    await page.keyboard.press('Control+Shift+f')
    const search = page.getByRole('search', { name: 'Search in files' })
    await search.getByLabel('Search for').fill('two')
    await search.getByText('2 lines in 2 files').waitFor(patience)
    await search.getByRole('button', { name: 'Regular expression' }).click()
    await search.getByLabel('Search for').fill('two [0-9]+')
    await search.getByText('1 line in 1 file').waitFor(patience)
    await search.getByRole('link', { name: /two 22/ }).click()
    await page.waitForURL(/lines=2$/, patience)
    const active = page.locator('.cm-activeLine')
    await active.getByText('two 22').waitFor(patience)
    await page.locator('.cm-line', { hasText: 'one' }).click()
    await active.getByText('one').waitFor(patience)
    await search.getByRole('link', { name: /two 22/ }).click()
    await active.getByText('two 22').waitFor(patience)
    await search.getByLabel('Search for').fill('two [')
    await expect
      .poll(() => search.getByLabel('Search for').getAttribute('aria-invalid'), patience)
      .toBe('true')
    await search.getByText('Not a regular expression: missing closing ]').waitFor(patience)
    await search.getByRole('button', { name: 'Close search' }).click()
    await row(page, 'main.ts').waitFor(patience)
  })

  test('a guest is offered nothing that changes files', long, async () => {
    const slug = await prepare({ 'notes.txt': 'notes' })
    const { page } = await enter('cyd', slug)
    await row(page, 'notes.txt').click({ button: 'right' })
    const items = page.getByRole('menuitem')
    await expect
      .poll(() => items.allInnerTexts(), patience)
      .toEqual(['Open', 'Copy path', 'Download'])
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'More for files' }).click()
    await expect
      .poll(() => items.allInnerTexts(), patience)
      .toEqual(['Go to file…', 'Expand all', 'Download project'])
    expect(await page.getByRole('button', { name: /^New/ }).count()).toBe(0)
    await page.keyboard.press('Escape')

    // The commands of Emacs do not ask whether one may.
    await row(page, 'notes.txt').click()
    await page.getByRole('button', { name: 'Editor settings' }).click(patience)
    await page.getByText('Emacs', { exact: true }).click()
    await page.keyboard.press('Escape')
    const editor = page.locator('.cm-content')
    await editor.click()
    await page.keyboard.press('Control+a')
    await page.keyboard.press('Control+k')
    await page.keyboard.press('Control+f')
    expect(await editor.textContent()).toBe('notes')
    await page.getByRole('status').filter({ hasText: 'Read-only' }).waitFor(patience)
  })

  test('on a phone a long press asks what to do', long, async () => {
    const slug = await prepare({ 'notes.txt': 'notes' })
    const { page } = await enter('ada', slug)
    await page.setViewportSize({ width: 390, height: 844 })
    await page
      .getByRole('tab', { name: 'Files' })
      .or(page.getByRole('button', { name: 'Files', exact: true }))
      .first()
      .click(patience)
    await row(page, 'notes.txt').waitFor(patience)
    const box = await row(page, 'notes.txt').boundingBox()
    const touchPoints = [{ x: (box?.x ?? 0) + 60, y: (box?.y ?? 0) + 10 }]
    const finger = await page.context().newCDPSession(page)
    await finger.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints })
    await page.getByRole('menuitem', { name: 'Rename' }).waitFor(patience)
    await finger.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
    await page.getByRole('menuitem', { name: 'Rename' }).click()
    await page.getByLabel('New name').fill('plan.txt')
    await page.keyboard.press('Enter')
    await expect.poll(() => textAt(slug, 'plan.txt'), patience).toBe('notes')
  })
})
