// Standups: a round of turns in a call, each with its time, whose notes go to the chat at the end. The node that owns
// the call keeps them, also while its worker is replaced.
import { randomUUID } from 'node:crypto'
import type { Db } from '../../db/database.ts'
import { requireVoice } from '../../db/voice.ts'
import type { Principal } from '../../protocol/access.ts'
import { callKey, type CallAddress, type Standup } from '../../protocol/calls.ts'
import { AppError } from '../../protocol/errors.ts'
import type { PublicUser } from '../../protocol/events.ts'
import { MAX_STANDUP_NOTES } from '../../protocol/limits.ts'
import type { Room } from '../room.ts'
import type { Find, Local } from './owner.ts'
import type { Rooms } from './rooms.ts'

/** A turn, unless it is said otherwise; seconds. */
const TURN = 120

/** The notes of a round, for the chat. */
export interface StandupNotes {
  address: CallAddress
  /** Who began the round */
  author: Principal
  /** The same however often it is told */
  id: string
  /** Markdown */
  message: string
}

interface StandupsOptions {
  db: Db
  rooms: Pick<Rooms, 'find'>
  onNotes(notes: StandupNotes): void
}

interface Round {
  id: string
  address: CallAddress
  author: Principal
  seconds: number
  state: Omit<Standup, 'secondsLeft'>
  /** Of performance.now() */
  endsAt: number
  /** Whoever took part, by user id */
  people: Map<string, PublicUser>
  timer: NodeJS.Timeout | undefined
}

export interface Standups {
  request: Local['call_standup']
  of(address: CallAddress): Standup | null
  /** The call is over. */
  end(address: CallAddress): void
  /** Ends all rounds: their notes are not lost. */
  close(): void
}

/** Guests have no turn: they do not write in the chat. */
const peopleIn = (room: Room | undefined) =>
  new Map(
    room?.peers
      .map(({ caller }) => caller.principal.user)
      .filter(({ guest }) => !guest)
      .map((user) => [user.id, user]),
  )

export function createStandups({ db, rooms, onNotes }: StandupsOptions, find: Find): Standups {
  const rounds = new Map<string, Round>()

  const tellAll = (address: CallAddress, standup: Standup | null) =>
    rooms.find(address)?.tellAll('call_standup_changed', { ...address, standup })
  const tell = (round: Round) => tellAll(round.address, describe(round))

  function begin(round: Round, order: string[], current: string) {
    clearTimeout(round.timer)
    const milliseconds = round.seconds * 1_000
    round.timer = setTimeout(() => next(round), milliseconds)
    round.endsAt = performance.now() + milliseconds
    round.state = { ...round.state, order, current }
    tell(round)
  }

  /** To the first, from a place in the order on, who is still in the call. */
  function advance(round: Round, order: string[], from: number) {
    const here = peopleIn(rooms.find(round.address))
    const current = order.slice(from).find((id) => here.has(id))
    if (current === undefined) finish(round)
    else begin(round, order, current)
  }
  function next(round: Round) {
    const { order, current } = round.state
    advance(round, order, order.indexOf(current) + 1)
  }
  function skip(round: Round) {
    const { order, current } = round.state
    if (order.at(-1) === current) return finish(round)
    const others = order.filter((id) => id !== current)
    advance(round, [...others, current], order.indexOf(current))
  }

  function finish(round: Round) {
    clearTimeout(round.timer)
    rounds.delete(callKey(round.address))
    const { address, author, id } = round
    tellAll(address, null)
    const message = textOf(round)
    if (message !== null) onNotes({ address, author, id, message })
  }

  function start(
    address: CallAddress,
    author: Principal,
    room: Room,
    { seconds = TURN, order }: { seconds?: number | undefined; order?: string[] | undefined },
  ) {
    if (rounds.has(callKey(address))) {
      throw new AppError('CONFLICT', 'A standup is under way in this call')
    }
    const people = peopleIn(room)
    const turns = [...new Set(order ?? people.keys())]
    const [first] = turns
    if (first === undefined || turns.some((id) => !people.has(id))) {
      throw new AppError('VALIDATION_ERROR', 'Only people in the call take turns')
    }
    const round: Round = {
      id: randomUUID(),
      address,
      author,
      seconds,
      state: { order: turns, current: first, notes: {} },
      endsAt: 0,
      people,
      timer: undefined,
    }
    rounds.set(callKey(address), round)
    begin(round, turns, first)
  }

  function note(round: Round, user: PublicUser, text: string) {
    const { [user.id]: _, ...others } = round.state.notes
    const notes = text ? { ...others, [user.id]: text } : others
    if (Object.values(notes).join('').length > MAX_STANDUP_NOTES) {
      throw new AppError('UNPROCESSABLE', 'The notes of this standup are full')
    }
    round.people.set(user.id, user)
    round.state = { ...round.state, notes }
    tell(round)
  }

  return {
    async request(caller, payload) {
      const { projectId, channelId } = payload
      const address = { projectId, channelId }
      // Notes go to the chat, from those who may write there.
      if (payload.action === 'note' || payload.action === 'start')
        await requireVoice(db, caller.principal.id, projectId)
      const { room } = find(caller, address)
      if (payload.action === 'start') {
        start(address, caller.principal, room, payload)
        return null
      }
      const round = rounds.get(callKey(address))
      if (!round) throw new AppError('CONFLICT', 'There is no standup in this call')
      const { current } = round.state
      // Of two who end a turn at the same moment, the second means the same one.
      const isLate = 'current' in payload && payload.current && payload.current !== current
      if (isLate) return null
      if (payload.action === 'note') note(round, caller.principal.user, payload.note)
      else if (payload.action === 'stop') finish(round)
      else if (payload.action === 'next') next(round)
      else skip(round)
      return null
    },
    of(address) {
      const round = rounds.get(callKey(address))
      return round ? describe(round) : null
    },
    end(address) {
      const round = rounds.get(callKey(address))
      if (round) finish(round)
    },
    close() {
      for (const round of rounds.values()) finish(round)
    },
  }
}

const describe = ({ state, endsAt }: Round): Standup => ({
  ...state,
  secondsLeft: Math.max(0, (endsAt - performance.now()) / 1_000),
})

/** In the order of the turns; null: nobody noted anything. */
function textOf({ state: { order, notes }, people }: Round): string | null {
  const ids = [...new Set([...order, ...Object.keys(notes)])].filter((id) => notes[id])
  if (ids.length === 0) return null
  const lines = ids.map((id) => {
    const text = notes[id]?.replaceAll('\n', '\n  ')
    return `- **${people.get(id)?.displayName}**: ${text}`
  })
  return `**Standup**\n\n${lines.join('\n')}`
}
