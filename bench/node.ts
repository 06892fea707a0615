// Our server as the benchmark runs it: the whole of it, with the batch of the chat's writer as an argument.
//   node scripts/node.cjs bench/node.ts [messages per transaction]
import './memory.ts'
import { pino } from 'pino'
import { readConfig } from '../server/config.ts'
import { collectLess } from '../server/heap.ts'
import { startServer } from '../server/start.ts'

collectLess()
const batch = process.argv[2] === undefined ? undefined : Number(process.argv[2])
const log = pino({ level: 'error' }, process.stderr)
const server = await startServer(readConfig(process.env), log, { chatBatch: batch })
console.log(`ready :${server.port}`)
process.once('SIGTERM', () => void server.close().then(() => process.exit(0)))
