// Calls: how many streams a core forwards, next to mediasoup driven bare; how soon there is a picture; what a killed
// worker and a killed node cost. Loopback only. Prints markdown; docs/BENCHMARKS.md holds a run and what it means.
//   npm run bench:calls [-- name of a part …]
import { measureFirstFrame } from './calls/firstframe.ts'
import { measureForwarding, type Forwarded } from './calls/forwarding.ts'
import { measureNodeKills, measureWorkerKills } from './calls/recovery.ts'
import { ms, quantiles, whole } from './numbers.ts'
import { runParts, type Services } from './servers.ts'

const number = (name: string, or: number) => Number(process.env[name] ?? or)
const PEERS = (process.env['BENCH_PEERS'] ?? '5,10,16,23,32,40').split(',').map(Number)
const SECONDS = number('BENCH_SECONDS', 5)
const ROUNDS = number('BENCH_ROUNDS', 3)
const RUNS = number('BENCH_RUNS', 15)
const KILLS = number('BENCH_KILLS', 20)

const kinds = { bare: 'mediasoup, bare', ours: 'OpenLaunch' } as const
type Kind = keyof typeof kinds

function row(kind: Kind, peers: number, found: Forwarded) {
  const { consumers, delay, lost, worker, node, load, behind } = found
  const each = (worker / consumers) * 1e6
  return (
    `| ${peers} × ${peers - 1} = ${consumers} | ${kinds[kind]} | ${ms(delay.p50)} | ${ms(delay.p99)} ` +
    `| ${(lost * 100).toFixed(2)} | ${worker.toFixed(2)} | ${whole(each)} | ${node.toFixed(2)} ` +
    `| ${whole(found.workerMemory)} | ${whole(found.nodeMemory)} | ${load.toFixed(2)} | ${ms(behind)} |`
  )
}

async function forwarding() {
  console.log(
    `\n## Rooms of peers that send 500 kbit/s of video to each other, one worker; the middle of ${ROUNDS} rounds of ${SECONDS} s\n
| consumers | driven | delay p50 ms | p99 | lost % | worker cores | µs/s a consumer | Node cores | worker KiB a peer | Node KiB a peer | load cores | load late ms |
| --: | --- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |`,
  )
  for (const peers of PEERS) {
    const found: Record<Kind, Forwarded[]> = { bare: [], ours: [] }
    // In turns, so that both meet the same moments of the machine.
    for (let round = 0; round < ROUNDS; round += 1)
      for (const kind of ['bare', 'ours'] as const)
        found[kind].push(await measureForwarding(kind, peers, SECONDS))
    const middle = (kind: Kind) =>
      found[kind].toSorted((a, b) => a.worker - b.worker)[Math.floor((ROUNDS - 1) / 2)]
    const [bare, ours] = [middle('bare'), middle('ours')]
    if (!bare || !ours) continue
    console.log(row('bare', peers, bare))
    console.log(row('ours', peers, ours))
    const more = ((ours.worker + ours.node) / (bare.worker + bare.node) - 1) * 100
    console.log(
      `| ${bare.consumers} | our layer | | | | | | ${more.toFixed(1)} % more processor | | | | |`,
    )
  }
}

async function join() {
  const { p50, p95 } = await measureFirstFrame(RUNS)
  console.log(`\n## From the click on "join" to the first picture, ${RUNS} times, ms\n
| p50 | p95 |
| --: | --: |
| ${ms(p50)} | ${ms(p95)} |`)
}

const GAPS = `| killed | times | p50 | p95 | longest |
| --- | --: | --: | --: | --: |`

function gapRow(killed: string, gaps: number[]) {
  const { p50, p95 } = quantiles(gaps)
  return `| ${killed} | ${gaps.length} | ${whole(p50)} | ${whole(p95)} | ${whole(Math.max(...gaps))} |`
}

async function recovery(services: Services) {
  console.log(
    `\n## The longest time without a new picture around a kill, nobody does anything, ms\n\n${GAPS}`,
  )
  console.log(gapRow('media worker', await measureWorkerKills(KILLS)))
  console.log(
    gapRow('node, with the sockets of its people', await measureNodeKills(services, KILLS)),
  )
}

await runParts({ forwarding, join, recovery })
