// Fuzz: a channel that changes all the time, a connection that comes and goes; the replica ends up as the truth.
import { expect, it } from 'vitest'
import type { ChatMessage } from '../../../protocol/chat.ts'
import { createRandom } from '../../../test/random.ts'
import { createTruth } from './memory.ts'
import { createReplica, widen, type Window } from './replica.ts'

/** @returns what was done, for when it fails */
function play(seed: number) {
  const random = createRandom(seed).below
  const truth = createTruth('c')
  const replica = createReplica()
  const log: string[] = []
  let connected = false
  /** Told, and on its way */
  let wire: ChatMessage[] = []
  let window: Window | null = null
  const pick = () => truth.all()[random(Math.max(1, truth.messages.size))]
  const happen = () => {
    const target = pick()
    const kind = random(5)
    let changed: ChatMessage[]
    if (!target || kind < 2) changed = truth.say('ben', `text ${log.length}`)
    else if (kind === 2)
      changed = truth.say('ben', `reply ${log.length}`, target.threadId ?? target.id)
    else if (kind === 3) changed = [truth.change(target.id, { message: `edit ${log.length}` })]
    else changed = [truth.change(target.id, { message: '', deletedAt: 'now' })]
    log.push(`happen ${changed.map(({ id, rev }) => `${id}@${rev}`).join(' ')}`)
    if (connected) wire.push(...changed)
  }
  const hear = (count: number) => {
    for (const message of wire.splice(0, count)) replica.receive(message)
  }
  const load = () => {
    const asked =
      window && window.from > 0 && random(2) === 0 ? { before: window.from } : { limit: 5 }
    const page = truth.page({ projectId: 'p', limit: 5, ...asked })
    // Meanwhile more is told than the page knows.
    for (let n = random(3); n > 0; n -= 1) happen()
    hear(wire.length)
    replica.apply(page.messages)
    window = widen('before' in asked ? window : null, asked, page)
    log.push(`load ${JSON.stringify(asked)} → ${JSON.stringify(window)}`)
  }
  const connect = () => {
    connected = true
    const head = truth.rev
    log.push(`connect at ${head}`)
    for (let n = random(3); n > 0; n -= 1) happen()
    hear(random(3))
    if (replica.rev === undefined) {
      replica.start(head)
      load()
      return
    }
    for (let more = true; more && connected;) {
      const page = truth.changes(replica.rev ?? 0, 1 + random(4))
      for (let n = random(2); n > 0; n -= 1) happen()
      hear(random(4))
      replica.catchUp(page)
      more = page.hasMore
      if (random(8) === 0) disconnect()
    }
  }
  const disconnect = () => {
    log.push('disconnect')
    connected = false
    wire = []
    replica.away()
  }

  for (let step = 0; step < 120; step += 1) {
    const kind = random(10)
    if (kind < 6) happen()
    else if (kind === 6 && connected) hear(1 + random(3))
    else if (kind === 7 && connected && replica.inStep) load()
    else if (kind === 8 && connected) disconnect()
    else if (!connected) connect()
  }
  // However it ended, it is connected, and everything arrives.
  while (!connected || !replica.inStep) {
    if (connected) disconnect()
    connect()
  }
  hear(wire.length)
  const { from, to } = window ?? { from: 0, to: Infinity }
  const expected = truth
    .all()
    .filter(({ threadId, seq }) => threadId === null && seq >= from && seq <= to)
  return { log, replica, expected, shown: replica.list(null, { from, to }), truth }
}

it('converges whatever happens to the connection (300 seeds)', () => {
  for (let seed = 1; seed <= 300; seed += 1) {
    const { log, replica, expected, shown, truth } = play(seed)
    const story = `seed ${seed}\n${log.join('\n')}`
    expect(shown, story).toEqual(expected)
    expect(replica.rev, story).toBe(truth.rev)
    for (const message of replica.messages.values())
      expect(message, story).toEqual(truth.messages.get(message.id))
  }
})

it('does not move its position by events while something may be missing', () => {
  const truth = createTruth('c')
  const replica = createReplica()
  replica.start(0)
  const [first, missed, later] = ['a', 'b', 'c'].flatMap((text) => truth.say('ben', text))
  if (first) replica.receive(first)
  expect(replica.rev).toBe(1)
  replica.away()
  if (later) replica.receive(later)
  expect(replica.rev).toBe(1)
  replica.catchUp(truth.changes(1))
  expect(replica.rev).toBe(3)
  expect(replica.messages.get(missed?.id ?? '')).toEqual(missed)
})
