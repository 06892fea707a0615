// REST for a signed-in person: a fresh access token goes along; refused once, it is renewed and the call repeated.
import { v4 } from 'uuid'
import { freshToken, renewToken } from './accounts/session.ts'
import { isAuthError, send, type Answer, type Request } from './wire.ts'

async function call<Data>(method: Request['method'], path: string, body?: unknown) {
  const request: Request = { method, path, body }
  // The same key on the repetition: the first try may have been carried out.
  if (method === 'POST') request.idempotencyKey = v4()
  const token = await freshToken()
  try {
    return await send<Data>({ ...request, token })
  } catch (error) {
    if (!isAuthError(error)) throw error
    return send<Data>({ ...request, token: await renewToken(token) })
  }
}

const data = <Data>(answer: Answer<Data>) => answer.data

export const api = {
  get: <Data>(path: string) => call<Data>('GET', path).then(data),
  /** With `meta.pagination` */
  list: <Item>(path: string) => call<Item[]>('GET', path),
  post: <Data>(path: string, body: unknown = {}) => call<Data>('POST', path, body).then(data),
  patch: <Data>(path: string, body: unknown) => call<Data>('PATCH', path, body).then(data),
  delete: (path: string) => call<unknown>('DELETE', path).then(() => undefined),
}

/** `?a=1&b=2` without what is empty. */
export function query(parameters: Record<string, string | number | undefined | null>): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value))
  }
  const text = search.toString()
  return text ? `?${text}` : ''
}
