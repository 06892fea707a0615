// Of several who name or restore the same text at the same moment, on PostgreSQL, where transactions really meet.
import { afterAll, describe, expect, inject, test } from 'vitest'
import { createPostgresDatabase } from '../../test/postgres.ts'
import { openRest } from '../../test/rest.ts'
import type { FileWithContent } from '../files/schema.ts'
import type { FileVersion } from './schema.ts'

describe.skipIf(!inject('postgresUrl'))('at the same moment', async () => {
  if (!inject('postgresUrl')) return
  const { url, drop } = await createPostgresDatabase()
  afterAll(drop)
  const { makeProject } = await openRest({ databaseUrl: url })

  test('[V1] of several who name the same text one does', async () => {
    const { owner, path } = await makeProject('named-at-once')
    const { data } = await owner.post<FileWithContent>(`${path}/files`, { path: 'a.ts' })
    const versions = `${path}/files/${data.id}/versions`
    const first = await owner.post<FileVersion>(versions, { name: 'first' })
    await owner.patch(`${versions}/${first.data.id}`, { name: null })
    const names = ['one', 'two', 'three', 'four']
    const replies = await Promise.all(
      names.map((name) => owner.post<FileVersion>(versions, { name })),
    )
    const made = replies.filter(({ status }) => status === 201)
    expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      201, 409, 409, 409,
    ])
    const list = await owner.get<FileVersion[]>(versions)
    expect(list.data.map(({ name }) => name)).toEqual(made.map((reply) => reply.data.name))
  })

  test('[V5] of several who restore one does, and the text is there once', async () => {
    const { owner, path } = await makeProject('restored-at-once')
    const file = { path: 'a.ts', content: 'the good text\n' }
    const { data } = await owner.post<FileWithContent>(`${path}/files`, file)
    const versions = `${path}/files/${data.id}/versions`
    const good = await owner.post<FileVersion>(versions, { name: 'good' })
    await owner.patch(`${path}/files/${data.id}`, { content: 'worse' })
    const replies = await Promise.all(
      [1, 2, 3].map(() => owner.post(`${versions}/${good.data.id}/restore`)),
    )
    expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409, 409])
    const now = await owner.get<FileWithContent>(`${path}/files/${data.id}`)
    expect(now.data.content).toBe(file.content)
    expect((await owner.post(`${versions}/${good.data.id}/restore`)).status).toBe(200)
  })
})
