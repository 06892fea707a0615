// What an open document costs a server, what a further connection to it does, and what is left once everybody left.
import { held } from '../servers.ts'
import { openClient, type Client } from './client.ts'
import type { Target } from './targets.ts'
import { writeLines } from './typing.ts'

/** Of text, in each document */
const LINES = 4_000
const GUESTS = 4
const LANES = 20
const SETTLE = 2_000
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** KiB each; the first quarter warms up: what the server needs in any case is not counted. */
export async function measureMemory(target: Target, count: number) {
  const { wire, ports, tokens, children } = target
  const [server] = children
  if (!server) throw new Error('no server')
  const names = await target.createDocuments(count + count / 4)
  const warm = names.splice(0, count / 4)
  const clients: Client[] = []
  const lines = writeLines(LINES)

  async function open(documents: string[], isFirst: boolean) {
    let next = 0
    const lane = async () => {
      while (next < documents.length) {
        const n = next++
        const place = { wire, port: ports[0] ?? 0, name: documents[n] ?? '' }
        const token = tokens[n % tokens.length] ?? ''
        const client = await openClient({ ...place, token }, {})
        if (isFirst) client.send(lines)
        clients.push(client)
      }
    }
    await Promise.all(Array.from({ length: LANES }, lane))
    await pause(SETTLE)
  }

  await open(warm, true)
  for (let guest = 0; guest < GUESTS; guest += 1) await open(warm, false)
  const before = await held(server)
  await open(names, true)
  const opened = await held(server)
  for (let guest = 0; guest < GUESTS; guest += 1) await open(names, false)
  const visited = await held(server)
  for (const client of clients.slice(-count * (GUESTS + 1))) client.close()
  await pause(2 * SETTLE)
  const left = await held(server)
  for (const client of clients) client.close()
  const connection = (visited - opened) / (count * GUESTS)
  return {
    document: (opened - before) / count - connection,
    connection,
    left: (left - before) / count,
  }
}
