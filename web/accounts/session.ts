// Who is signed in, in this browser. The refresh token is shared by all tabs and works once: it is exchanged under a
// lock, and read from storage inside of it, because using a rotated one ends the sign-in everywhere.
import { v4 } from 'uuid'
import { AppError, errorStatus } from '../../protocol/errors.ts'
import type { SignedIn } from '../../server/accounts/schema.ts'
import type { PrivateUser } from '../../server/users/schema.ts'
import { createStore } from '../store.ts'
import { clearCopies } from '../editor/copies.ts'
import { forget, rememberedUser, rememberUser } from '../offline/remembered.ts'
import { isAppError, send } from '../wire.ts'
import { leaveHandover, takeHandover } from './handover.ts'
import { clearSaved, readSaved, save, SAVED_KEY } from './saved.ts'

export type SessionState =
  | { state: 'starting' }
  | { state: 'signed-in'; user: PrivateUser }
  | { state: 'signed-out'; notice: string | null }

export const session = createStore<SessionState>({ state: 'starting' })

/** Begins the names of what one person after another keeps in this browser; empty where nobody is signed in. */
export function selfId(): string {
  const now = session.get()
  return now.state === 'signed-in' ? now.user.id : ''
}

let access: { token: string; renewAt: number } | undefined
let renewing: Promise<string> | undefined

/** Seconds the token lives; the clocks of browser and server need not agree. */
function lifetime(token: string): number {
  try {
    const part = token.split('.')[1] ?? ''
    const claims = JSON.parse(atob(part.replaceAll('-', '+').replaceAll('_', '/'))) as {
      iat: number
      exp: number
    }
    return claims.exp - claims.iat
  } catch {
    return 60
  }
}

function accept(answer: SignedIn): string {
  const seconds = lifetime(answer.token)
  access = {
    token: answer.token,
    renewAt: Date.now() + Math.max(seconds * 0.8, seconds - 60) * 1e3,
  }
  save({ refreshToken: answer.refreshToken, userId: answer.user.id, exchangeKey: v4() })
  rememberUser(answer.user)
  session.set({ state: 'signed-in', user: answer.user })
  return answer.token
}

function end(notice: string | null) {
  access = undefined
  clearSaved()
  forget()
  session.set({ state: 'signed-out', notice })
}

async function exchange(): Promise<string> {
  const saved = readSaved()
  if (!saved) {
    end(null)
    throw new AppError('AUTHENTICATION_FAILED', 'Please sign in')
  }
  const { refreshToken, exchangeKey } = saved
  try {
    const { data } = await send<SignedIn>({
      method: 'POST',
      path: '/auth/refresh',
      body: { refreshToken },
      idempotencyKey: exchangeKey,
    })
    return accept(data)
  } catch (error) {
    if (isAppError(error) && [400, 401, 403].includes(errorStatus[error.code])) {
      end('Your session has ended. Please sign in again.')
    }
    throw error
  }
}

/** Web Locks exist on HTTPS and localhost only; elsewhere the tabs of one browser may race. */
const locked = <Result>(work: () => Promise<Result>): Promise<Result> =>
  'locks' in navigator ? navigator.locks.request(SAVED_KEY, work) : work()

/**
 * @param refused the access token that the server did not take; a newer one is answered without an exchange
 * @throws AppError
 */
export function renewToken(refused?: string): Promise<string> {
  if (access && refused !== undefined && access.token !== refused) {
    return Promise.resolve(access.token)
  }
  renewing ??= locked(exchange).finally(() => (renewing = undefined))
  return renewing
}

/** An access token that is good for a while. @throws AppError */
export async function freshToken(): Promise<string> {
  return access && Date.now() < access.renewAt ? access.token : renewToken()
}

export async function signIn(kind: 'login' | 'register', body: Record<string, string>) {
  const path = `/auth/${kind}`
  const { data } = await send<SignedIn>({ method: 'POST', path, body, idempotencyKey: v4() })
  accept(data)
}

export async function signOut(): Promise<void> {
  const saved = readSaved()
  const token = access?.token
  end(null)
  if (!saved) return
  const body = { refreshToken: saved.refreshToken }
  await clearCopies(saved.userId)
  // Signed out here in any case; when the server cannot be reached, the token ends by itself.
  await send({ method: 'POST', path: '/auth/logout', body, ...(token ? { token } : {}) }).catch(
    () => undefined,
  )
}

/** The profile was changed. */
export function updateUser(user: PrivateUser) {
  rememberUser(user)
  session.set({ state: 'signed-in', user })
}

/** A server that does not answer for so long is taken as away at the start, milliseconds. */
const PATIENCE = 4_000

/** Who one was here, while the server is away: what this browser keeps can be opened meanwhile. */
function recall() {
  const user = rememberedUser()
  if (session.get().state === 'starting' && user && readSaved()?.userId === user.id)
    session.set({ state: 'signed-in', user })
}

/** Picks up the saved sign-in and follows what other tabs do. @returns a function that stops it */
export function startSession(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const start = () => {
    const saved = readSaved()
    const handover = takeHandover()
    if (!saved) return end(null)
    if (handover?.user.id === saved.userId && Date.now() < handover.renewAt) {
      access = handover
      session.set({ state: 'signed-in', user: handover.user })
    }
    freshToken().catch(() => {
      recall()
      if (session.get().state === 'starting') timer = setTimeout(start, 2_000)
    })
  }
  const follow = (event: StorageEvent) => {
    if (event.key !== SAVED_KEY && event.key !== null) return
    const saved = readSaved()
    const now = session.get()
    if (!saved && now.state === 'signed-in') end(null)
    if (saved && now.state === 'signed-out') start()
    // Another person signed in: everything on this page belongs to somebody else.
    if (saved && now.state === 'signed-in' && now.user.id !== saved.userId) location.assign('/')
  }
  const leave = () => {
    const now = session.get()
    if (access && now.state === 'signed-in') leaveHandover({ ...access, user: now.user })
  }
  start()
  const slow = setTimeout(recall, PATIENCE)
  addEventListener('storage', follow)
  addEventListener('pagehide', leave)
  // The page came back as it was, with its memory.
  addEventListener('pageshow', takeHandover)
  return () => {
    removeEventListener('pagehide', leave)
    removeEventListener('pageshow', takeHandover)
    clearTimeout(timer)
    clearTimeout(slow)
    removeEventListener('storage', follow)
  }
}
