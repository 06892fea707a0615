// What people do to the same thread at the same moment, on PostgreSQL, where transactions really meet.
import { afterAll, describe, expect, inject, test } from 'vitest'
import { createPostgresDatabase } from '../../test/postgres.ts'
import type { Reply } from '../../test/rest.ts'
import type { Issue } from '../issues/schema.ts'
import { openStage } from '../../test/codethreads.ts'
import type { CodeThread } from './schema.ts'

const statuses = (replies: Reply<unknown>[]) =>
  replies.map(({ status }) => status).toSorted((a, b) => a - b)

async function openOnPostgres() {
  const { url, drop } = await createPostgresDatabase()
  afterAll(drop)
  return openStage(url)
}

describe.skipIf(!inject('postgresUrl'))('at the same moment', async () => {
  const stage = inject('postgresUrl') ? await openOnPostgres() : undefined
  if (!stage) return
  const begin = async (name: string) => {
    const opened = await stage.open(name, 'one\ntwo\n')
    const member = await opened.join('member')
    const body = { lines: { first: 1, last: 1 }, content: 'x' }
    const { data } = await opened.owner.post<CodeThread>(opened.url, body)
    const thread = `${opened.url}/${data.id}`
    const first = `${thread}/comments/${data.comments[0]?.id}`
    return { ...opened, member, body, data, thread, first }
  }
  const toldOf = (id: string, type: string) =>
    stage.updates.filter(
      ({ updateType, data }) => updateType === type && (data as { id: string }).id === id,
    )

  test('[K5] of two who resolve a thread the first did, and it is told once', async () => {
    const { owner, member, data, thread } = await begin('resolve')
    const replies = await Promise.all(
      [owner, member, owner, member].map((person) =>
        person.patch<CodeThread>(thread, { resolved: true }),
      ),
    )
    expect(statuses(replies)).toEqual([200, 200, 200, 200])
    expect(new Set(replies.map((reply) => reply.data.resolvedBy?.id)).size).toBe(1)
    expect(toldOf(data.id, 'thread_updated')).toHaveLength(1)
  })

  test('[K5] replies that meet are all there, each with a rev of its own', async () => {
    const { owner, member, thread } = await begin('replies')
    const replies = await Promise.all(
      [owner, member, owner, member, owner].map((person, index) =>
        person.post<CodeThread>(`${thread}/comments`, { content: `reply ${index}` }),
      ),
    )
    expect(replies.map(({ data }) => data.rev).toSorted((a, b) => a - b)).toEqual([2, 3, 4, 5, 6])
    expect((await owner.get<CodeThread>(thread)).data.comments).toHaveLength(6)
  })

  test('[K6] a reply and the deletion of the last comment: one of them comes first', async () => {
    for (let round = 0; round < 5; round++) {
      const { owner, member, thread, first } = await begin(`either${round}`)
      const [replied, deleted] = await Promise.all([
        member.post<CodeThread>(`${thread}/comments`, { content: 'late' }),
        owner.delete(first),
      ])
      expect(deleted.status).toBe(204)
      const left = await owner.get<CodeThread>(thread)
      const contents = left.data?.comments.map(({ content }) => content)
      const expected = replied.status === 201 ? [201, 200, ['', 'late']] : [404, 404, undefined]
      expect([replied.status, left.status, contents]).toEqual(expected)
    }
  })

  test('[K7] several who make an issue get the same one', async () => {
    const { owner, member, path, thread } = await begin('issue')
    const replies = await Promise.all(
      [owner, member, owner, member].map((person) => person.post<Issue>(`${thread}/issue`)),
    )
    expect(new Set(replies.map(({ data }) => data.number))).toEqual(new Set([1]))
    expect((await owner.get(`${path}/issues`)).data).toHaveLength(1)
  })

  test('a file that is deleted while people comment on it breaks nothing', async () => {
    for (let round = 0; round < 5; round++) {
      const { owner, member, path, file, url, body, thread } = await begin(`file${round}`)
      const [deleted, ...others] = await Promise.all([
        owner.delete(`${path}/files/${file.id}`),
        member.post(url, body),
        member.post(`${thread}/comments`, { content: 'late' }),
        member.patch(thread, { resolved: true }),
        owner.post(`${thread}/issue`),
      ])
      expect(deleted?.status).toBe(204)
      expect(statuses(others).filter((status) => status >= 400 && status !== 404)).toEqual([])
    }
  })
})
