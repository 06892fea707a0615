import { describe, expect, test } from 'vitest'
import { openRest } from '../../test/rest.ts'
import { commentSchema, issueSchema, type Comment, type Issue } from './schema.ts'

const rest = await openRest()
const { signUp, makeProject } = rest
const latest = () => rest.updates.at(-1)

describe('an issue', () => {
  test('is numbered densely, and the room hears of it as it is answered', async () => {
    const { path, owner, project } = await makeProject('numbers')
    const draft = { title: 'Bug', description: 'Detailed', priority: 'high', labels: ['bug', 'ui'] }
    const made = await Promise.all(
      Array.from({ length: 5 }, () => owner.post<Issue>(`${path}/issues`, draft)),
    )
    expect(made.map(({ data }) => data.number).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5])
    const { status, data } = await owner.post<Issue>(`${path}/issues`, draft)
    expect(status).toBe(201)
    expect(() => issueSchema.strict().parse(data)).not.toThrow()
    expect(data).toMatchObject({
      ...draft,
      number: 6,
      status: 'open',
      assignee: null,
      author: { username: 'numbers-owner', displayName: 'numbers-owner', avatar: '' },
      commentCount: 0,
    })
    expect(latest()).toEqual({
      projectId: project.id,
      seq: 6,
      updateType: 'issue_created',
      data,
      actorId: owner.user.id,
    })
  })

  test('is found by number or id, in its project only', async () => {
    const { path, owner } = await makeProject('found')
    const other = await makeProject('elsewhere')
    const { data } = await owner.post<Issue>(`${path}/issues`, { title: 'here' })
    expect((await owner.get<Issue>(`${path}/issues/1`)).data).toEqual(data)
    expect((await owner.get<Issue>(`${path}/issues/${data.id}`)).data).toEqual(data)
    for (const id of [
      data.id,
      '1',
      '0',
      '-1',
      '99999999999999999999',
      '1e3',
      crypto.randomUUID(),
    ]) {
      expect((await owner.get(`${other.path}/issues/${id}`)).status).toBe(404)
    }
  })

  test('changes, and those who may not write cannot change it', async () => {
    const { path, owner, join } = await makeProject('changing')
    const { data } = await owner.post<Issue>(`${path}/issues`, { title: 'old', labels: ['a'] })
    const member = await join('member')
    const changed = await member.patch<Issue>(`${path}/issues/1`, {
      title: 'new',
      status: 'in_progress',
      description: null,
    })
    expect(changed.data).toMatchObject({ id: data.id, title: 'new', labels: ['a'] })
    expect(latest()).toMatchObject({ updateType: 'issue_updated', data: changed.data })
    for (const person of [await join('guest'), await signUp('changing-visitor')]) {
      expect((await person.get(`${path}/issues/1`)).status).toBe(200)
      const refused = await person.patch(`${path}/issues/1`, { title: 'mine' })
      expect([refused.status, refused.error.code]).toEqual([403, 'INSUFFICIENT_PERMISSIONS'])
      expect((await person.post(`${path}/issues`, { title: 'mine' })).status).toBe(403)
    }
  })

  test('is deleted by maintainers only', async () => {
    const { path, owner, join } = await makeProject('deleting')
    await owner.post(`${path}/issues`, { title: 'short-lived' })
    expect((await (await join('contributor')).delete(`${path}/issues/1`)).status).toBe(403)
    expect((await owner.delete(`${path}/issues/1`)).status).toBe(204)
    expect(latest()).toMatchObject({ updateType: 'issue_deleted', data: { number: 1 } })
    expect((await owner.get(`${path}/issues/1`)).status).toBe(404)
    // Its number is not given again.
    const { data } = await owner.post<Issue>(`${path}/issues`, { title: 'next' })
    expect(data.number).toBe(2)
  })
})

describe('assigning', () => {
  test('others needs a permission, taking and giving back does not', async () => {
    const { path, owner, join } = await makeProject('assign')
    const [member, contributor] = [await join('member'), await join('contributor')]
    await owner.post(`${path}/issues`, { title: 'work' })
    const assign = (person: typeof member, assigneeId: string | null) =>
      person.patch<Issue>(`${path}/issues/1`, { assigneeId })
    expect((await assign(member, contributor.user.id)).status).toBe(403)
    const taken = await assign(member, member.user.id)
    expect(taken.data.assignee).toMatchObject({ username: 'assign-member' })
    expect((await assign(member, null)).data.assignee).toBeNull()
    expect((await assign(contributor, owner.user.id)).data.assigneeId).toBe(owner.user.id)
    // Not hers to give back.
    expect((await assign(member, null)).status).toBe(403)
    expect((await assign(member, member.user.id)).status).toBe(403)
  })

  test('works for members of the project only', async () => {
    const { path, owner } = await makeProject('closed')
    const stranger = await signUp('stranger')
    for (const assigneeId of [stranger.user.id, crypto.randomUUID()]) {
      const reply = await owner.post(`${path}/issues`, { title: 'work', assigneeId })
      expect([reply.status, reply.error.code]).toEqual([422, 'UNPROCESSABLE'])
    }
    // A refused issue takes no number.
    const { data } = await owner.post<Issue>(`${path}/issues`, { title: 'work' })
    expect(data.number).toBe(1)
  })
})

test('the list filters, newest first', async () => {
  const { path, owner, join } = await makeProject('listing')
  const member = await join('member')
  const make = (title: string, fields: object) => owner.post(`${path}/issues`, { title, ...fields })
  await make('Login fails', { labels: ['bug', 'auth'], assigneeId: member.user.id })
  await make('Slow start', { description: '50% of logins', priority: 'urgent', status: 'closed' })
  await make('Docs', { labels: ['docs'], assigneeId: owner.user.id })
  const numbers = async (query: string, person = owner) =>
    (await person.get<Issue[]>(`${path}/issues?${query}`)).data.map(({ number }) => number)
  expect(await numbers('')).toEqual([3, 2, 1])
  expect(await numbers('status=open')).toEqual([3, 1])
  expect(await numbers('status=')).toEqual([3, 2, 1])
  await owner.patch(`${path}/issues/3`, { status: 'in_progress' })
  expect(await numbers('status=active')).toEqual([3, 1])
  await owner.patch(`${path}/issues/3`, { status: 'open' })
  expect(await numbers('priority=urgent')).toEqual([2])
  expect(await numbers('label=bug')).toEqual([1])
  expect(await numbers('assignee=me', member)).toEqual([1])
  expect(await numbers('assignee=me&status=open')).toEqual([3])
  expect(await numbers('assignee=none')).toEqual([2])
  expect(await numbers(`assignee=${member.user.id}`)).toEqual([1])
  expect(await numbers('q=LOGIN')).toEqual([2, 1])
  expect(await numbers('q=50%25')).toEqual([2])
  expect(await numbers('limit=1&page=2')).toEqual([2])
  const { data } = await owner.get<{ openIssueCount: number }>(path)
  expect(data.openIssueCount).toBe(2)
})

describe('comments', () => {
  test('stand below their issue, oldest first, and the room hears of them', async () => {
    const { path, owner, join } = await makeProject('talk')
    await owner.post(`${path}/issues`, { title: 'talk' })
    const member = await join('member')
    const url = `${path}/issues/1/comments`
    const first = await member.post<Comment>(url, { content: 'I can work on this issue' })
    expect(first.status).toBe(201)
    expect(() => commentSchema.strict().parse(first.data)).not.toThrow()
    expect(first.data.author?.username).toBe('talk-member')
    const data = { ...first.data, issue: { number: 1, title: 'talk' } }
    expect(latest()).toMatchObject({ updateType: 'comment_created', data })
    const answer = await owner.post<Comment>(url, { content: 'Go', parentId: first.data.id })
    const { data: both, meta } = await (await join('guest')).get<Comment[]>(url)
    expect(both).toEqual([first.data, answer.data])
    expect(meta.pagination.total).toBe(2)
    expect((await owner.get<Issue>(`${path}/issues/1`)).data.commentCount).toBe(2)
  })

  test('answer comments of the same issue only', async () => {
    const { path, owner } = await makeProject('threads')
    await owner.post(`${path}/issues`, { title: 'one' })
    await owner.post(`${path}/issues`, { title: 'two' })
    const { data } = await owner.post<Comment>(`${path}/issues/1/comments`, { content: 'a' })
    const body = { content: 'b', parentId: data.id }
    const refused = await owner.post(`${path}/issues/2/comments`, body)
    expect([refused.status, refused.error.code]).toEqual([422, 'UNPROCESSABLE'])
  })
})
