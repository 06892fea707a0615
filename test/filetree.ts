// What tests do with the file tree in a page.
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

/** Generous: the windows share the machine with other tests. */
export const patience = { timeout: 30_000 }

export const row = (page: Page, name: string) => page.getByRole('treeitem', { name, exact: true })
export const gone = (page: Page, name: string) =>
  row(page, name).waitFor({ state: 'detached', ...patience })
/** All rows, with how deep they stand. */
export const shows = async (page: Page, rows: string[]) => {
  const read = () =>
    page
      .getByRole('treeitem')
      .evaluateAll((items) =>
        items
          .toSorted((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
          .map(
            (item) =>
              '  '.repeat(Number(item.getAttribute('aria-level')) - 1) +
              item.getAttribute('aria-label'),
          ),
      )
  await expect.poll(read, patience).toEqual(rows)
}
export async function choose(page: Page, name: string, action: string) {
  await row(page, name).click({ button: 'right' })
  await page.getByRole('menuitem', { name: action }).click()
}
export async function more(page: Page, action: string) {
  await page.getByRole('button', { name: 'More for files' }).click()
  await page.getByRole('menuitem', { name: action }).click()
}
interface Chosen {
  name: string
  mimeType: string
  buffer: Buffer
}
export async function upload(page: Page, action: string, files: Chosen[]) {
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser', patience),
    more(page, action),
  ])
  await chooser.setFiles(files)
}
export const text = (name: string, content: string): Chosen => ({
  name,
  mimeType: 'text/plain',
  buffer: Buffer.from(content),
})
/** One pixel */
export const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
