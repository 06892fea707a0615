import { expect, test } from 'vitest'
import type { Issue } from '../issues/schema.ts'
import { openStage } from '../../test/codethreads.ts'
import {
  codeThreadSchema,
  placedThreadSchema,
  type CodeThread,
  type PlacedThread,
} from './schema.ts'

const stage = await openStage()
const { open, signUp, told, ask } = stage
const latest = () => stage.updates.at(-1)
const source = 'one\ntwo\nthree\n'
const at = (line: number, content: string) => ({ lines: { first: line, last: line }, content })

test('[K5] a thread is told whole, read, listed by state, and its rev grows', async () => {
  const { owner, path, url, file, project, anchor } = await open('whole', source)
  const { status, data } = await owner.post<CodeThread>(url, {
    anchor: anchor('two'),
    content: 'Why?',
  })
  expect(status).toBe(201)
  expect(() => codeThreadSchema.strict().parse(data)).not.toThrow()
  expect(data).toMatchObject({
    projectId: project.id,
    fileId: file.id,
    seq: 1,
    rev: 1,
    quote: 'two',
    comments: [{ content: 'Why?', author: { username: 'whole-owner' }, editedAt: null }],
    issue: null,
    resolvedAt: null,
    createdBy: owner.user.id,
  })
  expect(latest()).toMatchObject({ updateType: 'thread_created', data, actorId: owner.user.id })

  const reply = await owner.post<CodeThread>(`${url}/${data.id}/comments`, { content: 'Because' })
  expect(reply.status).toBe(201)
  expect(reply.data).toMatchObject({
    rev: 2,
    comments: [{ content: 'Why?' }, { content: 'Because' }],
  })
  expect(latest()).toMatchObject({ updateType: 'thread_updated', data: reply.data })

  const second = await owner.post<CodeThread>(url, at(3, 'Third line'))
  expect(second.data.seq).toBe(2)
  const resolved = await owner.patch<CodeThread>(`${url}/${data.id}`, { resolved: true })
  expect(resolved.data).toMatchObject({ rev: 3, resolvedBy: { username: 'whole-owner' } })
  const updates = stage.updates.length
  expect((await owner.patch(`${url}/${data.id}`, { resolved: true })).data).toEqual(resolved.data)
  expect(stage.updates).toHaveLength(updates)

  const seqs = async (list: string) =>
    (await owner.get<CodeThread[]>(list)).data.map(({ seq }) => seq)
  expect(await seqs(url)).toEqual([1, 2])
  expect(await seqs(`${url}?state=open`)).toEqual([2])
  expect(await seqs(`${url}?state=resolved`)).toEqual([1])
  expect(await seqs(`${url}?limit=1&page=2`)).toEqual([2])
  expect(await seqs(`${url}?after=0&limit=1`)).toEqual([1])
  expect(await seqs(`${url}?after=1&limit=1`)).toEqual([2])
  expect(await seqs(`${url}?after=2&limit=1`)).toEqual([])
  expect(await seqs(`${path}/files/threads`)).toEqual([2, 1])
  expect(await seqs(`${path}/files/threads?state=open`)).toEqual([2])
  const { data: listed } = await owner.get<PlacedThread[]>(url)
  expect(listed[0]).toEqual({ ...resolved.data, lines: { first: 2, last: 2 } })
  expect(() => placedThreadSchema.strict().array().parse(listed)).not.toThrow()
  expect((await owner.get(`${url}/${data.id}`)).data).toEqual(listed[0])
})

test('[K4] guests comment, visitors read, authors edit, maintainers delete', async () => {
  const { owner, join, url } = await open('rights', source, { visibility: 'public' })
  const [guest, member, visitor] = [
    await join('guest'),
    await join('member'),
    await signUp('passer'),
  ]
  expect((await visitor.post(url, at(1, 'x'))).error.code).toBe('INSUFFICIENT_PERMISSIONS')
  const { data, status } = await guest.post<CodeThread>(url, at(1, 'from a guest'))
  expect(status).toBe(201)
  const thread = `${url}/${data.id}`
  const comment = `${thread}/comments/${data.comments[0]?.id}`
  expect((await visitor.get<CodeThread[]>(url)).data).toHaveLength(1)
  expect((await visitor.post(`${thread}/comments`, { content: 'x' })).status).toBe(403)
  expect((await visitor.patch(thread, { resolved: true })).status).toBe(403)

  expect((await member.patch(comment, { content: 'x' })).status).toBe(403)
  expect((await owner.patch(comment, { content: 'x' })).status).toBe(403)
  expect((await member.delete(comment)).status).toBe(403)
  const edited = await guest.patch<CodeThread>(comment, { content: 'better' })
  expect(edited.data.comments[0]).toMatchObject({ content: 'better', editedAt: expect.any(String) })

  const other = await member.post<CodeThread>(url, at(2, 'from a member'))
  const othersThread = `${url}/${other.data.id}`
  expect((await guest.patch(othersThread, { resolved: true })).status).toBe(403)
  expect((await guest.patch(thread, { resolved: true })).status).toBe(200)
  expect((await member.patch(thread, { resolved: false })).status).toBe(200)
  expect((await guest.post(`${thread}/issue`)).status).toBe(403)
  expect((await owner.delete(comment)).status).toBe(204)
  expect((await owner.get(thread)).status).toBe(404)

  const hidden = await open('rights-hidden', source, { visibility: 'private' })
  expect((await visitor.get(hidden.url)).status).toBe(404)
  expect((await member.post(hidden.url, at(1, 'x'))).status).toBe(404)
  // Another project's file, thread and comment are not to be had by way of one's own.
  const { data: foreign } = await hidden.owner.post<CodeThread>(hidden.url, at(1, 'x'))
  expect((await owner.get(`${url}/${foreign.id}`)).status).toBe(404)
  expect(
    (await owner.patch(`${othersThread}/comments/${foreign.comments[0]?.id}`, { content: 'x' }))
      .status,
  ).toBe(404)
  expect((await owner.get(`${url}/nonsense`)).status).toBe(404)
})

test('[K6] deleting leaves a tombstone under replies, and the last comment takes the thread', async () => {
  const { owner, url } = await open('stones', source)
  const { data } = await owner.post<CodeThread>(url, at(1, 'first'))
  const thread = `${url}/${data.id}`
  const reply = (content: string) => owner.post<CodeThread>(`${thread}/comments`, { content })
  await reply('second')
  const { comments } = (await reply('third')).data
  const remove = (index: number) => owner.delete(`${thread}/comments/${comments[index]?.id}`)
  const left = async () =>
    (await owner.get<CodeThread>(thread)).data.comments.map(({ content, deletedAt }) =>
      deletedAt ? null : content,
    )
  await remove(0)
  expect(await left()).toEqual([null, 'second', 'third'])
  expect(
    (await owner.patch(`${thread}/comments/${comments[0]?.id}`, { content: 'x' })).error.code,
  ).toBe('CONFLICT')
  expect((await remove(0)).status).toBe(204)
  await remove(1)
  expect(await left()).toEqual([null, null, 'third'])
  const updates = stage.updates.length
  const { rev } = (await owner.get<CodeThread>(thread)).data
  await remove(2)
  expect(stage.updates).toHaveLength(updates + 1)
  expect(latest()).toMatchObject({
    updateType: 'thread_deleted',
    data: { id: data.id, rev: rev + 1 },
  })
  expect((await reply('late')).error).toMatchObject({
    code: 'NOT_FOUND',
    message: 'Thread not found',
  })
})

test('[K6] a tombstone at the end goes, and a reply opens a resolved thread', async () => {
  const { owner, url } = await open('reopen', source)
  const { data } = await owner.post<CodeThread>(url, at(1, 'first'))
  const thread = `${url}/${data.id}`
  const { data: replied } = await owner.post<CodeThread>(`${thread}/comments`, { content: 'oops' })
  await owner.delete(`${thread}/comments/${replied.comments[1]?.id}`)
  expect((await owner.get<CodeThread>(thread)).data.comments).toHaveLength(1)
  await owner.patch(thread, { resolved: true })
  const { data: reopened } = await owner.post<CodeThread>(`${thread}/comments`, { content: 'wait' })
  expect(reopened).toMatchObject({ resolvedAt: null, resolvedBy: null })
})

test('[K7] a thread becomes an issue once, with the quote and the way back', async () => {
  const { owner, url, path, file, project } = await open('issues', 'a\nconst s = `x` + "```"\n')
  const { data } = await owner.post<CodeThread>(url, at(2, '> hm\n\nThis is **odd**'))
  const made = await owner.post<Issue>(`${url}/${data.id}/issue`)
  expect(made.data).toMatchObject({
    number: 1,
    title: '> hm',
    author: { username: 'issues-owner' },
  })
  const { description } = made.data
  expect(description).toContain(
    `[src/main.ts](/p/${project.slug}/files/${file.id}?thread=${data.id})`,
  )
  expect(description).toContain('````ts\nconst s = `x` + "```"\n````\n')
  expect(description).toContain('This is **odd**')
  expect(stage.updates.slice(-2)).toMatchObject([
    { updateType: 'issue_created', data: { number: 1 } },
    { updateType: 'thread_updated', data: { issue: { number: 1, title: '> hm', status: 'open' } } },
  ])
  const again = await owner.post<Issue>(`${url}/${data.id}/issue`, { title: 'Another' })
  expect(again.data.id).toBe(made.data.id)
  expect((await owner.get<Issue[]>(`${path}/issues`)).data).toHaveLength(1)
  // A thread outlives its issue.
  await owner.delete(`${path}/issues/1`)
  expect((await owner.get<CodeThread>(`${url}/${data.id}`)).data.issue).toBeNull()
  const titled = await owner.post<Issue>(`${url}/${data.id}/issue`, { title: 'Odd quotes' })
  expect(titled.data).toMatchObject({ number: 2, title: 'Odd quotes' })
})

test('[K8] who is named is told, once, if they are in the project', async () => {
  const { owner, join, url, project, file } = await open('named', source)
  const member = await join('member')
  const stranger = await signUp('named-stranger')
  told.length = 0
  const content = `@${member.user.username} @${stranger.user.username} @${owner.user.username} look`
  const { data } = await owner.post<CodeThread>(url, at(1, content))
  const payload = {
    id: data.comments[0]?.id,
    title: 'named-owner in src/main.ts',
    message: content,
    type: 'info',
    actionUrl: `/p/${project.slug}/files/${file.id}?thread=${data.id}`,
  }
  expect(told).toEqual([{ userId: member.user.id, name: 'notification', payload }])
  const edit = (text: string) =>
    owner.patch(`${url}/${data.id}/comments/${data.comments[0]?.id}`, { content: text })
  await edit(`${content} again`)
  expect(told).toHaveLength(1)
  await owner.post(`${url}/${data.id}/comments`, { content: '`@named-member` is code' })
  expect(told).toHaveLength(1)
  await owner.post(`${url}/${data.id}/comments`, { content: '@named-member please' })
  expect(told).toHaveLength(2)
})

test('[K9] comments, threads and files take so much, and say what to do beyond', async () => {
  const { owner, url } = await open('limits', `${'x'.repeat(5_000)}\n`)
  expect((await owner.post(url, at(1, 'x'.repeat(10_001)))).error.code).toBe('VALIDATION_ERROR')
  expect((await owner.post(url, at(1, '  '))).error.code).toBe('VALIDATION_ERROR')
  const { data } = await owner.post<CodeThread>(url, at(1, 'x'.repeat(10_000)))
  expect(data.quote).toHaveLength(2_000)
  const thread = `${url}/${data.id}`
  const reply = (content: string) => owner.post<CodeThread>(`${thread}/comments`, { content })
  await reply('x'.repeat(10_000))
  await reply('x'.repeat(10_000))
  const full = await reply('x'.repeat(2_001))
  expect([full.status, full.error.code]).toEqual([422, 'UNPROCESSABLE'])
  expect(full.error.message).toContain('begin another thread')
  const { data: last } = await reply('x'.repeat(1_900))
  const comment = `${thread}/comments/${last.comments[3]?.id}`
  expect((await owner.patch(comment, { content: 'x'.repeat(2_001) })).status).toBe(422)
  expect((await owner.patch(comment, { content: 'x'.repeat(1_800) })).status).toBe(200)
  for (let count = 4; count < 100; count++) expect((await reply('x')).status).toBe(201)
  expect((await reply('x')).error).toMatchObject({ code: 'UNPROCESSABLE' })
})

test('threads go to the trash with their file and come back with it; folders have none', async () => {
  const { owner, path, url, file } = await open('trash', source)
  const { data } = await owner.post<CodeThread>(url, at(2, 'x'))
  const files = `${path}/files/${file.id}`
  expect((await owner.delete(files)).status).toBe(204)
  for (const gone of [url, `${url}/${data.id}`]) expect((await owner.get(gone)).status).toBe(404)
  expect((await owner.get(`${path}/files/threads`)).data).toEqual([])
  expect((await owner.post(`${url}/${data.id}/comments`, { content: 'x' })).status).toBe(404)
  expect((await owner.post(url, at(1, 'x'))).status).toBe(404)
  await owner.post(`${files}/restore`)
  expect((await owner.get<PlacedThread[]>(url)).data).toEqual([
    { ...data, lines: { first: 2, last: 2 } },
  ])
  const folder = await owner.post<{ id: string }>(`${path}/files`, { path: 'lib', kind: 'folder' })
  const refused = await owner.post(`${path}/files/${folder.data.id}/threads`, at(1, 'x'))
  expect(refused.error).toMatchObject({
    code: 'UNPROCESSABLE',
    message: 'Only files of text have comments',
  })
})

test('a repeated request with the same key is one thread', async () => {
  const { owner, url } = await open('repeated', source)
  const post = () =>
    ask<CodeThread>('POST', url, {
      token: owner.token,
      body: at(1, 'once'),
      headers: { 'Idempotency-Key': 'one-comment' },
    })
  const [first, second] = [await post(), await post()]
  expect(second.data).toEqual(first.data)
  expect((await owner.get(url)).data).toHaveLength(1)
})
