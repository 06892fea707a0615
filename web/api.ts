// REST for a signed-in person: a fresh access token goes along; refused once, it is renewed and the call repeated.
// A POST that failed keeps its key: its answer may have been lost, and who sends it again must not make a second one.
import { v4 } from 'uuid'
import { freshToken, renewToken } from './accounts/session.ts'
import { isAuthError, send, type Answer, type Request } from './wire.ts'

/** Idempotency keys by what was sent */
const failedKeys = new Map<string, string>()
/** After that, the same again is meant as another one; milliseconds. */
const MEMORY = 60_000

async function post<Data>(path: string, body: unknown) {
  const sent = `${path} ${JSON.stringify(body)}`
  const idempotencyKey = failedKeys.get(sent) ?? v4()
  try {
    const answer = await call<Data>({ method: 'POST', path, body, idempotencyKey })
    failedKeys.delete(sent)
    return answer.data
  } catch (error) {
    failedKeys.set(sent, idempotencyKey)
    setTimeout(() => failedKeys.delete(sent), MEMORY)
    throw error
  }
}

/** Does it with an access token, and once more with a new one where that is not taken. @throws AppError */
export async function withToken<Result>(work: (token: string) => Promise<Result>): Promise<Result> {
  const token = await freshToken()
  try {
    return await work(token)
  } catch (error) {
    if (!isAuthError(error)) throw error
    return work(await renewToken(token))
  }
}

const call = <Data>(request: Request) => withToken((token) => send<Data>({ ...request, token }))

const data = <Data>(answer: Answer<Data>) => answer.data

export const api = {
  get: <Data>(path: string, signal?: AbortSignal) =>
    call<Data>({ method: 'GET', path, ...(signal && { signal }) }).then(data),
  /** With `meta.pagination` */
  list: <Item>(path: string) => call<Item[]>({ method: 'GET', path }),
  post: <Data>(path: string, body: unknown = {}) => post<Data>(path, body),
  patch: <Data>(path: string, body: unknown) =>
    call<Data>({ method: 'PATCH', path, body }).then(data),
  delete: (path: string) => call<unknown>({ method: 'DELETE', path }).then(() => undefined),
}

/**
 * All of a list, by what stands behind the last one that came, so that nothing is repeated or left out when others come
 * and go meanwhile.
 * @param start what is before all of them
 * @param limit of one page
 */
export async function listAll<Item, Key extends string | number>(
  path: string,
  { key, start, limit }: { key: (item: Item) => Key; start: Key; limit: number },
): Promise<Item[]> {
  const items: Item[] = []
  for (let after = start; ;) {
    const { data } = await api.list<Item>(path + query({ after, limit }))
    items.push(...data)
    const last = data.at(-1)
    if (last === undefined || data.length < limit) return items
    after = key(last)
  }
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
