import { describe, expect, test } from 'vitest'
import { openRest } from '../../test/rest.ts'
import { projectDetailsSchema, projectSchema, type Project, type ProjectDetails } from './schema.ts'

const rest = await openRest()
const { signUp, makeProject } = rest

describe('a project', () => {
  test('is made with its maker as maintainer, and shows what its schema says', async () => {
    const ann = await signUp('ann')
    const draft = {
      name: 'Größe & Co',
      description: 'Project description',
      category: 'web',
      techStack: ['React', 'Node.js'],
      difficulty: 'intermediate',
    }
    const { status, data } = await ann.post<ProjectDetails>('projects', draft)
    expect(status).toBe(201)
    expect(() => projectDetailsSchema.strict().parse(data)).not.toThrow()
    expect(data).toMatchObject({ ...draft, slug: 'gro-e-co', role: 'maintainer', memberCount: 1 })
    expect(data.permissions).toContain('project:manage_members')
    const byId = await ann.get<ProjectDetails>(`projects/${data.id}`)
    expect(byId.data).toEqual((await ann.get(`projects/${data.slug}`)).data)
    const channels = await rest.db.selectFrom('channels').selectAll().execute()
    expect(channels).toMatchObject([{ projectId: data.id, name: 'general' }])
  })

  test('of a taken name gets a slug of its own', async () => {
    const bob = await signUp('bob')
    const made = await Promise.all(
      Array.from({ length: 4 }, () => bob.post<ProjectDetails>('projects', { name: 'Same' })),
    )
    expect(new Set(made.map(({ data }) => data.slug)).size).toBe(4)
    const { data } = await bob.post<ProjectDetails>('projects', { name: '日本' })
    expect(data.slug).toBe('project')
  })

  test('whose name looks like an id is found by its slug', async () => {
    const eve = await signUp('eve')
    const name = '0192f0c1-2b3c-7d4e-8f5a-6b7c8d9e0f1a'
    const { data } = await eve.post<ProjectDetails>('projects', { name })
    expect((await eve.get<ProjectDetails>(`projects/${data.slug}`)).data.id).toBe(data.id)
  })

  test('is changed by a maintainer, and the room hears of it', async () => {
    const { owner, path, project } = await makeProject('changed')
    const change = { description: 'Updated', status: 'paused', tags: ['a'] }
    const { data } = await owner.patch<ProjectDetails>(path, change)
    expect(data).toMatchObject({ ...change, role: 'maintainer' })
    expect(data.updatedAt >= project.updatedAt).toBe(true)
    const update = rest.updates.at(-1)
    expect(update).toMatchObject({ projectId: project.id, updateType: 'project_updated' })
    expect(update?.data).toMatchObject(change)
    expect(update?.data).not.toHaveProperty('role')
  })

  test('is deleted with everything in it, and everybody in it is disconnected', async () => {
    const { owner, path, project, join } = await makeProject('deleted')
    const member = await join('member')
    await member.post(`${path}/issues`, { title: 'left behind' })
    expect((await member.delete(path)).status).toBe(403)
    expect((await owner.delete(path)).status).toBe(204)
    expect((await owner.get(path)).status).toBe(404)
    const changes = rest.accessChanges.filter(({ projectId }) => projectId === project.id)
    expect(changes.map(({ userId }) => userId)).toEqual(
      expect.arrayContaining([owner.user.id, member.user.id]),
    )
    expect(await rest.db.selectFrom('issues').selectAll().execute()).toEqual([])
  })
})

describe('who sees a project', () => {
  test('everybody a public one, as a visitor; a private one does not exist for others', async () => {
    const { path } = await makeProject('open')
    const secret = await makeProject('hidden', { visibility: 'private' })
    const stranger = await signUp('stranger')
    const { data } = await stranger.get<ProjectDetails>(path)
    expect(data).toMatchObject({ role: null, permissions: ['project:read', 'issue:read'] })
    expect((await stranger.get(secret.path)).status).toBe(404)
    expect((await stranger.post(`${secret.path}/members`)).status).toBe(404)
    const listed = (await stranger.get<Project[]>('projects?limit=100')).data
    expect(listed.map(({ slug }) => slug)).toContain('open')
    expect(listed.map(({ slug }) => slug)).not.toContain('hidden')
    const own = (await secret.owner.get<Project[]>('projects?limit=100')).data
    expect(own.map(({ slug }) => slug)).toContain('hidden')
  })

  test('an admin sees and may do everything', async () => {
    const { path } = await makeProject('watched', { visibility: 'private' })
    const root = await signUp('root')
    await rest.db
      .updateTable('users')
      .set({ role: 'admin' })
      .where('id', '=', root.user.id)
      .execute()
    const { data } = await root.get<ProjectDetails>(path)
    expect(data.role).toBe('admin')
    expect((await root.patch(path, { name: 'seen' })).status).toBe(200)
  })
})

describe('the list', () => {
  test('filters, newest first, and tells of its pages', async () => {
    const zoe = await signUp('zoe')
    for (const [index, difficulty] of ['beginner', 'advanced', 'beginner'].entries()) {
      await zoe.post('projects', { name: `Zoo ${index}`, category: 'zoo', difficulty })
    }
    const list = (query: string) => zoe.get<Project[]>(`projects?category=zoo&${query}`)
    const first = await list('limit=2')
    expect(first.data.map(({ name }) => name)).toEqual(['Zoo 2', 'Zoo 1'])
    expect(() => projectSchema.strict().array().parse(first.data)).not.toThrow()
    expect(first.meta.pagination).toEqual({ page: 1, limit: 2, total: 3, totalPages: 2 })
    expect((await list('limit=2&page=2')).data.map(({ name }) => name)).toEqual(['Zoo 0'])
    expect((await list('difficulty=beginner')).data).toHaveLength(2)
    expect((await list('q=ZOO%201')).data).toHaveLength(1)
    expect((await list('q=%25')).data).toHaveLength(0)
    expect((await list('status=archived')).data).toHaveLength(0)
    expect((await list('mine=true')).data).toHaveLength(3)
    expect((await (await signUp('yves')).get<Project[]>('projects?mine=true')).data).toEqual([])
  })
})
