// Live files under load, next to y-websocket-server and bare Hocuspocus, which store nothing. Everything in one run,
// on one machine, with the load in a process of its own. Prints markdown; docs/BENCHMARKS.md holds a run and what it
// means.
//   npm run bench:docs [-- name of a part …]
import { floodKinds } from './docs/flood.ts'
import { measureHostile } from './docs/hostile.ts'
import { measureLoading } from './docs/loading.ts'
import { measureMemory } from './docs/memory.ts'
import { measure, SECONDS, steadyRate, type Measured } from './docs/measure.ts'
import { startBare, startOwn, type Target } from './docs/targets.ts'
import { ms, whole, type Quantiles } from './numbers.ts'
import { runParts, type Services } from './servers.ts'

const list = (name: string, or: string) => (process.env[name] ?? or).split(',').map(Number)
const DOCUMENTS = list('BENCH_DOCUMENTS', '1,10,100')
const EDITORS = list('BENCH_EDITORS', '2,10,50')
/** More than two cores bear in the load: sizes beyond are left out */
const CONNECTIONS = Number(process.env['BENCH_CONNECTIONS'] ?? 1_000)

const contenders: ((services: Services) => Promise<Target>)[] = [
  () => startBare('y-websocket'),
  () => startBare('hocuspocus'),
  (services) => startOwn(services, { nodes: 1, database: 'PGlite' }),
  (services) => startOwn(services, { nodes: 1, database: 'PostgreSQL' }),
  (services) => startOwn(services, { nodes: 2, database: 'PostgreSQL' }),
]

/** Of these contenders, those that are wanted. */
function chosen(...indexes: number[]) {
  const only = process.env['BENCH_ONLY']?.split(',').map(Number)
  return contenders.filter((_, index) => indexes.includes(index) && (!only || only.includes(index)))
}

/** All at once, so that what is compared ran within the same seconds; who is not measured has nothing to do. */
async function startAll(services: Services): Promise<Target[]> {
  const targets: Target[] = []
  for (const begin of chosen(0, 1, 2, 3, 4)) targets.push(await begin(services))
  return targets
}

const three = ({ p50, p95, p99 }: Quantiles) => [p50, p95, p99].map(ms).join(' / ')

function describe(
  { name, confirms }: Target,
  { documents, editors }: { documents: number; editors: number },
  { typing, cores }: Measured,
) {
  const { keystrokes, seconds, screen, saved } = typing
  const servers = cores.slice(0, -1)
  const server = servers.map((share) => share.toFixed(2)).join(' + ')
  const each = (servers.reduce((sum, share) => sum + share, 0) * seconds * 1e6) / keystrokes
  return (
    `| ${documents} × ${editors} | ${name} | ${whole(keystrokes / seconds)} | ${whole((keystrokes * editors) / seconds)} ` +
    `| ${three(screen)} | ${confirms ? three(saved) : '–'} ` +
    `| ${server} | ${whole(each)} | ${(cores.at(-1) ?? 0).toFixed(2)} |`
  )
}

const HEAD = `| documents × editors | server | keystrokes/s | deliveries/s | to another screen, ms p50 / p95 / p99 | to saved, ms | server cores | µs a keystroke | load cores |
| --: | --- | --: | --: | --: | --: | --: | --: | --: |`

async function typing(services: Services) {
  const targets = await startAll(services)
  const steady: string[] = []
  console.log(`\n## As fast as it goes: 100 keystrokes under way, ${SECONDS} s each\n\n${HEAD}`)
  for (const documents of DOCUMENTS)
    for (const editors of EDITORS)
      for (const target of targets) {
        if (documents * editors > CONNECTIONS) continue
        const size = { documents, editors }
        try {
          const both = await measure(target, documents, editors)
          console.log(describe(target, size, both.fast))
          steady.push(describe(target, size, both.steady))
        } catch (error) {
          console.log(
            `| ${documents} × ${editors} | ${target.name} | did not end: ${String(error)} |`,
          )
        }
      }
  const rates = DOCUMENTS.map((documents) =>
    EDITORS.map((editors) => whole(steadyRate(documents, editors))).join(', '),
  )
  console.log(
    `\n## Steadily: 5 keystrokes a second of each editor, 50,000 deliveries a second at most (${rates.join('; ')})\n\n${HEAD}`,
  )
  for (const row of steady) console.log(row)
  for (const target of targets) await target.close()
}

async function memory(services: Services) {
  const count = Number(process.env['BENCH_OPEN'] ?? 400)
  console.log(`\n## Memory: ${count} documents of 4,000 characters, five connections each; KiB of heap and buffers\n
| server | an open document | a connection | left of a document when all are gone |
| --- | --: | --: | --: |`)
  for (const begin of chosen(0, 1, 3)) {
    const target = await begin(services)
    const { document, connection, left } = await measureMemory(target, count)
    const row = [document, connection, left].map((kib) => kib.toFixed(1)).join(' | ')
    console.log(`| ${target.name} | ${row} |`)
    await target.close()
  }
}

async function hostile(services: Services) {
  console.log(`\n## Somebody floods: ten people's keystrokes to saved, ms p50 / p95 / p99\n
| server | flood of | before | during | p99, times | not saved | frames sent | connections ended |
| --- | --- | --: | --: | --: | --: | --: | --: |`)
  for (const begin of chosen(2, 3)) {
    for (const kind of floodKinds.filter((kind) =>
      kind.includes(process.env['BENCH_FLOOD'] ?? ''),
    )) {
      const target = await begin(services)
      const { before, during, lost, flood } = await measureHostile(target, kind)
      const times = (during.p99 / before.p99).toFixed(1)
      console.log(
        `| ${target.name} | ${kind} | ${three(before)} | ${three(during)} | ${times} | ${lost} | ${whole(flood.frames)} | ${flood.ended} |`,
      )
      await target.close()
    }
  }
}

async function loading(services: Services) {
  const operations = Number(process.env['BENCH_OPERATIONS'] ?? 100_000)
  const { replayed, journal, snapshot, length } = await measureLoading(services, operations)
  console.log(`\n## Opening a document of ${whole(operations)} operations (${whole(length)} characters), ms\n
| from | until all of it is there |
| --- | --: |
| bare Hocuspocus, replaying a journal in a file row by row | ${whole(replayed)} |
| OpenLaunch, PostgreSQL, had nobody merged the journal | ${whole(journal)} |
| OpenLaunch, PostgreSQL, as it is stored | ${whole(snapshot)} |`)
}

await runParts({ typing, memory, loading, hostile })
