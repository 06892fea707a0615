// One run of the connection test: the socket, the devices, and every way at the same time. What is still null is
// under way.
import type { TransportParameters } from '../../protocol/calls.ts'
import { AppError } from '../../protocol/errors.ts'
import type { AppSocket } from '../socket.ts'
import { createStore, type Readable } from '../store.ts'
import { errorMessage } from '../wire.ts'
import { tryDevices, type DeviceTrial } from './devices.ts'
import { medianOf, pause } from './echo.ts'
import { tryWay, type Trial } from './trial.ts'
import { planWays, type Way } from './ways.ts'

const PINGS = 5
const SOCKET_WITHIN = 10_000
const unavailable = (message: string) => new AppError('UNAVAILABLE', message)

export interface SocketTrial {
  /** `websocket` or `polling`; null: there is no connection */
  transport: string | null
  /** Milliseconds, there and back */
  roundTrip: number
}

export interface Tested {
  state: 'running' | 'done' | 'cancelled'
  startedAt: Date
  /** Host name of the page */
  host: string
  socket: SocketTrial | null
  devices: DeviceTrial[] | null
  /** Why the ways cannot be tried */
  refusal: string | null
  ways: { way: Way; trial: Trial | null }[] | null
}

export interface Run extends Readable<Tested> {
  cancel(): void
}

export function startTest(socket: AppSocket, host: string): Run {
  const abort = new AbortController()
  const { signal } = abort
  const store = createStore<Tested>({
    state: 'running',
    startedAt: new Date(),
    host,
    socket: null,
    devices: null,
    refusal: null,
    ways: null,
  })
  const update = (change: Partial<Tested>) => {
    if (!signal.aborted) store.set({ ...store.get(), ...change })
  }

  async function network() {
    const trial = await trySocket(socket, signal)
    update({ socket: trial })
    if (trial.transport === null) return update({ refusal: 'Without the server nothing is tried.' })
    const lost = new AbortController()
    const unwatch = socket.connection.subscribe(() =>
      lost.abort(unavailable('The connection to the server broke off during the test.')),
    )
    try {
      await tryAll(await open(), AbortSignal.any([signal, lost.signal]))
    } catch (error) {
      update({ refusal: errorMessage(error) })
    } finally {
      unwatch()
    }
  }

  const open = () => socket.request('probe_open', {})

  async function tryAll(first: TransportParameters, line: AbortSignal) {
    const ways = planWays(first, host)
    update({ ways: ways.map((way) => ({ way, trial: null })) })
    const tried = await Promise.allSettled(
      ways.map(async (way, at) => {
        const trial = await tryWay(way, at === 0 ? first : await open(), socket, line)
        const now = store.get().ways ?? []
        update({ ways: now.map((one) => (one.way === way ? { way, trial } : one)) })
      }),
    )
    for (const one of tried) if (one.status === 'rejected') throw one.reason
  }

  void Promise.all([network(), tryDevices(signal).then((devices) => update({ devices }))]).then(
    () => update({ state: 'done' }),
    // Cancelled: what is known stays.
    () => undefined,
  )
  return {
    ...store,
    cancel() {
      update({ state: 'cancelled' })
      abort.abort(new Error('The test was cancelled'))
    },
  }
}

async function trySocket(socket: AppSocket, signal: AbortSignal): Promise<SocketTrial> {
  const { connection, request, transport } = socket
  for (let waited = 0; connection.get() !== 'connected'; waited += 100) {
    if (waited >= SOCKET_WITHIN) return { transport: null, roundTrip: 0 }
    await pause(100, signal)
  }
  const times: number[] = []
  try {
    for (let ping = 0; ping < PINGS; ping += 1) {
      const before = performance.now()
      await request('probe_ping', {})
      times.push(performance.now() - before)
      signal.throwIfAborted()
    }
  } catch {
    signal.throwIfAborted()
    return { transport: null, roundTrip: 0 }
  }
  return { transport: transport(), roundTrip: medianOf(times) }
}
