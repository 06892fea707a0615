import { expect, test } from 'vitest'
import type { ProjectUpdate } from '../../protocol/events.ts'
import { openRest } from '../../test/rest.ts'

const { makeProject, signUp } = await openRest()

test('a program without a socket reads what happened, from where it was', async () => {
  const { path, owner, join } = await makeProject('updates')
  const read = async (person: Pick<typeof owner, 'get'>, query: string) => {
    const { data, meta } = await person.get<ProjectUpdate[]>(`${path}/updates${query}`)
    return { types: data.map(({ updateType }) => updateType), ...meta }
  }
  const { seq } = await read(owner, '')
  const guest = await join('guest')
  await owner.post(`${path}/issues`, { title: 'First' })
  const types = ['member_joined', 'issue_created']
  const page = await read(guest, `?after=${seq}`)
  expect(page).toMatchObject({ types, hasMore: false, reset: false })
  expect(await read(guest, `?after=${page.seq}`)).toMatchObject({ types: [], seq: page.seq })
  expect(await read(guest, '?after=1000')).toMatchObject({ types: [], reset: true, seq: page.seq })
  expect((await (await signUp('stranger')).get(`${path}/updates`)).status).toBe(403)
})
