// A real Chromium that comes back after more than a lost connection: its sign-in is over, two of its tabs wrote, or its
// storage is full. Nothing that was written is lost, or there twice.
import type { Page } from 'playwright-core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { editor, isReady, patience, shows, status, type, useAway } from './away.ts'
import { hasChromium } from './browser.ts'
import { at } from './people.ts'

const long = { timeout: 180_000 }
const keptHere = 'Your changes are kept in this browser'

/** Tabs that have edits in this browser which the server did not confirm. */
const marks = (page: Page, fileId: string) =>
  page.evaluate(async (id) => {
    const all = await indexedDB.databases()
    const name = all.map((each) => each.name ?? '').find((each) => each.endsWith(`:${id}`)) ?? ''
    const opening = indexedDB.open(name)
    await new Promise((resolve) => opening.addEventListener('success', resolve))
    const asking = opening.result.transaction('custom').objectStore('custom').getAllKeys()
    await new Promise((resolve) => asking.addEventListener('success', resolve))
    opening.result.close()
    return asking.result.map(String).filter((key) => key.startsWith('edits:'))
  }, fileId)

/** Whether the browser has no room for a few bytes more. */
const isFull = (page: Page) =>
  page.evaluate(async () => {
    const opening = indexedDB.open('scratch')
    opening.addEventListener('upgradeneeded', () =>
      opening.result.createObjectStore('bytes', { autoIncrement: true }),
    )
    await new Promise((resolve) => opening.addEventListener('success', resolve))
    const transaction = opening.result.transaction('bytes', 'readwrite')
    transaction.objectStore('bytes').add(new Uint8Array(10))
    const full = await new Promise<boolean>((resolve) => {
      transaction.addEventListener('complete', () => resolve(false))
      transaction.addEventListener('abort', () => resolve(true))
    })
    opening.result.close()
    return full
  })

/** Notes the newest access token that the page uses. */
function watchToken(page: Page) {
  let token = ''
  page.on('request', (request) => {
    token = /^Bearer (.+)$/.exec(request.headers()['authorization'] ?? '')?.[1] ?? token
  })
  return () => token
}

describe.skipIf(!hasChromium)('coming back', () => {
  const { url, leave, restart, person, address, open, file, openFile, textOf, openAndLeave } =
    useAway()
  /** For the rest of the test */
  async function restartWith(settings: NodeJS.ProcessEnv) {
    onTestFinished(async () => {
      await leave()
      await restart()
    })
    await restart(settings)
  }
  const isTaken = async (token: string) =>
    (await at({ token }, url()).rest('GET', '/users/me')).status === 200

  test('[L1] edits arrive when the access token ran out meanwhile', long, async () => {
    const shared = await file('expired.txt', 'start')
    await leave()
    await restartWith({ JWT_EXPIRES_IN: '5s' })
    const { page, context } = await open('ada')
    const token = watchToken(page)
    await openFile(page, shared)
    await isReady(page)
    const before = token()
    await context.setOffline(true)
    await status(page, 'Offline')
    await type(page, ' away')
    await status(page, keptHere)
    await expect.poll(() => isTaken(before), patience).toBe(false)
    await context.setOffline(false)
    await status(page, /Saved/)
    await expect.poll(() => textOf(shared), patience).toBe('start away')

    // The same after a reload, which hands the token over.
    await context.setOffline(true)
    await status(page, 'Offline')
    const last = token()
    await page.reload()
    await shows(page, 'start away')
    await type(page, ' again')
    await status(page, keptHere)
    await expect.poll(() => isTaken(last), patience).toBe(false)
    await context.setOffline(false)
    await status(page, /Saved/)
    await expect.poll(() => textOf(shared), patience).toBe('start away again')
  })

  test('[L1] edits arrive when the server takes none of the tokens it gave', long, async () => {
    const shared = await file('refused.txt', 'start')
    const { page } = await open('ada')
    const token = watchToken(page)
    await openAndLeave(page, shared)
    await type(page, ' away')
    await status(page, keptHere)
    await restartWith({ JWT_SECRET: 'another key than the one before it' })
    await expect.poll(() => isTaken(token()), patience).toBe(true)
    await status(page, /Saved/)
    await leave()
    await restart()
    await expect.poll(() => textOf(shared), patience).toBe('start away')
  })

  test('[L4] edits wait for whoever must sign in again', long, async () => {
    const shared = await file('ended.txt', 'start')
    const { page, context } = await open('bob')
    const token = watchToken(page)
    await openFile(page, shared)
    await isReady(page)
    await context.setOffline(true)
    await status(page, 'Offline')
    await type(page, ' away')
    await status(page, keptHere)
    const saved = await page.evaluate(() => localStorage.getItem('openlaunch.session') ?? '')
    const { refreshToken } = JSON.parse(saved) as { refreshToken: string }
    await at({ token: token() }, url()).rest('POST', '/auth/logout', { refreshToken })
    await context.setOffline(false)
    await page.getByText('Your session has ended. Please sign in again.').waitFor(patience)
    const { email, password } = person('bob')
    await page.getByLabel(/Email/).fill(email)
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL(`**${address(shared)}`, patience)
    await status(page, /Saved/)
    await shows(page, 'start away')
    await expect.poll(() => textOf(shared), patience).toBe('start away')
  })

  test('[L1] two tabs write, both are reloaded, and all is merged once', long, async () => {
    const shared = await file('tabs.txt', 'start')
    const { page: one, context } = await open('ada')
    const two = await context.newPage()
    await openFile(two, shared)
    await openAndLeave(one, shared)
    await status(two, 'Offline')
    await type(one, ' one')
    await type(two, ' two')
    for (const page of [one, two]) await status(page, keptHere)
    await Promise.all([one.reload(), two.reload()])
    const merged = await expect
      .poll(() => editor(one).textContent(), patience)
      .toMatch(/^start (one two|two one)$/)
      .then(() => editor(one).textContent())
    await shows(two, merged ?? '')
    await type(one, '.')
    await type(two, '!')
    for (const page of [one, two]) await status(page, keptHere)

    await restart()
    for (const page of [one, two]) await status(page, /Saved/)
    await expect.poll(() => textOf(shared), patience).toMatch(/^start (one two|two one)(\.!|!\.)$/)
    const text = await textOf(shared)
    await shows(one, text)
    await shows(two, text)
    for (const page of [one, two])
      await expect.poll(() => marks(page, shared.id), patience).toEqual([])
    await one.reload()
    await status(one, /Saved/)
    await shows(one, text)
  })

  test('[L1] a full storage is told, and what is written reaches the server', long, async () => {
    const [shared, other] = [await file('full.txt', 'start'), await file('new.txt', 'other')]
    const { page, context, faults } = await open('ada')
    const origin = url()
    const browser = await context.newCDPSession(page)
    const setQuota = (quotaSize: number) =>
      browser.send('Storage.overrideQuotaForOrigin', { origin, quotaSize })
    await openFile(page, shared)
    await isReady(page)
    await setQuota(1)
    // Chromium may not ask for its quota at once.
    await expect.poll(() => isFull(page), { timeout: 60_000 }).toBe(true)
    await type(page, ' online')
    await status(page, /Saved/)
    await expect.poll(() => textOf(shared), patience).toBe('start online')
    // A file that was never here opens, too.
    await openFile(page, other)
    await shows(page, 'other')
    await type(page, ' online')
    await status(page, /Saved/)
    await expect.poll(() => textOf(other), patience).toBe('other online')
    await openFile(page, shared)
    expect(faults).toEqual([])

    await leave()
    await status(page, 'Offline')
    await type(page, ' away')
    await status(page, 'Offline, not saved')
    // Room for that, and not for what comes then.
    const { usage } = await browser.send('Storage.getUsageAndQuota', { origin })
    await setQuota(usage + 200_000)
    await status(page, keptHere)
    await page.reload()
    await shows(page, 'start online away')
    await status(page, keptHere)
    const much = 'x'.repeat(400_000)
    await page.evaluate((text) => navigator.clipboard.writeText(text), ` ${much}`)
    await editor(page).click()
    await page.keyboard.press('Control+End')
    await page.keyboard.press('Control+V')
    await status(page, 'Offline, not saved')
    await restart()
    await status(page, /Saved/)
    expect(await textOf(shared)).toBe(`start online away ${much}`)
  })
})
