// Two processes on one real Redis and one real PostgreSQL behave as one server.
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { CONTENT, documentName } from '../protocol/names.ts'
import type { ProjectFile } from '../server/files/schema.ts'
import { at, connect, createProject, register, type Person } from './people.ts'
import { createPostgresDatabase } from './postgres.ts'
import { spawnServer, type ServerProcess } from './server.ts'

describe.skipIf(!inject('postgresUrl') || !inject('redisUrl'))('two nodes', () => {
  let database: Awaited<ReturnType<typeof createPostgresDatabase>>
  let settings: NodeJS.ProcessEnv
  let nodes: [ServerProcess, ServerProcess]
  /** Ada is on the first node, Bob on the second. */
  let ada: Person
  let bob: Person
  beforeAll(async () => {
    database = await createPostgresDatabase()
    settings = {
      PORT: '0',
      DATABASE_URL: database.url,
      REDIS_URL: inject('redisUrl') ?? '',
    }
    // Started together: both want to migrate, and to make the signing key.
    nodes = await Promise.all([
      spawnServer({ ...settings, MEDIA_PORT_MIN: '21000', MEDIA_PORT_MAX: '21010' }),
      spawnServer({ ...settings, MEDIA_PORT_MIN: '21020', MEDIA_PORT_MAX: '21030' }),
    ])
    ada = await register(nodes[0].url, 'ada')
    bob = at(await register(nodes[0].url, 'bob'), nodes[1].url)
  })
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.kill('SIGTERM')))
    await database.drop()
  })

  const useRoom = async () => {
    const project = await createProject(ada, [bob])
    const [a, b] = [await connect(ada), await connect(bob)]
    const { id: projectId } = project
    await a.request('join_project', { projectId })
    return { project, projectId, a, b, joinedByB: await b.request('join_project', { projectId }) }
  }

  test('people on both nodes are in one room', async () => {
    const { joinedByB, a, projectId } = await useRoom()
    expect(new Set(joinedByB.present.map(({ id }) => id))).toEqual(new Set([ada.id, bob.id]))
    const again = await a.request('join_project', { projectId })
    expect(new Set(again.present.map(({ id }) => id))).toEqual(new Set([ada.id, bob.id]))
  })

  test('[CH2] [CH3] chat from both nodes at once: one order, dense, and a nonce counts everywhere', async () => {
    const { projectId, a, b } = await useRoom()
    const [heardByA, heardByB] = [a.collect('chat_message'), b.collect('chat_message')]
    const sent = await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        (n % 2 ? a : b).request('send_message', { projectId, message: `m${n}` }),
      ),
    )
    const seqs = sent.map(({ seq }) => seq).sort((x, y) => x - y)
    // What the server says by itself, such as who joined, comes before.
    const before = (seqs[0] ?? 0) - 1
    expect(seqs).toEqual(Array.from({ length: 30 }, (_, n) => before + n + 1))
    for (const heard of [heardByA, heardByB]) {
      const heardSeqs = () => heard.map(({ payload }) => payload.seq).filter((seq) => seq > before)
      await expect.poll(heardSeqs).toEqual(seqs)
    }

    const elsewhere = await connect(at(ada, nodes[1].url))
    const draft = { projectId, message: 'once', nonce: 'same' }
    const [first, second] = await Promise.all([
      a.request('send_message', draft),
      elsewhere.request('send_message', draft),
    ])
    expect(second.id).toBe(first.id)
  })

  test('[R2] a change made over REST on one node reaches the room on the other', async () => {
    const { project, b } = await useRoom()
    const updates = b.collect('project_update')
    await ada.rest('POST', `/projects/${project.slug}/issues`, { title: 'Seen from afar' })
    await expect
      .poll(() => updates.map(({ payload }) => payload.updateType))
      .toEqual(['issue_created'])
  })

  test('[R4] who is removed on one node is out on the other', async () => {
    const { project, projectId, b } = await useRoom()
    const changed = b.collect('access_changed')
    await ada.rest('DELETE', `/projects/${project.slug}/members/${bob.id}`)
    await expect.poll(() => changed.map(({ payload }) => payload)).toEqual([{ projectId }])
    await expect(b.request('join_project', { projectId })).rejects.toThrow(
      'INSUFFICIENT_PERMISSIONS',
    )
  })

  test('[D6] two people write the same file on two nodes', async () => {
    const { project } = await useRoom()
    const created = await ada.rest('POST', `/projects/${project.slug}/files`, {
      path: 'shared.txt',
      content: 'start\n',
    })
    const { id } = created.data as ProjectFile
    const open = (person: Person) => {
      const websocketProvider = new HocuspocusProviderWebsocket({
        url: person.url.replace('http', 'ws') + '/collab',
      })
      const provider = new HocuspocusProvider({
        websocketProvider,
        name: documentName(id),
        token: person.token,
      })
      provider.attach()
      onTestFinished(() => {
        provider.destroy()
        websocketProvider.destroy()
      })
      return { provider, text: provider.document.getText(CONTENT) }
    }
    const [a, b] = [open(ada), open(bob)]
    await expect.poll(() => [a.text.toString(), b.text.toString()]).toEqual(['start\n', 'start\n'])
    for (let n = 0; n < 100; n++) {
      a.text.insert(a.text.length, 'a')
      b.text.insert(0, 'b')
    }
    await expect.poll(() => a.text.length).toBe(206)
    await expect.poll(() => b.text.toString()).toBe(a.text.toString())
    await expect
      .poll(() => a.provider.hasUnsyncedChanges || b.provider.hasUnsyncedChanges)
      .toBe(false)
    a.provider.setAwarenessField('user', { name: 'Ada' })
    await expect
      .poll(() =>
        [...(b.provider.awareness?.getStates().values() ?? [])].map(
          (state) => (state['user'] as { name?: string } | undefined)?.name,
        ),
      )
      .toContain('Ada')
    const file = await bob.rest('GET', `/projects/${project.slug}/files/${id}`)
    expect((file.data as { content: string }).content).toBe(a.text.toString())
  })

  test('[CA23] at the signal to stop a node moves its calls before it ends their media', async () => {
    const ports = { MEDIA_PORT_MIN: '21040', MEDIA_PORT_MAX: '21050' }
    const stopping = await spawnServer({ ...settings, ...ports })
    const project = await createProject(ada, [bob])
    const address = { projectId: project.id }
    const [a, b] = [await connect(at(ada, stopping.url)), await connect(bob)]
    await a.request('call_join', address)
    const { peers } = await b.request('call_join', address)
    expect(peers.map(({ user }) => user.id)).toEqual([ada.id])
    const [moved, ended] = [b.collect('call_moved'), b.collect('call_ended')]
    const stopped = stopping.kill('SIGTERM')
    await expect.poll(() => moved.length, { timeout: 10_000 }).toBe(1)
    expect(ended).toEqual([])
    await stopped
  }, 60_000)
})
