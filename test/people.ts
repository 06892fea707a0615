// People who use a server through its front doors: REST and the socket.
import { randomBytes } from 'node:crypto'
import { io, type Socket } from 'socket.io-client'
import { onTestFinished } from 'vitest'
import type {
  ClientToServer,
  Envelope,
  Events,
  Reply,
  Requests,
  ServerToClient,
} from '../protocol/events.ts'
import type { SignedIn } from '../server/accounts/schema.ts'
import type { ProjectDetails } from '../server/projects/schema.ts'

interface Answer {
  status: number
  /** `data` of a success */
  data: never
  error: { code: string; message: string; details?: unknown }
  meta: Record<string, unknown>
}

export type Person = Awaited<ReturnType<typeof register>>

/** Registers somebody with a name nobody has. */
export async function register(url: string, prefix = 'user') {
  const username = `${prefix}-${randomBytes(4).toString('hex')}`
  const password = 'correct horse battery'
  const account = { email: `${username}@example.com`, username, password }
  const answer = await call(url, undefined, 'POST', '/auth/register', account)
  if (answer.status !== 201) throw new Error(`Registration failed: ${JSON.stringify(answer)}`)
  const { token, refreshToken, user } = answer.data as SignedIn
  return at({ ...account, token, refreshToken, user, id: user.id }, url)
}

/** Signs in once more, for a token that lives as long as any. */
export async function signIn<Account extends { email: string; password: string }>(
  account: Account,
  url: string,
) {
  const { email, password } = account
  const answer = await call(url, undefined, 'POST', '/auth/login', { email, password })
  if (answer.status !== 200) throw new Error(`Signing in failed: ${JSON.stringify(answer)}`)
  const { token, refreshToken } = answer.data as SignedIn
  return at({ ...account, token, refreshToken }, url)
}

/** The same person at another address: a restarted server, another node. */
export const at = <Account extends { token: string }>(account: Account, url: string) => ({
  ...account,
  url,
  /** REST below /api/v1 */
  rest: (method: string, path: string, body?: unknown) =>
    call(url, account.token, method, path, body),
})

async function call(
  url: string,
  token: string | undefined,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    body: body === undefined ? null : JSON.stringify(body),
  })
  const text = await response.text()
  return { status: response.status, ...(text ? (JSON.parse(text) as object) : {}) } as Answer
}

/** A project of one person, with others in it. */
export async function createProject(owner: Person, others: Person[] = [], role = 'contributor') {
  const created = await owner.rest('POST', '/projects', { name: `Project of ${owner.username}` })
  const project = created.data as ProjectDetails
  for (const { username } of others) {
    await owner.rest('POST', `/projects/${project.slug}/members`, { username, role })
  }
  return project
}

/** The typed socket of a person; `request` rejects with the error's code in its message. */
export async function connect(person: Pick<Person, 'url' | 'token'>) {
  const socket: Socket<ServerToClient, ClientToServer> = io(person.url, {
    auth: { token: person.token },
    transports: ['websocket'],
    forceNew: true,
    reconnectionDelay: 50,
    reconnectionDelayMax: 200,
  })
  onTestFinished(() => void socket.disconnect())
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('connect_error', reject)
  })
  const send = socket as unknown as Socket

  return {
    socket,
    /** Whatever a client might send; answers what comes back. */
    ask: (name: string, ...payload: unknown[]) =>
      send.timeout(10_000).emitWithAck(name, ...payload) as Promise<Reply<never>>,
    async request<Name extends keyof Requests>(
      name: Name,
      payload: Requests[Name][0],
    ): Promise<Requests[Name][1]> {
      const reply = (await send.timeout(10_000).emitWithAck(name, payload)) as Reply<
        Requests[Name][1]
      >
      if (!reply.ok) throw new Error(`${reply.error.code}: ${reply.error.message}`)
      return reply.data
    },
    /** Collects the events of a name from now on. */
    collect<Name extends keyof Events>(name: Name): Envelope<Name, Events[Name]>[] {
      const events: Envelope<Name, Events[Name]>[] = []
      send.on(name as string, (event: Envelope<Name, Events[Name]>) => events.push(event))
      return events
    },
  }
}
