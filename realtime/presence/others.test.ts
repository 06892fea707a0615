// However news is lost, delayed, or cut, and whichever nodes die: all that remain see the same people in the end.
import { expect, test } from 'vitest'
import type { Bus } from '../../protocol/bus.ts'
import { AppError } from '../../protocol/errors.ts'
import { createRandom } from '../../test/random.ts'
import { createLocalBus } from '../bus.ts'
import { createCrowd, type Crowd } from './crowd.ts'
import { createOthers, type Others } from './others.ts'
import { distinctPlaces, type Person } from './people.ts'

interface Node {
  id: string
  crowd: Crowd
  others: Others
  people: Map<string, Person>
  hear(topic: string, data: Uint8Array, from: string): void
  answer(subject: string, from: string): Promise<unknown>
  bury(nodeId: string): void
}

/** Nodes between which news is lost as the dice fall. */
function createCluster(roll: (below: number) => number) {
  const nodes = new Map<string, Node>()
  let lossy = true
  const lost = () => lossy && roll(3) === 0

  function add() {
    const local = createLocalBus()
    const listeners = new Map<string, Parameters<Bus['subscribe']>[1]>()
    const gone: ((nodeId: string) => void)[] = []
    const bus: Bus = {
      ...local,
      peers: () => [...nodes.keys()].filter((id) => id !== local.nodeId),
      publish(topic, data) {
        for (const node of nodes.values()) {
          if (node.id !== local.nodeId && !lost()) node.hear(topic, data, local.nodeId)
        }
      },
      subscribe(topic, listener) {
        listeners.set(topic, listener)
        return () => listeners.delete(topic)
      },
      onPeerGone(listener) {
        gone.push(listener)
        return () => undefined
      },
      async request(nodeId, subject) {
        for (let turns = roll(4); turns > 0; turns--) await new Promise(setImmediate)
        const answer: unknown = await nodes.get(nodeId)?.answer(subject, local.nodeId)
        if (!answer || lost()) throw new AppError('UNAVAILABLE', 'lost')
        for (let turns = roll(4); turns > 0; turns--) await new Promise(setImmediate)
        return structuredClone(answer)
      },
    }
    const people = new Map<string, Person>()
    const crowd = createCrowd(() => undefined)
    const others = createOthers({
      bus,
      crowd,
      describeAll: () => [...people],
      onChange: () => undefined,
    })
    nodes.set(local.nodeId, {
      id: local.nodeId,
      crowd,
      others,
      people,
      hear: (topic, data, from) => listeners.get(topic)?.(data, from),
      answer: (subject, from) => local.request(local.nodeId, subject, from),
      bury: (nodeId) => gone.forEach((listener) => listener(nodeId)),
    })
  }

  return {
    nodes,
    add,
    kill(node: Node) {
      nodes.delete(node.id)
      node.crowd.close()
      for (const other of nodes.values()) other.bury(node.id)
    },
    heal: () => (lossy = false),
  }
}

const rooms = ['red', 'green', 'blue']

function somebody(roll: (below: number) => number, id: string): Person {
  const inside = rooms.filter(() => roll(2) === 0)
  return {
    user: { id, username: id, displayName: id, avatar: '' },
    chosen: roll(4) === 0 ? 'busy' : 'online',
    idle: roll(2) === 0,
    rooms: Object.fromEntries(
      inside.map((room) => [room, distinctPlaces([{ kind: 'issue', number: 1 + roll(9) }])]),
    ),
  }
}

test.each([1, 2, 3, 4, 5, 6, 7, 8])('[P5] nodes agree in the end, seed %i', async (seed) => {
  const roll = createRandom(seed).below
  const { nodes, add, kill, heal } = createCluster(roll)
  const log: string[] = []
  const pick = () => [...nodes.values()][roll(nodes.size)]!
  for (let n = 0; n < 3; n++) add()
  for (let step = 0; step < 400; step++) {
    const dies = roll(60) === 0
    const node = pick()
    if (dies) {
      log.push(`${node.id} dies`)
      kill(node)
      add()
      continue
    }
    const userId = `user ${roll(12)}`
    const person = roll(3) === 0 ? undefined : somebody(roll, userId)
    log.push(`${node.id} says ${userId}: ${JSON.stringify(person?.rooms)}`)
    if (person) node.people.set(userId, person)
    else node.people.delete(userId)
    node.crowd.set(node.id, userId, person)
    node.others.say(userId, person)
    if (roll(5) === 0) pick().others.beat()
    if (roll(3) === 0) await new Promise(setImmediate)
  }
  heal()

  const truth = createCrowd(() => undefined)
  for (const { id, people } of nodes.values()) truth.replace(id, people)
  const seen = (crowd: Crowd) =>
    rooms.map((room) => crowd.list(room).sort((a, b) => (a.id < b.id ? -1 : 1)))
  try {
    await expect
      .poll(() => {
        for (const { others } of nodes.values()) others.beat()
        return [...nodes.values()].map(({ crowd }) => seen(crowd))
      })
      .toEqual([...nodes.values()].map(() => seen(truth)))
  } catch (error) {
    throw new Error(`seed ${seed}:\n${log.join('\n')}`, { cause: error })
  } finally {
    truth.close()
    for (const { crowd, others } of nodes.values()) {
      crowd.close()
      others.close()
    }
  }
})
