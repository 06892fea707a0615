// The load, in a process of its own: people who listen in one room, people who send to it. Every receiver gets the
// messages in the same order, so that its k-th message is everybody's k-th, and need not be parsed.
import { openClient, type Client, type Wire } from './client.ts'
import { quantiles, type Quantiles } from '../numbers.ts'

export interface LoadPlan {
  wire: Wire
  /** Receivers and senders are spread over them */
  ports: number[]
  /** Access tokens, dealt out in turn */
  tokens: string[]
  projectId: string
  receivers: number
  senders: number
  seconds: number
  /** Sends a second; without it, `inFlight` are always under way */
  rate?: number
  inFlight: number
}

export interface LoadResult {
  messages: number
  deliveries: number
  /** From the first send to the last acknowledgement or delivery */
  seconds: number
  refused: number
  /** Milliseconds */
  ack: Quantiles
  /** From send to the last receiver */
  last: Quantiles
}

/** What people write; with its number, which the text begins with. */
const TEXT =
  'The quick brown fox jumps over the lazy dog, and everybody in this room reads about it.'
const WARM_UP = 1_000
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

async function runLoad(plan: LoadPlan): Promise<LoadResult> {
  const { wire, ports, tokens, projectId, seconds, rate, inFlight } = plan
  const pick = <Item>(list: Item[], n: number) => list[n % list.length] as Item
  /** Per message in the order of the room: when its last receiver had it, and how many have */
  const lastAt: number[] = []
  const counts: number[] = []
  /** Number of the message at each place of the order */
  const order: number[] = []
  const sentAt: number[] = []
  const open = (n: number, onMessage: Parameters<typeof openClient>[3]) =>
    openClient(wire, pick(ports, n), pick(tokens, n), onMessage)

  const receivers: Client[] = []
  for (let n = 0; n < plan.receivers; n += 1) {
    let heard = 0
    const client = await open(n, (bytes, start, end, at) => {
      if (n === 0) order.push(numberIn(bytes, start, end))
      lastAt[heard] = Math.max(lastAt[heard] ?? 0, at)
      counts[heard] = (counts[heard] ?? 0) + 1
      heard += 1
    })
    await client.request('join_project', { projectId })
    receivers.push(client)
  }
  const senders: Client[] = []
  for (let n = 0; n < plan.senders; n += 1) senders.push(await open(n, () => undefined))

  let refused = 0
  let number = 0
  const acks: number[] = []
  const send = async () => {
    const own = number++
    const at = (sentAt[own] = performance.now())
    const message = `#${own}# ${TEXT}`
    const payload = { projectId, message, nonce: `${process.pid}-${own}` }
    await pick(senders, own)
      .request('send_message', payload)
      .then(
        () => (acks[own] = performance.now() - at),
        () => (refused += 1),
      )
  }
  const keepSending = async (until: number) => {
    if (rate === undefined) {
      const lane = async () => {
        while (performance.now() < until) await send()
      }
      return void (await Promise.all(Array.from({ length: inFlight }, lane)))
    }
    const begin = performance.now()
    const sends: Promise<void>[] = []
    for (let due = 0; performance.now() < until; await pause(2)) {
      for (; due < ((performance.now() - begin) * rate) / 1_000; due += 1) sends.push(send())
    }
    await Promise.all(sends)
  }
  const settled = async () => {
    const complete = () => counts.filter((count) => count === plan.receivers).length
    for (let tries = 0; complete() < number - refused && tries < 100; tries += 1) await pause(50)
  }

  await keepSending(performance.now() + WARM_UP)
  await settled()
  const warm = number
  const place = counts.length
  process.send?.('measuring')
  const begin = performance.now()
  await keepSending(begin + seconds * 1_000)
  await settled()
  const end = Math.max(...lastAt.slice(place), begin + seconds * 1_000)
  for (const client of [...receivers, ...senders]) client.close()
  const last = order.slice(place).flatMap((own, index) => {
    const whole = counts[place + index] === plan.receivers
    return whole ? [(lastAt[place + index] ?? NaN) - (sentAt[own] ?? NaN)] : []
  })
  return {
    messages: number - warm,
    deliveries: counts.slice(place).reduce((sum, count) => sum + count, 0),
    seconds: (end - begin) / 1_000,
    refused,
    ack: quantiles(acks.slice(warm).filter((time) => time !== undefined)),
    last: quantiles(last),
  }
}

const HASH = 0x23
function numberIn(bytes: Buffer, start: number, end: number): number {
  const from = bytes.indexOf(HASH, start) + 1
  const to = bytes.indexOf(HASH, from)
  if (from === 0 || to < 0 || to > end) throw new Error('a message that nobody of us wrote')
  return Number(bytes.toString('latin1', from, to))
}

if (process.send) {
  process.once('message', (plan: LoadPlan) => {
    runLoad(plan).then(
      (result) => process.send?.({ result }, () => process.exit(0)),
      (error: unknown) => process.send?.({ error: String(error) }, () => process.exit(1)),
    )
  })
}
