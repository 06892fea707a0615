// Feeds over a bus that loses, doubles and reorders, on a log that fails at times.
import { pino } from 'pino'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import type { Bus } from '../protocol/bus.ts'
import { createRandom } from '../test/random.ts'
import { createLocalBus } from './bus.ts'
import { createFeed, type Entry, type Feed } from './feed.ts'

const log = pino({ level: 'silent' })
const entry = (position: number): Entry => ({ position, packet: { text: `${position}` } })

type News = (data: Uint8Array, from: string) => void

/** Nodes on one bus that a test can harm, and one log that is the truth. */
function createWorld(random: () => number = () => 1) {
  const truth = new Map<string, number[]>()
  const nodes: {
    news: News
    gap: () => void
    gone: (node: string) => void
    isCut: boolean
    feed: Feed
    told: number[]
  }[] = []
  const world = { loss: 0, disorder: 0, failures: 0, slowness: 0, reads: 0 }

  const later = (work: () => void) => void setTimeout(work, Math.floor(random() * 300))
  const mayFail = () => {
    world.reads++
    if (random() < world.failures) throw new Error('the database is away')
  }
  function addNode(key: string) {
    const told: number[] = []
    const node = {
      news: (() => undefined) as News,
      gap: () => undefined as void,
      gone: (() => undefined) as (node: string) => void,
      isCut: false,
      told,
    }
    const bus: Bus = {
      ...createLocalBus(),
      connected: () => !node.isCut,
      onGap: (listener) => {
        node.gap = listener
        return () => undefined
      },
      onPeerGone: (listener) => {
        node.gone = listener
        return () => undefined
      },
      subscribe: (_, listener) => {
        node.news = listener
        return () => undefined
      },
      publish(_, data) {
        for (const other of nodes) {
          if (other.news === node.news || node.isCut || other.isCut || random() < world.loss)
            continue
          const arrive = () => other.news(data, 'other')
          if (random() < world.disorder) later(arrive)
          else arrive()
        }
      },
    }
    const feed = createFeed({
      topic: 'test',
      bus,
      log,
      heads: (keys) =>
        Promise.resolve().then(() => {
          mayFail()
          return new Map(keys.map((each) => [each, truth.get(each)?.at(-1) ?? 0]))
        }),
      async read(each, after, limit) {
        mayFail()
        const positions = truth.get(each) ?? []
        const found = positions.filter((at) => at > after).slice(0, limit)
        // The answer is under way while news arrives.
        if (world.slowness > 0)
          await new Promise<void>((resolve) => setTimeout(resolve, random() * world.slowness))
        return found.map(entry)
      },
      deliver: (_, packets) => told.push(...packets.map(({ text }) => Number(text))),
    })
    const added = Object.assign(node, { feed })
    nodes.push(added)
    return { ...added, key, node }
  }
  /** @returns the position, which its node is to publish */
  function commit(key: string) {
    const positions = truth.get(key) ?? []
    truth.set(key, positions)
    const position = (positions.at(-1) ?? 0) + 1
    positions.push(position)
    return position
  }
  return { world, truth, nodes, addNode, commit }
}

afterEach(() => void vi.useRealTimers())
const useTime = () =>
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'],
  })

const upTo = (end: number, from = 1) =>
  Array.from({ length: end - from + 1 }, (_, index) => from + index)

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  '[R6] whatever the bus and the database do, every node tells all in order (seed %i)',
  async (seed) => {
    useTime()
    const random = createRandom(seed).next
    const { world, truth, nodes, addNode, commit } = createWorld(random)
    for (let n = 0; n < 3; n++) addNode('k')
    onTestFinished(() => nodes.forEach(({ feed }) => feed.close()))
    await Promise.all(nodes.map(({ feed }) => feed.follow(['k'])))
    Object.assign(world, { loss: 0.2, disorder: 0.3, failures: 0.3, slowness: 200 })
    for (let step = 0; step < 400; step++) {
      const node = nodes[Math.floor(random() * nodes.length)]!
      const doing = random()
      if (doing < 0.05) node.isCut = !node.isCut
      else if (doing < 0.1 && !node.isCut) node.gap()
      else if (doing < 0.2)
        commit('k') // … and its node dies before it says so
      else {
        const first = commit('k')
        const many = upTo(first + Math.floor(random() * 4), first)
        for (const _ of many.slice(1)) commit('k')
        node.feed.publish('k', many.map(entry))
      }
      await vi.advanceTimersByTimeAsync(random() * 40)
    }
    for (const { told } of nodes) {
      expect(told).toEqual([...new Set(told)].sort((a, b) => a - b))
    }
    Object.assign(world, { loss: 0, disorder: 0, failures: 0, slowness: 0 })
    for (const node of nodes) node.isCut = true
    await vi.advanceTimersByTimeAsync(1_500)
    for (const node of nodes) node.isCut = false
    await vi.advanceTimersByTimeAsync(5_000)
    for (const { told } of nodes) expect(told).toEqual(truth.get('k'))
  },
)

test('what came before following is not told, what comes while the head is read is', async () => {
  const { nodes, addNode, commit } = createWorld()
  const { feed, told } = addNode('k')
  onTestFinished(() => nodes.forEach((node) => node.feed.close()))
  feed.publish('k', [entry(commit('k'))])
  const following = feed.follow(['k'])
  const again = feed.follow(['k'])
  const early = commit('k')
  await Promise.resolve()
  const late = commit('k')
  feed.publish('k', [entry(late)])
  await Promise.all([following, again])
  await expect.poll(() => told.includes(late)).toBe(true)
  expect(told).toEqual([early, late].filter((at) => told.includes(at)))
  feed.unfollow('k')
  feed.publish('k', [entry(commit('k'))])
  expect(told.at(-1)).toBe(late)
})

test('what was replaced while it waited is not told beside what replaced it', async () => {
  useTime()
  const { truth, nodes, addNode, commit } = createWorld()
  const { feed, told } = addNode('k')
  onTestFinished(() => nodes.forEach((node) => node.feed.close()))
  await feed.follow(['k'])
  for (let n = 0; n < 3; n++) commit('k')
  feed.publish('k', [entry(2)])
  // The third is a change of the same thing as the second.
  truth.set('k', [1, 3])
  await vi.advanceTimersByTimeAsync(1_000)
  feed.publish('k', [entry(3)])
  expect(told).toEqual([1, 3])
})

test('what arrives early waits for what is missing, and asks no database when it comes', async () => {
  useTime()
  const { world, nodes, addNode, commit } = createWorld()
  const { feed, told } = addNode('k')
  onTestFinished(() => nodes.forEach((node) => node.feed.close()))
  await feed.follow(['k'])
  const before = world.reads
  for (let n = 0; n < 3; n++) commit('k')
  feed.publish('k', [entry(3)])
  feed.publish('k', [entry(2)])
  expect(told).toEqual([])
  await vi.advanceTimersByTimeAsync(50)
  feed.publish('k', [entry(1)])
  expect(told).toEqual([1, 2, 3])
  await vi.advanceTimersByTimeAsync(1_000)
  expect(world.reads).toBe(before)
})

test('positions that a later change replaced leave no hole', async () => {
  useTime()
  const { truth, nodes, addNode } = createWorld()
  const { feed, told } = addNode('k')
  onTestFinished(() => nodes.forEach((node) => node.feed.close()))
  await feed.follow(['k'])
  // Message of position 1 was changed at 2 and 4: its row is found at 4 only.
  truth.set('k', [3, 4])
  feed.publish('k', [entry(4)])
  await vi.advanceTimersByTimeAsync(200)
  expect(told).toEqual([3, 4])
  truth.set('k', [3, 4, 5])
  feed.publish('k', [entry(5)])
  expect(told).toEqual([3, 4, 5])
})

test('a follow that fails is tried again by whoever asks again', async () => {
  const { world, nodes, addNode, commit } = createWorld(() => 0.5)
  const { feed, told } = addNode('k')
  onTestFinished(() => nodes.forEach((node) => node.feed.close()))
  world.failures = 1
  await expect(feed.follow(['k'])).rejects.toThrow('away')
  world.failures = 0
  await feed.follow(['k'])
  feed.publish('k', [entry(commit('k'))])
  expect(told).toEqual([1])
})

test('[R6] while the bus is away, and shortly after, what others commit is found by looking', async () => {
  useTime()
  const { nodes, addNode, commit } = createWorld()
  const { node, feed, told } = addNode('k')
  onTestFinished(() => nodes.forEach((each) => each.feed.close()))
  await feed.follow(['k'])
  node.isCut = true
  commit('k')
  await vi.advanceTimersByTimeAsync(2_500)
  expect(told).toEqual([1])
  node.isCut = false
  // Its node is not back yet: the news is lost.
  commit('k')
  await vi.advanceTimersByTimeAsync(2_500)
  expect(told).toEqual([1, 2])
})

test('[R6] what a node commits that alone lost the bus is found by looking', async () => {
  useTime()
  const { world, nodes, addNode, commit } = createWorld()
  const { node, feed, told } = addNode('k')
  onTestFinished(() => nodes.forEach((each) => each.feed.close()))
  await feed.follow(['k'])
  node.gone('other')
  for (let n = 1; n <= 3; n++) {
    commit('k')
    await vi.advanceTimersByTimeAsync(1_500)
    expect(told).toEqual(upTo(n))
  }
  // It may as well be gone for good.
  await vi.advanceTimersByTimeAsync(70_000)
  const before = world.reads
  await vi.advanceTimersByTimeAsync(30_000)
  expect(world.reads).toBe(before + 2)
})

test('a read that fails is tried again', async () => {
  useTime()
  const { world, nodes, addNode, commit } = createWorld(() => 0.5)
  const { feed, told } = addNode('k')
  onTestFinished(() => nodes.forEach((node) => node.feed.close()))
  await feed.follow(['k'])
  commit('k')
  world.failures = 1
  feed.publish('k', [entry(commit('k'))])
  await vi.advanceTimersByTimeAsync(1_000)
  expect(told).toEqual([])
  world.failures = 0
  await vi.advanceTimersByTimeAsync(2_000)
  expect(told).toEqual([1, 2])
})

test('more than one read of the database holds', async () => {
  useTime()
  const { nodes, addNode, commit } = createWorld()
  const { feed, told } = addNode('k')
  onTestFinished(() => nodes.forEach((node) => node.feed.close()))
  await feed.follow(['k'])
  for (let n = 0; n < 1_233; n++) commit('k')
  feed.publish('k', [entry(commit('k'))])
  await vi.advanceTimersByTimeAsync(200)
  expect(told).toEqual(upTo(1_234))
})
