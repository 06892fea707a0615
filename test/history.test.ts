// Two people in two windows of a real Chromium: what they wrote is told apart, and an older text comes back for both.
import { describe, expect, test } from 'vitest'
import type { ProjectFile } from '../server/files/schema.ts'
import { hasChromium, useWindows } from './browser.ts'
import { createProject, register, type Person } from './people.ts'

const patience = { timeout: 30_000 }

describe.skipIf(!hasChromium)('history in the page', () => {
  const windows = useWindows()

  async function openAs(person: Person, address: string) {
    const window = await windows.open()
    const { page } = window
    await page.goto('/login')
    await page.getByLabel('Email').fill(person.email)
    await page.getByLabel('Password', { exact: true }).fill(person.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL('**/projects', patience)
    await page.goto(address)
    return window
  }

  test(
    'both authors are told apart, and a restore reaches the other’s open editor',
    { timeout: 180_000 },
    async () => {
      const [ada, bob] = [
        await register(windows.url(), 'ada'),
        await register(windows.url(), 'bob'),
      ]
      const { slug } = await createProject(ada, [bob])
      const draft = { path: 'poem.txt', content: 'roses are red\n' }
      const made = await ada.rest('POST', `/projects/${slug}/files`, draft)
      const { id } = made.data as ProjectFile
      const address = `/p/${slug}/files/${id}`
      const [one, two] = await Promise.all([openAs(ada, address), openAs(bob, address)])
      const type = async ({ page }: typeof one, text: string) => {
        await page.locator('.cm-content').click(patience)
        await page.keyboard.press('Control+End')
        await page.keyboard.type(text)
        await page.getByRole('status').getByText('Saved', { exact: true }).waitFor(patience)
      }
      await type(one, 'violets are blue\n')
      await type(two, 'sugar is sweet\n')

      await one.page.getByRole('link', { name: 'History' }).click()
      await one.page.getByRole('button', { name: 'Name', exact: true }).click(patience)
      await one.page.getByLabel('Name', { exact: true }).fill('the good one')
      await one.page.getByRole('button', { name: 'Save name' }).click()
      await one.page.getByRole('button', { name: /the good one/ }).click(patience)
      const changes = one.page.getByRole('table', { name: 'Changes' })
      const part = (text: string, who: Person) =>
        changes.locator(`[title="Written by ${who.username}"]`, { hasText: text }).first()
      await part('violets are blue', ada).waitFor(patience)
      await part('sugar is sweet', bob).waitFor(patience)

      await two.page.locator('.cm-content').click()
      await two.page.keyboard.press('Control+A')
      await two.page.keyboard.type('all is lost')
      await two.page.getByRole('status').getByText('Saved', { exact: true }).waitFor(patience)
      await one.page.getByRole('button', { name: 'Restore', exact: true }).click()
      await one.page.getByRole('button', { name: 'Restore version' }).click(patience)
      const text = () => two.page.locator('.cm-content').innerText()
      await expect.poll(text, patience).toContain('roses are red\nviolets are blue\nsugar is sweet')
      expect(await text()).not.toContain('all is lost')
      await one.page.getByText('Kept before a restore').first().waitFor(patience)

      // A version that the list leaves out is not taken for the text as it is now.
      const shown = one.page.getByRole('region', { name: 'Version', exact: true })
      await one.page.getByText('Named', { exact: true }).click()
      await one.page.getByRole('button', { name: /the good one/ }).click(patience)
      await one.page.getByRole('button', { name: 'Unname' }).click(patience)
      await one.page.getByText('No version has a name yet').waitFor(patience)
      await shown.getByRole('button', { name: 'Restore', exact: true }).waitFor(patience)
      expect(await shown.getByRole('strong').innerText()).not.toContain('Now')

      // The list hears of a session that ended; a page that was loaded anew does not keep the file open.
      await one.page.reload()
      await shown.getByText('Who wrote what').waitFor(patience)
      const rows = one.page.getByRole('region', { name: 'Versions' }).locator('[data-version]')
      await one.page.getByText('All versions', { exact: true }).click()
      await one.page.getByText('Kept before a restore').first().waitFor(patience)
      const before = await rows.count()
      await type(two, 'and so on\n')
      await two.page.close()
      await expect.poll(() => rows.count(), patience).toBe(before + 1)
      expect([...one.faults, ...two.faults]).toEqual([])
    },
  )

  test('a slow answer is shown while somebody goes on typing', { timeout: 120_000 }, async () => {
    const ada = await register(windows.url(), 'ada')
    const { slug } = await createProject(ada)
    const draft = { path: 'poem.txt', content: 'roses are red\n' }
    const made = await ada.rest('POST', `/projects/${slug}/files`, draft)
    const address = `/p/${slug}/files/${(made.data as ProjectFile).id}`
    const editor = await openAs(ada, address)
    await editor.page.locator('.cm-content').click(patience)
    const { page, faults } = await openAs(ada, `${address}/history`)
    await page.route('**/diff/current*', async (route) => {
      await page.waitForTimeout(2_500)
      await route.continue()
    })
    const changes = page.getByRole('table', { name: 'Changes' })
    let waits = true
    const seen = changes
      .getByText('and on')
      .first()
      .waitFor(patience)
      .finally(() => (waits = false))
    await editor.page.keyboard.press('Control+End')
    while (waits) {
      await editor.page.keyboard.type('and on\n')
      await editor.page.waitForTimeout(400)
    }
    await seen
    await page.unrouteAll({ behavior: 'ignoreErrors' })
    expect(faults).toEqual([])
  })
})
