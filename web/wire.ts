// One REST exchange: the envelope is opened here, and everything that can go wrong becomes an AppError.
import { AppError, errorStatus, type ErrorCode, type WireError } from '../protocol/errors.ts'
import { createStore } from './store.ts'

export interface Pagination {
  page: number
  limit: number
  total: number
}

export interface Answer<Data> {
  data: Data
  meta?: { pagination?: Pagination }
}

export interface Request {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below /api/v1 */
  path: string
  body?: unknown
  token?: string
  /** The same key twice is one change */
  idempotencyKey?: string
  /** Nobody wants the answer any more */
  signal?: AbortSignal
}

/** Whether the last exchange reached the server; a banner shows it. */
export const reachable = createStore(true)

const unreachable = () =>
  new AppError('UNAVAILABLE', 'The server cannot be reached. Check your connection and try again.')

export const isAppError = (error: unknown): error is AppError => error instanceof AppError

/** A sentence for people, whatever was thrown. */
export const errorMessage = (error: unknown) =>
  isAppError(error) ? error.message : 'Something went wrong. Please try again.'

/** Whether the answer was about who is asking, so that a new token may help. */
export const isAuthError = (error: unknown) =>
  isAppError(error) && errorStatus[error.code] === 401 && error.code !== 'INVALID_CREDENTIALS'

export function wireError(error: WireError): AppError {
  const code: ErrorCode = error.code in errorStatus ? error.code : 'INTERNAL_ERROR'
  return new AppError(code, error.message, error.details)
}

/** @throws AppError; UNAVAILABLE when there was no answer of ours (no network, a proxy's error page) */
export async function send<Data>(request: Request): Promise<Answer<Data>> {
  const headers: Record<string, string> = {}
  if (request.body !== undefined) headers['Content-Type'] = 'application/json'
  if (request.token) headers['Authorization'] = `Bearer ${request.token}`
  if (request.idempotencyKey) headers['Idempotency-Key'] = request.idempotencyKey
  let response: Response
  try {
    response = await fetch(`/api/v1${request.path}`, {
      method: request.method,
      headers,
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      ...(request.signal && { signal: request.signal }),
    })
  } catch (error) {
    if (request.signal?.aborted) throw error
    reachable.set(false)
    throw unreachable()
  }
  if (response.status === 204) return { data: undefined as Data }
  const envelope = (await response.json().catch(() => null)) as
    (Answer<Data> & { success: true }) | { success: false; error: WireError } | null
  if (typeof envelope?.success !== 'boolean') {
    reachable.set(response.ok)
    throw unreachable()
  }
  reachable.set(true)
  if (!envelope.success) throw wireError(envelope.error)
  return envelope
}
