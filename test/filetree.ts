// What tests do with the file tree in a page.
import type { Page } from 'playwright-core'
import { beforeAll, expect, onTestFinished } from 'vitest'
import type { ProjectFile } from '../server/files/schema.ts'
import { useWindows } from './browser.ts'
import { createProject, register, type Person } from './people.ts'

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

/** A project of two members and a guest, for each test, and windows of theirs. */
export function useTree() {
  const windows = useWindows()
  const people: { ada?: Person; bob?: Person; cyd?: Person } = {}
  beforeAll(async () => {
    for (const name of ['ada', 'bob', 'cyd'] as const)
      people[name] = await register(windows.url(), name)
  }, 120_000)
  const person = (name: keyof typeof people) => {
    const found = people[name]
    if (!found) throw new Error(`${name} is not registered yet`)
    return found
  }

  return {
    person,

    /** @param files their texts by path */
    async prepare(files: Record<string, string>) {
      const [ada, cyd] = [person('ada'), person('cyd')]
      const { slug } = await createProject(ada, [person('bob')])
      await ada.rest('POST', `/projects/${slug}/members`, { username: cyd.username, role: 'guest' })
      for (const [path, content] of Object.entries(files))
        await ada.rest('POST', `/projects/${slug}/files`, { path, content })
      return slug
    },

    async textAt(slug: string, path: string) {
      const ada = person('ada')
      const files = (await ada.rest('GET', `/projects/${slug}/files?limit=1000`)).data
      const id = (files as ProjectFile[]).find((file) => file.path === path)?.id
      const file = (await ada.rest('GET', `/projects/${slug}/files/${id}`)).data
      return (file as { content?: string } | undefined)?.content
    },

    async enter(name: keyof typeof people, slug: string) {
      const { email, password } = person(name)
      const window = await windows.open()
      onTestFinished(() => window.context.close())
      const { page } = window
      await page.goto('/login')
      await page.getByLabel(/Email/).fill(email)
      await page.getByLabel('Password', { exact: true }).fill(password)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.waitForURL('**/projects*', patience)
      await page.goto(`/p/${slug}`)
      await page.getByRole('button', { name: 'Search in files' }).waitFor(patience)
      return window
    },
  }
}
