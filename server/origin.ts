// Pages of other sites must not act in a person's name: one rule for REST and for every websocket.
import type { IncomingHttpHeaders } from 'node:http'

export type AllowOrigin = (headers: Pick<IncomingHttpHeaders, 'origin' | 'host'>) => boolean

/** Requests without an Origin come from programs, which no page can steer; a page may come from here or from the list. */
export function createAllowOrigin(allowedOrigins: readonly string[]): AllowOrigin {
  return ({ origin, host }) => {
    if (origin === undefined) return true
    if (allowedOrigins.includes(origin)) return true
    // `null` is sent by sandboxed pages and files.
    return URL.canParse(origin) && new URL(origin).host === host
  }
}
