// One browser, two people after each other: whoever signs out leaves nothing of theirs in the page.
import { describe, expect, test } from 'vitest'
import { hasChromium, useWindows } from './browser.ts'
import { createProject, register, type Person } from './people.ts'

const patience = { timeout: 30_000 }

describe.skipIf(!hasChromium)('signing out', () => {
  const windows = useWindows()

  test('leaves no files and no undo to whoever comes next', { timeout: 120_000 }, async () => {
    const [ada, bob] = [await register(windows.url(), 'ada'), await register(windows.url(), 'bob')]
    const { slug } = await createProject(ada, [bob])
    await ada.rest('POST', `/projects/${slug}/files`, { path: 'notes.txt', content: 'notes' })
    const { page } = await windows.open()
    const signIn = async ({ email, password }: Person) => {
      await page.getByLabel(/Email/).fill(email, patience)
      await page.getByLabel('Password', { exact: true }).fill(password)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.locator(`a[href="/p/${slug}"]`).first().click(patience)
    }
    const row = (name: string) => page.getByRole('treeitem', { name, exact: true })
    await page.goto('/login')
    await signIn(ada)
    await row('notes.txt').click({ button: 'right', ...patience })
    await page.getByRole('menuitem', { name: 'Rename' }).click()
    await page.getByLabel('New name').fill('plan.txt')
    await page.keyboard.press('Enter')
    await row('plan.txt').waitFor(patience)

    await page.getByRole('button', { name: 'Account menu' }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.getByRole('button', { name: 'Sign in' }).waitFor(patience)
    // What is remembered is written a second after it changed.
    await page.waitForTimeout(1_500)
    const remembered = () =>
      Object.keys(localStorage).filter((key) => key.startsWith('openlaunch.remembered.'))
    expect(await page.evaluate(remembered)).toEqual([])

    await signIn(bob)
    await row('plan.txt').waitFor(patience)
    await page.getByRole('tree', { name: 'Files' }).press('Control+z')
    await page.getByText('There is nothing to undo').waitFor(patience)
    await row('plan.txt').waitFor(patience)
  })
})
