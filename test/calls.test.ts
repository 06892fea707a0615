// Calls through the front doors of a whole server: what they do to rooms and to the chat.
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Channel, ChatMessage } from '../protocol/chat.ts'
import { at, connect, register } from './people.ts'
import { startTestServer, useTestServer } from './server.ts'
import { openChannel, openRoom, openServer } from './talk.ts'

const { people } = await openServer('ada', 'bob', 'cid')
const [ada, bob, cid] = people

const systemMessages = (messages: { payload: { system: { type: string } | null } }[]) =>
  messages.map(({ payload }) => payload.system?.type)

test('[CA13] a call in a conversation rings on all devices, and is said to be missed', async () => {
  const { projectId, slug, clients } = await openRoom(ada, bob, cid)
  const [a, b, c] = clients
  const body = { userIds: [bob.id] }
  const { data } = await ada.rest('POST', `/projects/${slug}/conversations`, body)
  const { id: channelId } = data as Channel
  const address = { projectId, channelId }
  const phone = await connect(bob)
  const rings = [b, phone].map((client) => client.collect('call_ring'))
  const [others, ends, said] = [
    [c.collect('call_ring'), c.collect('call_changed')],
    phone.collect('call_ring_ended'),
    b.collect('chat_message'),
  ]
  await a.request('call_join', address)
  await expect.poll(() => rings.map((heard) => heard.length)).toEqual([1, 1])
  expect(rings[0]?.[0]?.payload).toMatchObject({ ...address, from: { id: ada.id } })
  const { channelCalls } = await b.request('join_project', { projectId })
  expect(channelCalls[channelId]?.participants.map(({ id }) => id)).toEqual([ada.id])
  expect((await c.request('join_project', { projectId })).channelCalls).toEqual({})
  await a.request('call_leave', address)
  await expect.poll(() => ends.map(({ payload }) => payload.reason)).toEqual(['ended'])
  await expect.poll(() => systemMessages(said)).toEqual(['call_started', 'call_missed'])
  expect(others).toEqual([[], []])
})

test('[CA8] whoever is taken out of a private channel is out of its call within 2 seconds', async () => {
  const { projectId, slug, clients } = await openRoom(ada, bob)
  const [a, b] = clients
  const more = { kind: 'private' as const, memberIds: [bob.id] }
  const channelId = await openChannel(ada, slug, 'quiet', more)
  const address = { projectId, channelId }
  await a.request('call_join', address)
  const { peerId } = await b.request('call_join', address)
  const [ended, changes] = [b.collect('call_ended'), a.collect('call_changed')]
  const path = `/projects/${slug}/channels/${channelId}/members/${bob.id}`
  expect((await ada.rest('DELETE', path)).status).toBeLessThan(300)
  await expect
    .poll(() => ended.map(({ payload }) => payload), { timeout: 2_000 })
    .toEqual([{ ...address, peerId, reason: 'access_changed' }])
  await expect(b.request('call_join', address)).rejects.toThrow('NOT_FOUND')
  await expect
    .poll(() => changes.at(-1)?.payload.call?.participants.map(({ id }) => id))
    .toEqual([ada.id])
})

test('[CA14] the notes of a standup are a message where the call is', async () => {
  const { projectId, channelId, clients } = await openRoom(ada, bob)
  const [a, b] = clients
  const address = { projectId, channelId }
  const said = b.collect('chat_message')
  for (const client of [a, b]) await client.request('call_join', address)
  await a.request('call_standup', { ...address, action: 'start' })
  await b.request('call_standup', { ...address, action: 'note', note: 'Fixed **all** of it' })
  await b.request('call_standup', { ...address, action: 'stop' })
  await expect
    .poll(() => said.map(({ payload }) => [payload.channelId, payload.author.id, payload.message]))
    .toContainEqual([
      channelId,
      ada.id,
      `**Standup**\n\n- **${bob.user.displayName}**: Fixed **all** of it`,
    ])
})

test('[CA14] notes are kept when the server stops', { timeout: 120_000 }, async () => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'openlaunch-notes-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const stopped = await startTestServer({ DATA_DIR: directory })
  const dan = await register(stopped.url, 'dan')
  const { projectId, slug, channelId, clients } = await openRoom(dan)
  const [d] = clients
  const address = { projectId, channelId }
  await d.request('call_join', address)
  await d.request('call_standup', { ...address, action: 'start' })
  await d.request('call_standup', { ...address, action: 'note', note: 'Not lost' })
  await stopped.close()
  const { url } = await useTestServer({ DATA_DIR: directory })
  const messages = `/projects/${slug}/channels/${channelId}/messages`
  const { data } = await at(dan, url).rest('GET', messages)
  expect((data as ChatMessage[]).map(({ message }) => message)).toContainEqual(
    expect.stringContaining('Not lost'),
  )
})
