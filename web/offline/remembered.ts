// The little that a room needs to open while the server is away: who one is, the project, its files. Kept in this
// browser for the signed-in person, the latest few projects; forgotten when they sign out.
import type { Query } from '@tanstack/react-query'
import type { PrivateUser } from '../../server/users/schema.ts'
import { queryClient } from '../query.ts'
import { isAppError } from '../wire.ts'

const PREFIX = 'openlaunch.remembered.'
const USER = `${PREFIX}user`
const MAX_ENTRIES = 12
/** Lists change with every file; they are written when it is quiet, milliseconds. */
const QUIET = 1_000
const kinds: readonly unknown[] = ['project', 'files']

/** Of what is to be written, by query */
const timers = new Map<string, ReturnType<typeof setTimeout>>()

interface Entry {
  at: number
  data: unknown
}

function read(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null')
  } catch {
    return null
  }
}

function write(key: string, value: unknown) {
  try {
    localStorage.setItem(key, JSON.stringify(value))
  } catch {
    // No room: the room opens with the server only.
    localStorage.removeItem(key)
  }
}

const entryKeys = () =>
  Object.keys(localStorage).filter((key) => key.startsWith(PREFIX) && key !== USER)

export const rememberedUser = () => read(USER) as PrivateUser | null
export function rememberUser(user: PrivateUser) {
  if (rememberedUser()?.id !== user.id) forget()
  write(USER, user)
}
export function forget() {
  for (const timer of timers.values()) clearTimeout(timer)
  timers.clear()
  for (const key of entryKeys()) localStorage.removeItem(key)
  localStorage.removeItem(USER)
}

/** For a query: what was known last, to be asked anew at once. */
export const remembered = <Data>(queryKey: readonly unknown[]) => ({
  initialData: () =>
    (read(PREFIX + JSON.stringify(queryKey)) as Entry | null)?.data as Data | undefined,
  initialDataUpdatedAt: 0,
})

function remember(query: Query) {
  const key = PREFIX + JSON.stringify(query.queryKey)
  const { data, status, error } = query.state
  // Gone, or not for this person any more; while the server is away it stays.
  if (isAppError(error) && error.code !== 'UNAVAILABLE') return localStorage.removeItem(key)
  if (status === 'success' && data !== undefined)
    write(key, { at: Date.now(), data } satisfies Entry)
  const byAge = entryKeys().sort((a, b) => at(b) - at(a))
  for (const old of byAge.slice(MAX_ENTRIES)) localStorage.removeItem(old)
}
const at = (key: string) => (read(key) as Entry | null)?.at ?? 0

/** Follows what is asked. @returns a function that ends it */
export function startRemembering(): () => void {
  const end = queryClient.getQueryCache().subscribe(({ type, query }) => {
    if (type !== 'updated' || !kinds.includes(query.queryKey[0])) return
    clearTimeout(timers.get(query.queryHash))
    timers.set(
      query.queryHash,
      setTimeout(() => {
        timers.delete(query.queryHash)
        remember(query)
      }, QUIET),
    )
  })
  return () => {
    end()
    for (const timer of timers.values()) clearTimeout(timer)
  }
}
