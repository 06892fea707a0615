// Uploads in a real Chromium: whole folders, what goes well and leaves, what fails and stays.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { hasChromium, useWindows } from './browser.ts'
import { more, patience, picture, row, shows, text, upload } from './filetree.ts'
import { createProject, register } from './people.ts'

const long = { timeout: 90_000 }

describe.skipIf(!hasChromium)('uploads', () => {
  const windows = useWindows()

  async function enter() {
    const ada = await register(windows.url(), 'ada')
    const { slug } = await createProject(ada)
    const { page, context } = await windows.open()
    onTestFinished(() => context.close())
    await page.goto('/login')
    await page.getByLabel('Email').fill(ada.email)
    await page.getByLabel('Password', { exact: true }).fill(ada.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL('**/projects', patience)
    await page.goto(`/p/${slug}`)
    await page.getByRole('button', { name: 'More for files' }).waitFor(patience)
    return { page, ada, slug }
  }
  const tray = (page: Page) => page.getByRole('region', { name: 'Uploads' })

  test('a folder comes with all that is in it, and the tray goes by itself', long, async () => {
    const { page } = await enter()
    const dir = mkdtempSync(path.join(os.tmpdir(), 'openlaunch-upload-'))
    onTestFinished(() => rmSync(dir, { recursive: true }))
    const rocket = path.join(dir, 'rocket')
    mkdirSync(path.join(rocket, 'engine'), { recursive: true })
    writeFileSync(path.join(rocket, 'plan.txt'), 'to the moon')
    writeFileSync(path.join(rocket, 'engine', 'main.ts'), 'ignite()')
    writeFileSync(path.join(rocket, 'engine', 'dot.png'), picture)
    writeFileSync(path.join(rocket, '.DS_Store'), 'litter')
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser', patience),
      more(page, 'Upload a folder'),
    ])
    await chooser.setFiles(rocket)
    await tray(page).getByText('3 uploaded').waitFor(patience)
    await shows(page, ['rocket', '  engine', '    dot.png', '    main.ts', '  plan.txt'])
    await tray(page).waitFor({ state: 'detached', ...patience })
    await row(page, 'main.ts').click()
    await page.locator('.cm-content').getByText('ignite()').waitFor(patience)
    expect(await tray(page).count()).toBe(0)
  })

  test('what fails stays with its reason, until it works or is dismissed', long, async () => {
    const { page } = await enter()
    await page.route('**/files/upload?*', (route) => route.abort(), { times: 1 })
    await upload(page, 'Upload files', [text('one.txt', 'one')])
    await tray(page).getByText('1 of 1 not uploaded').waitFor(patience)
    await tray(page).getByText('The upload broke off').waitFor(patience)
    // What goes well beside it leaves it there.
    await upload(page, 'Upload files', [text('two.txt', 'two')])
    await row(page, 'two.txt').waitFor(patience)
    await tray(page).getByRole('button', { name: 'Try one.txt again' }).click()
    await tray(page).waitFor({ state: 'detached', ...patience })
    await shows(page, ['one.txt', 'two.txt'])
    expect(await tray(page).count()).toBe(0)
  })

  test('an upload whose token is not taken any more goes on with a new one', long, async () => {
    const { page } = await enter()
    let attempts = 0
    await page.route('**/files/upload?*', (route) => {
      attempts += 1
      const headers = { ...route.request().headers(), authorization: 'Bearer expired' }
      return attempts === 1 ? route.continue({ headers }) : route.continue()
    })
    const renewed = page.waitForRequest('**/auth/refresh', patience)
    await upload(page, 'Upload files', [text('one.txt', 'one')])
    await row(page, 'one.txt').waitFor(patience)
    await renewed
    expect(attempts).toBe(2)
  })
})
