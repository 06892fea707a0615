// What a call needs of the socket, and the news of one call in order.
import {
  callKey,
  type CallAddress,
  type CallEvents,
  type CallRequests,
} from '../../protocol/calls.ts'

export interface Signalling {
  address: CallAddress
  /** Rejects with an error that has the server's `code` and `details`; UNAVAILABLE when there was no answer in time */
  request<Name extends keyof CallRequests>(
    name: Name,
    payload: CallRequests[Name][0],
  ): Promise<CallRequests[Name][1]>
  /** @returns a function that ends the subscription */
  on<Name extends keyof CallEvents>(
    name: Name,
    listener: (payload: CallEvents[Name]) => void,
  ): () => void
}

const newsNames = [
  'call_peer_joined',
  'call_peer_left',
  'call_producer_added',
  'call_producer_paused',
  'call_producer_closed',
  'call_hand',
  'call_reaction',
  'call_speaker',
  'call_quality',
  'call_layers',
  'call_locked',
  'call_knock',
  'call_knock_ended',
  'call_standup_changed',
  'call_muted',
  'call_ringing',
  'call_ring_ended',
  'call_moved',
  'call_ended',
] as const
type NewsName = (typeof newsNames)[number]
export type NewsHandlers = { [Name in NewsName]: (payload: CallEvents[Name]) => void }

/** News may overtake the answer to call_join: it is kept until there is somebody to hear it. */
export function collectNews({ address, on }: Signalling) {
  let handlers: NewsHandlers | undefined
  let early: (() => void)[] = []
  const subscribe = <Name extends NewsName>(name: Name) =>
    on(name, (payload) => {
      if (callKey(payload) !== callKey(address)) return
      if (handlers) handlers[name](payload)
      else early.push(() => handlers?.[name](payload))
    })
  const subscriptions = newsNames.map((name) => subscribe(name))
  return {
    /** From now on news is kept until the next start. */
    hold() {
      handlers = undefined
    },
    start(hearing: NewsHandlers) {
      handlers = hearing
      const missed = early
      early = []
      for (const hear of missed) hear()
    },
    stop() {
      for (const end of subscriptions) end()
    },
  }
}

const RETRY_AFTER = 1_000
const RETRIES = 5

/** Joining a large call asks a lot at once: when it is too much for the server, a moment later is soon enough. */
export function patiently({ request, ...signalling }: Signalling): Signalling {
  return {
    ...signalling,
    async request(name, payload) {
      for (let retry = 0; ; retry += 1) {
        try {
          return await request(name, payload)
        } catch (error) {
          if (codeOf(error) !== 'RATE_LIMITED' || retry === RETRIES) throw error
          await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER))
        }
      }
    },
  }
}

/** The server's error code, where the error is the server's. */
export const codeOf = (error: unknown) => (error as { code?: unknown } | null)?.code
/** Whether the server says that we are not in the call, or no longer. */
export const isNotJoined = (error: unknown) =>
  (error as { details?: { joined?: unknown } } | null)?.details?.joined === false

/** Refusals that do not change by asking again. */
const finalCodes = new Set<unknown>([
  'VALIDATION_ERROR',
  'AUTHENTICATION_FAILED',
  'INVALID_TOKEN',
  'INSUFFICIENT_PERMISSIONS',
  'NOT_FOUND',
  'CONFLICT',
])
export const isFinal = (error: unknown) => finalCodes.has(codeOf(error)) && !isNotJoined(error)
/** UNAVAILABLE because the server has no media worker (yet): it says so with a status of it. */
export const isUnprepared = (error: unknown) =>
  typeof (error as { details?: { state?: unknown } } | null)?.details?.state === 'string'
