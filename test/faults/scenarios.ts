// Everything that may break, as a table: what happens to the cluster while people use it. The checker judges the end.
import type { Proxy } from '../proxy.ts'
import type { Node } from './cluster.ts'
import { crowds } from './crowds.ts'
import type { Scenario, Stage } from './stage.ts'

const nodes: Scenario[] = [
  {
    title: 'kill -9 of a node under load',
    async run({ cluster, random, isFull, pause, goesOn }) {
      for (let round = 0; round < (isFull ? 5 : 1); round++) {
        const node = random.pick(cluster.nodes)
        await pause(random.between(0, 400))
        await node.end('SIGKILL')
        await goesOn()
        await node.start()
        await goesOn()
      }
    },
  },
  {
    title: 'kill -9 of all nodes at once',
    async run({ cluster, pause, goesOn }) {
      await Promise.all(cluster.nodes.map((node) => node.end('SIGKILL')))
      await pause(300)
      await Promise.all(cluster.nodes.map((node) => node.start()))
      await goesOn(20_000)
    },
  },
  {
    title: 'SIGSTOP of a node, long enough to be given up',
    async run({ cluster, random, isFull, pause, goesOn }) {
      const node = random.pick(cluster.nodes)
      node.signal('SIGSTOP')
      await pause(isFull ? 20_000 : 7_000)
      await goesOn(20_000)
      node.signal('SIGCONT')
      await goesOn()
    },
  },
  {
    title: 'rolling SIGTERM of all nodes',
    async run({ cluster, devices, people, isFull, until, goesOn, demand }) {
      for (let round = 0; round < (isFull ? 2 : 1); round++) {
        for (const node of cluster.nodes) {
          const movers = devices.filter((device) => device.link.node() === node.n)
          await node.end('SIGTERM')
          demand(
            `somebody was still on node ${node.n} when it ended`,
            movers.every((device) => device.link.node() !== node.n),
          )
          await until('everybody is present', 1_000, () =>
            devices.every(
              (device) => !device.isReady() || device.present().length === people.length,
            ),
          )
          await goesOn()
          await node.start()
        }
      }
      const gone = devices.flatMap(({ name, presence }) =>
        presence
          .filter(({ status }) => status === 'offline')
          .map(({ userId }) => `${name} of ${userId}`),
      )
      demand(`nobody left, and was told: ${gone.join(', ')}`, gone.length === 0)
    },
  },
]

const services: Scenario[] = [
  {
    title: 'Redis is killed and started again, empty',
    async run({ cluster, devices, isFull, pause, goesOn, reaches }) {
      await cluster.redis.end('SIGKILL')
      await pause(isFull ? 10_000 : 1_000)
      await goesOn()
      await cluster.redis.start()
      await reaches(devices[0]!, 5_000)
    },
  },
  {
    title: 'Redis forgets everything (FLUSHALL)',
    async run({ cluster, devices, goesOn, reaches }) {
      await cluster.flushRedis()
      await goesOn()
      await reaches(devices[0]!, 5_000)
    },
  },
  {
    title: 'Redis hangs (SIGSTOP)',
    async run({ cluster, devices, isFull, pause, goesOn, reaches }) {
      await cluster.redis.pause()
      await pause(isFull ? 30_000 : 7_000)
      await goesOn()
      // Without news, the nodes look into the database.
      await reaches(devices[0]!, 10_000)
      cluster.redis.goOn()
      await reaches(devices[1]!, 5_000)
    },
  },
  {
    title: 'one node alone loses Redis',
    // What others commit would show them that they miss something.
    pace: Infinity,
    async run({ cluster, devices, random, isFull, pause, reaches }) {
      const node = random.pick(cluster.nodes)
      const inside = devices.find(({ link }) => link.node() === node.n)!
      const outside = devices.find(({ link }) => link.node() !== node.n)!
      node.toRedis.freeze()
      // It takes the others some seconds to miss it.
      await reaches(inside, 10_000)
      await pause(isFull ? 20_000 : 0)
      await reaches(inside, 5_000)
      await reaches(outside, 5_000)
      node.toRedis.thaw()
      await reaches(inside, 5_000)
    },
  },
  {
    title: 'PostgreSQL stops at once and is started again',
    async run({ cluster, isFull, pause, goesOn }) {
      for (let round = 0; round < (isFull ? 3 : 1); round++) {
        await cluster.postgres.end('SIGQUIT')
        await pause(isFull ? 5_000 : 1_000)
        await cluster.postgres.start()
        await goesOn(20_000)
      }
    },
  },
  {
    title: 'PostgreSQL hangs (SIGSTOP)',
    async run({ cluster, devices, isFull, pause, goesOn, demand }) {
      const connections = devices.map(({ link }) => link.connection())
      await cluster.postgres.pause()
      const from = performance.now()
      await pause(isFull ? 20_000 : 6_000)
      const to = performance.now()
      cluster.postgres.goOn()
      await goesOn(20_000)
      const stayed = devices.every(({ link }, n) => link.connection() === connections[n])
      demand('every socket stays', stayed)
      const sends = devices
        .flatMap(({ refusals }) => refusals)
        .filter(({ name, at }) => name === 'send_message' && at > from && at < to)
      demand('sends are refused', sends.length > 0)
      for (const { ms, text } of sends) {
        // Within 2 s, says the rule; this machine may be busy.
        demand(`a send was answered after ${ms} ms: ${text}`, ms < 4_000 && /try again/.test(text))
      }
    },
  },
]

/** Between what, where it is, and how late it may be each way, milliseconds. */
const lines: [string, (node: Node) => Proxy, number][] = [
  ['client and node', ({ front }) => front, 200],
  // A transaction is up to a dozen statements under the channel's lock, in turn with those of the other nodes, and a
  // send waits for 2 s: with 100 ms each way some were refused for half a minute.
  ['node and database', ({ toPostgres }) => toPostgres, 40],
  ['node and Redis', ({ toRedis }) => toRedis, 200],
]

const weathers: [string, (stage: Stage, proxies: Proxy[], latencyMs: number) => Promise<void>][] = [
  [
    'latency',
    async ({ isFull, pause, goesOn }, proxies, latencyMs) => {
      for (const proxy of proxies) proxy.slow({ latencyMs })
      await goesOn(30_000)
      await pause(isFull ? 15_000 : 0)
    },
  ],
  [
    '64 KB/s',
    async ({ isFull, pause, goesOn }, proxies) => {
      for (const proxy of proxies) proxy.slow({ bytesPerSecond: 64 * 1024 })
      await goesOn(30_000)
      await pause(isFull ? 30_000 : 1_000)
    },
  ],
  [
    'resets',
    async ({ random, isFull, pause, goesOn }, proxies) => {
      for (let round = 0; round < (isFull ? 20 : 4); round++) {
        random.pick(proxies).reset()
        await pause(random.between(50, 500))
      }
      await goesOn(20_000)
    },
  ],
  [
    'a line that is half open',
    async ({ random, isFull, pause, goesOn }, proxies) => {
      const proxy = random.pick(proxies)
      proxy.freeze()
      await pause(isFull ? 30_000 : 6_000)
      proxy.thaw()
      await goesOn(30_000)
    },
  ],
]

const network = lines.flatMap(([between, pick, latencyMs]) =>
  weathers.map(([what, run]): Scenario => ({
    title: `${what} between ${between}`,
    run: (stage) => run(stage, stage.cluster.nodes.map(pick), latencyMs),
  })),
)

const silence: Scenario = {
  title: 'connections to the database go dead in silence, new ones work',
  async run({ cluster, random, goesOn }) {
    const { toPostgres } = random.pick(cluster.nodes)
    toPostgres.hold()
    // Nothing is said of it and nothing is given back: the node must notice by itself.
    try {
      await goesOn(30_000)
    } finally {
      toPostgres.release()
    }
  },
}

export const scenarios: Scenario[] = [...nodes, ...services, ...network, silence, ...crowds]
