// A node that stops sends its calls and its people to the others before it closes.
import type { Bus } from '../protocol/bus.ts'
import type { Emit } from '../protocol/requests.ts'
import type { Calls } from '../sfu/calls/calls.ts'
import type { Io } from '../realtime/io.ts'

export interface DrainOptions {
  io: Io
  bus: Bus
  emit: Emit
  calls: Pick<Calls, 'drain'>
  /** Within which clients go elsewhere, at random; milliseconds */
  windowMs: number
}

/** For those whose time comes at the end of the window, milliseconds. */
const GRACE = 500
const LOOK_AGAIN = 50

/** Resolves when this node's sockets are gone, or have had their time; at once where there is no other node. */
export async function drain({ io, bus, emit, calls, windowMs }: DrainOptions): Promise<void> {
  await calls.drain()
  const { sockets } = io.sockets
  if (sockets.size === 0 || bus.peers().length === 0) return
  emit.toOwnSockets('draining', { withinMs: windowMs })
  const end = performance.now() + windowMs + GRACE
  while (sockets.size > 0 && performance.now() < end)
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN))
}
