// The chat under load, next to what it could be without storage. Everything in one run, on one machine, with the
// load in a process of its own. Prints markdown; docs/BENCHMARKS.md holds a run and what it means.
//   npm run bench:chat [-- name of a part …]
import { measureIdle } from './chat/idle.ts'
import { measureStorm } from './chat/storm.ts'
import { measure, SECONDS, type Measured } from './chat/measure.ts'
import { startBare, startOwn, type Target } from './chat/targets.ts'
import { ms, whole } from './numbers.ts'
import { runParts, type Services } from './servers.ts'

const ROOMS = (process.env['BENCH_ROOMS'] ?? '10,100,1000').split(',').map(Number)

interface Contender {
  name: string
  start(services: Services): Promise<Target>
  rooms: number[]
}

const contenders: Contender[] = [
  { name: 'bare `ws`, nothing stored', start: () => startBare('ws'), rooms: ROOMS },
  { name: 'bare Socket.IO, nothing stored', start: () => startBare('socket.io'), rooms: ROOMS },
  ...(['PGlite', 'PostgreSQL'] as const).map((database) => ({
    name: `OpenLaunch, ${database}`,
    start: (services: Services) => startOwn(services, { nodes: 1, database }),
    rooms: ROOMS,
  })),
  {
    name: 'OpenLaunch, PostgreSQL, two processes',
    start: (services) => startOwn(services, { nodes: 2, database: 'PostgreSQL' }),
    rooms: ROOMS,
  },
  ...(['PGlite', 'PostgreSQL'] as const).map((database) => ({
    name: `OpenLaunch, ${database}, one insert a message`,
    start: (services: Services) => startOwn(services, { nodes: 1, database, batch: 1 }),
    rooms: [100],
  })),
]

function printRow(name: string, room: number, { result, cores }: Measured) {
  const { messages, deliveries, seconds, refused, ack, last } = result
  const load = cores.at(-1) ?? 0
  const server = cores
    .slice(0, -1)
    .map((share) => share.toFixed(2))
    .join(' + ')
  console.log(
    `| ${name} | ${room} | ${whole(messages / seconds)} | ${whole(deliveries / seconds)} | ${ms(ack.p50)} | ${ms(ack.p99)} ` +
      `| ${ms(last.p50)} | ${ms(last.p99)} | ${server} | ${load.toFixed(2)} | ${refused} |`,
  )
}

const HEAD = `| server | room | messages/s | deliveries/s | ack p50 ms | ack p99 | last receiver p50 ms | p99 | server cores | load cores | refused |
| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |`

async function compare(services: Services) {
  console.log(`\n## As fast as it goes: 50 sends under way, ${SECONDS} s each\n\n${HEAD}`)
  for (const { name, start, rooms } of contenders) {
    for (const room of rooms) {
      const target = await start(services)
      printRow(name, room, await measure(target, { receivers: room }))
      await target.close()
    }
  }
}

async function pace(services: Services) {
  console.log(`\n## 500 sends a second, ${SECONDS} s each\n\n${HEAD}`)
  for (const database of ['PGlite', 'PostgreSQL'] as const) {
    for (const receivers of [10, 50]) {
      const target = await startOwn(services, { nodes: 1, database })
      const measured = await measure(target, { receivers, rate: 500 })
      printRow(`OpenLaunch, ${database}`, receivers, measured)
      await target.close()
    }
  }
}

async function idle(services: Services) {
  const count = Number(process.env['CONNECTIONS'] ?? 10_000)
  console.log(`\n## ${whole(count)} idle connections\n
| server | resident KiB a connection | heap and buffers KiB a connection | processor, cores |
| --- | --: | --: | --: |`)
  const targets = {
    'bare Socket.IO': () => startBare('socket.io'),
    'OpenLaunch, PGlite': () => startOwn(services, { nodes: 1, database: 'PGlite' }),
  }
  for (const [name, start] of Object.entries(targets)) {
    const target = await start()
    const { resident, held, cores } = await measureIdle(target, count)
    console.log(`| ${name} | ${resident.toFixed(1)} | ${held.toFixed(1)} | ${cores.toFixed(3)} |`)
    await target.close()
  }
}

async function storm(services: Services) {
  const count = 1_000
  console.log(`\n## ${whole(count)} connections join a project of 1,000 people at once\n
| server | half are in, ms | all | send meanwhile p50 ms | p99 | refused | longest answer, KiB | server processor, s |
| --- | --: | --: | --: | --: | --: | --: | --: |`)
  const database = 'PostgreSQL'
  const target = await startOwn(services, { nodes: 1, database, absent: 950 })
  const { half, all, ack, refused, bytes, processor } = await measureStorm(target, count)
  console.log(
    `| OpenLaunch, ${database} | ${whole(half)} | ${whole(all)} | ${ms(ack.p50)} | ${ms(ack.p99)} | ${refused} ` +
      `| ${whole(bytes / 1_024)} | ${processor.toFixed(1)} |`,
  )
  await target.close()
}

await runParts({ compare, pace, storm, idle })
