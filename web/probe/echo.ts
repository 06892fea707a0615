// Messages as sound would send packets, and what comes back of them.

const EVERY = 20
const FOR = 4_000
/** For those that are still on the way */
const LINGER = 1_000
/** Bytes; now and then one as large as a packet of a picture, which some lines lose */
const SMALL = 160
const LARGE = 1_100
const LARGE_EVERY = 10

export interface Echo {
  sent: number
  received: number
  /** Milliseconds: half of the messages were faster */
  roundTrip: number
  /** Milliseconds, from one message to the next */
  jitter: number
}

export async function echo(channel: RTCDataChannel, signal: AbortSignal): Promise<Echo> {
  const sentAt: number[] = []
  const times = new Map<number, number>()
  channel.binaryType = 'arraybuffer'
  channel.addEventListener('message', ({ data }: MessageEvent<ArrayBuffer>) => {
    const at = new DataView(data).getUint32(0)
    const sent = sentAt[at]
    if (sent !== undefined) times.set(at, performance.now() - sent)
  })
  const timer = setInterval(() => {
    if (channel.readyState !== 'open') return
    const isLarge = sentAt.length % LARGE_EVERY === LARGE_EVERY - 1
    const message = new ArrayBuffer(isLarge ? LARGE : SMALL)
    new DataView(message).setUint32(0, sentAt.length)
    sentAt.push(performance.now())
    channel.send(message)
  }, EVERY)
  try {
    await pause(FOR, signal)
  } finally {
    clearInterval(timer)
  }
  await pause(LINGER, signal)
  const inOrder = [...times].toSorted(([a], [b]) => a - b).map(([, time]) => time)
  const steps = inOrder.slice(1).map((time, at) => Math.abs(time - (inOrder[at] ?? time)))
  return {
    sent: sentAt.length,
    received: times.size,
    roundTrip: medianOf(inOrder),
    jitter: steps.reduce((sum, step) => sum + step, 0) / Math.max(1, steps.length),
  }
}

export const medianOf = (numbers: number[]) =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0

/** @throws the signal's reason when it is aborted meanwhile */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, milliseconds)
  const stop = () => reject(signal.reason as Error)
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop)
  return promise.finally(() => {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  })
}
