// What the nodes tell each other of their people: each change at once, with a number, and every second the number
// of the last one. Whoever missed one asks that node for all that it has.
import { createTopic, type Bus } from '../../protocol/bus.ts'
import type { PublicUser } from '../../protocol/events.ts'
import type { ChosenStatus } from '../../protocol/presence.ts'
import type { Crowd } from './crowd.ts'
import type { Person } from './people.ts'

const TOPIC = 'presence'
/** The people of a node that said goodbye are given this long to arrive on another one. */
const MOVING = 800

type People = [userId: string, person: Person | null][]
/** What concerns a person on whichever nodes they are */
export type PersonChange =
  { kind: 'status'; userId: string; status: ChosenStatus } | { kind: 'user'; user: PublicUser }
type News =
  | PersonChange
  | { kind: 'people'; version: number; people: People }
  | { kind: 'beat'; version: number }
  | { kind: 'bye' }
interface Snapshot {
  version: number
  people: [userId: string, person: Person][]
}

export interface OthersOptions {
  bus: Bus
  crowd: Crowd
  /** This node's people. @throws AppError while it cannot say */
  describeAll(): [userId: string, person: Person][]
  onChange(change: PersonChange): void
}

export type Others = ReturnType<typeof createOthers>

export function createOthers({ bus, crowd, describeAll, onChange }: OthersOptions) {
  let version = 0
  /** By node: up to which change we know its people */
  const known = new Map<string, number>()
  /** By node: the newest change that we heard of */
  const newest = new Map<string, number>()
  const asking = new Set<string>()
  const moving = new Map<string, NodeJS.Timeout>()
  const waiting = new Map<string, Person | null>()
  let sending: NodeJS.Immediate | undefined

  const { publish, subscribe } = createTopic<News>(bus, TOPIC)

  function forget(node: string) {
    moving.delete(node)
    known.delete(node)
    newest.delete(node)
    crowd.replace(node, new Map())
  }

  async function ask(node: string) {
    if (asking.has(node)) return
    asking.add(node)
    try {
      const snapshot = (await bus.request(node, TOPIC, null)) as Snapshot
      // It may have gone meanwhile, and nobody would tell us again.
      if (!bus.peers().includes(node) || moving.has(node)) return
      if (snapshot.version < (known.get(node) ?? 0)) return
      known.set(node, snapshot.version)
      crowd.replace(node, new Map(snapshot.people))
    } catch {
      // Its next beat reminds us.
      return
    } finally {
      asking.delete(node)
    }
    if ((newest.get(node) ?? 0) > (known.get(node) ?? 0)) await ask(node)
  }

  function receive(news: News, from: string) {
    if (news.kind === 'status' || news.kind === 'user') return onChange(news)
    if (moving.has(from)) return
    if (news.kind === 'bye') {
      moving.set(
        from,
        setTimeout(() => forget(from), MOVING),
      )
      return
    }
    newest.set(from, news.version)
    if (news.kind === 'people' && known.get(from) === news.version - 1) {
      known.set(from, news.version)
      for (const [userId, person] of news.people) crowd.set(from, userId, person ?? undefined)
    } else if (known.get(from) !== news.version) void ask(from)
  }

  bus.respond(TOPIC, async (): Promise<Snapshot> => ({ version, people: describeAll() }))
  const ends = [
    subscribe(receive),
    bus.onPeerGone((node) => {
      if (!moving.has(node)) forget(node)
    }),
  ]
  const beat = () => publish({ kind: 'beat', version })
  beat()

  return {
    beat,
    tell: (change: PersonChange) => publish(change),
    /** Tells a change of one of this node's people, with others of the same moment. */
    say(userId: string, person: Person | undefined) {
      waiting.set(userId, person ?? null)
      sending ??= setImmediate(() => {
        sending = undefined
        const people = [...waiting]
        waiting.clear()
        publish({ kind: 'people', version: ++version, people })
      })
    },
    close() {
      clearImmediate(sending)
      for (const end of ends) end()
      moving.forEach((timer) => clearTimeout(timer))
      publish({ kind: 'bye' })
    },
  }
}
