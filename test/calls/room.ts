// People in one project of a real server, each in a window of a real Chromium with fake devices, who call each other.
import type { Page } from 'playwright-core'
import { expect, onTestFinished } from 'vitest'
import { framesShown, useWindows } from '../browser.ts'
import { createProject, register, type Person } from '../people.ts'

/** Generous: windows and video encoders share the machine with other tests. */
export const patience = { timeout: 30_000 }

export function useCallRooms(settings: NodeJS.ProcessEnv = {}) {
  const windows = useWindows(settings)
  const rooms = {
    /** The first is the project's maintainer. */
    async project(...names: string[]) {
      const people: Person[] = []
      for (const name of names) people.push(await register(windows.url(), name))
      const [owner, ...others] = people
      if (!owner) throw new Error('A project needs somebody')
      return { ...(await createProject(owner, others)), people }
    },
    /** A window of this person on a page of the project, signed in. */
    async open(person: Person, path: string) {
      const { page, context, faults } = await windows.open()
      onTestFinished(() => context.close())
      const { refreshToken, id: userId } = person
      await context.addInitScript(
        (session) => {
          if (localStorage.getItem('openlaunch.session') === null)
            localStorage.setItem('openlaunch.session', session)
        },
        JSON.stringify({ refreshToken, userId, exchangeKey: person.id }),
      )
      await page.goto(path)
      return { page, faults, person }
    },
  }
  return {
    ...rooms,
    windows,
    /** All of them in the call of one project; the first moderates. */
    async useCall(...names: string[]) {
      const { slug, people } = await rooms.project(...names)
      const callers = await Promise.all(people.map((one) => rooms.open(one, `/p/${slug}`)))
      for (const { page } of callers) await joinCall(page)
      const [ada, bob] = callers
      if (!ada || !bob) throw new Error('Two people are needed')
      return { ada, bob, callers, slug }
    },
  }
}

export async function openPreview(page: Page) {
  await page
    .getByRole('button', { name: /^Join call/ })
    .first()
    .click(patience)
  await page.getByRole('button', { name: 'Join now' }).waitFor(patience)
}

export async function joinCall(page: Page) {
  await openPreview(page)
  await page.getByRole('button', { name: 'Join now' }).click()
  await page.getByRole('button', { name: 'Leave call' }).waitFor(patience)
}

/** Everybody but oneself */
export const otherCameras = '[data-self="false"] video[data-source="camera"]'

export async function expectPicture(page: Page, selector = otherCameras) {
  const before = await framesShown(page, selector)
  await expect.poll(() => framesShown(page, selector), patience).toBeGreaterThan(before + 5)
}

export const figure = (page: Page, name: string | RegExp) =>
  page.getByRole('figure', { name, ...(typeof name === 'string' && { exact: true }) })
export const button = (page: Page, name: string | RegExp) =>
  page.getByRole('button', { name, ...(typeof name === 'string' && { exact: true }) })
/** Chooses of the menu of a call. */
export async function more(page: Page, item: string) {
  await button(page, 'More about this call').click(patience)
  await page.getByRole('menuitem', { name: item }).click(patience)
}
