// One client at one document: the sync protocol. Hocuspocus' own answer to an update is "saved" before anything is,
// even where applying it failed, so sync frames are answered here; the rest is Hocuspocus'.
import type { Connection } from '@hocuspocus/server'
import * as decoding from 'lib0/decoding'
import { encodeAwarenessUpdate } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { AppError } from '../../protocol/errors.ts'
import { MAX_PARKED, MAX_PARKED_BYTES, MAX_PARKED_BYTES_OF_PERSON } from '../../protocol/limits.ts'
import type { Budget } from './budget.ts'
import { syncTypes, writeAwareness, writeSync, writeSyncStatus } from './frames.ts'
import type { AwarenessState } from './frames.ts'
import { checkStateVector, checkUpdate, fits, garbage, readAwareness } from './guard.ts'
import type { UpdateSummary } from './guard.ts'
import type { Journal } from './journal.ts'
import { OwnEdit, type LiveDocument } from './live.ts'
import { tryUpdate } from './trial.ts'
import { readCount } from './values.ts'

/** Parts of an update from which on it is tried elsewhere first. */
const MANY_PARTS = 2_000
/** A client asks for what it lacks when it opens the document; it may do so again, at this pace. */
const ANSWER_MS = 1_000
/** Deleting nested types is recursive. */
const MAX_TYPES = 1_000

export interface SeatOptions {
  connection: Connection
  live: LiveDocument
  journal: Journal
  budget: Budget
  userId: string
  send: (frame: Uint8Array) => void
  /** Told when a parked update turns out bad, long after its frame was handled */
  fail: (error: unknown) => void
}

interface Parked {
  update: Uint8Array
  summary: UpdateSummary
  /** Whether it may cost too much, which a trial has to show once it fits */
  trial: 'needed' | 'running' | 'passed'
}

export type Seat = ReturnType<typeof createSeat>

export function createSeat({ connection, live, journal, budget, userId, send, fail }: SeatOptions) {
  const { document, messageAddress: address, readOnly } = connection
  const origin = new OwnEdit(userId || null)
  let parked: Parked[] = []
  let parkedBytes = 0
  let retrying = false
  let answeredAt = -Infinity
  /** What the client has, while its question waits for an answer */
  let asked: Uint8Array | undefined
  let answering: NodeJS.Timeout | undefined

  /** A seat of a document that is no longer the one in memory would edit into nothing. */
  function checkAlive() {
    if (live.isDeleted()) throw new AppError('NOT_FOUND', 'The file was deleted')
    if (document.isDestroyed)
      throw new AppError('UNAVAILABLE', 'The document was closed; connect again')
  }

  /** Applies an update that fits, and tells the client when it is durable. */
  function apply(update: Uint8Array, { inserted, types }: UpdateSummary) {
    if (journal.isFull())
      throw new AppError('UNAVAILABLE', 'Edits cannot be saved at the moment; try again later')
    if (inserted > 0 && live.isFull())
      throw new AppError('PAYLOAD_TOO_LARGE', 'The document is full: it takes no more')
    if (types > 0 && live.types() + types > MAX_TYPES)
      throw new AppError('PAYLOAD_TOO_LARGE', `A file holds ${MAX_TYPES} nested types at most`)
    live.addTypes(types)
    Y.applyUpdate(document, update, origin)
    const { store } = document
    if (store.pendingStructs || store.pendingDs) {
      // It fits, and yet something is left: structs that wait for each other in a circle. Nothing else is ever
      // pending here, since updates that do not fit are parked.
      store.pendingStructs = null
      store.pendingDs = null
      throw garbage('structs that wait for each other')
    }
    journal.whenDurable(live.fileId, (durable) => {
      if (durable) send(writeSyncStatus(address, true))
    })
  }

  function hold(bytes: number) {
    parkedBytes += bytes
    return budget.hold(userId, bytes)
  }

  /** Updates that refer to what is not here yet: usual for a moment when somebody comes back with offline edits. */
  function park(update: Uint8Array, summary: UpdateSummary) {
    // A copy: the frame is a view into a bigger buffer.
    const trial = summary.parts > MANY_PARTS ? 'needed' : 'passed'
    parked.push({ update: update.slice(), summary, trial })
    const ofPerson = hold(update.byteLength)
    if (
      parked.length > MAX_PARKED ||
      parkedBytes > MAX_PARKED_BYTES ||
      ofPerson > MAX_PARKED_BYTES_OF_PERSON
    )
      throw garbage('updates that refer to what nobody sent')
    if (parked.length === 1) document.on('update', scheduleRetry)
    if (summary.parts > MANY_PARTS) scheduleRetry()
  }

  function scheduleRetry() {
    if (retrying) return
    retrying = true
    setImmediate(() => {
      retrying = false
      if (document.isDestroyed) return
      try {
        budget.charge(userId, retry)
      } catch (error) {
        fail(error)
      }
    })
  }

  function retry() {
    for (let ready = true; ready;) {
      const waiting = parked
      parked = []
      for (const item of waiting) {
        const isReady = fits(item.summary.needs, document)
        if (isReady && item.trial === 'passed') {
          hold(-item.update.byteLength)
          apply(item.update, item.summary)
        } else parked.push(item)
        if (isReady && item.trial === 'needed') startTrial(item)
      }
      ready = parked.length > 0 && parked.length < waiting.length
    }
    if (parked.length === 0) document.off('update', scheduleRetry)
  }

  function startTrial(item: Parked) {
    item.trial = 'running'
    tryUpdate(document, item.update, () => parked.includes(item))
      .then(({ isGood, ms }) => {
        budget.spend(userId, ms)
        if (!isGood) throw garbage('an update that takes too long')
        item.trial = 'passed'
        scheduleRetry()
      })
      .catch(fail)
  }

  function refuseReadOnly(type: number, update: Uint8Array) {
    // A client sends what it has when it connects; that is no edit as long as all of it is known.
    const isKnown =
      type === syncTypes.step2 && Y.snapshotContainsUpdate(Y.snapshot(document), update)
    send(writeSyncStatus(address, isKnown))
  }

  function answer(vector: Uint8Array) {
    answeredAt = performance.now()
    send(writeSync(address, syncTypes.step2, Y.encodeStateAsUpdate(document, vector)))
    send(writeSync(address, syncTypes.step1, Y.encodeStateVector(document)))
  }

  /** Of questions that come faster than they may, the last is answered: the client has what it had before. */
  function ask(vector: Uint8Array) {
    const wait = answeredAt + ANSWER_MS - performance.now()
    if (wait <= 0) return answer(vector)
    asked = vector.slice()
    answering ??= setTimeout(() => {
      const latest = asked
      asked = answering = undefined
      if (!latest || document.isDestroyed) return
      try {
        budget.charge(userId, () => answer(latest))
      } catch (error) {
        fail(error)
      }
    }, wait)
  }

  function takeSync(decoder: decoding.Decoder) {
    const { type, content } = readSync(decoder)
    switch (type) {
      case syncTypes.step1:
        checkStateVector(content)
        ask(content)
        return
      case syncTypes.step2:
      case syncTypes.update: {
        const summary = checkUpdate(content)
        if (readOnly) refuseReadOnly(type, content)
        else if (summary.parts <= MANY_PARTS && fits(summary.needs, document))
          apply(content, summary)
        else park(content, summary)
        return
      }
      default:
        throw garbage('a sync message of unknown kind')
    }
  }

  function takeAwareness(decoder: decoding.Decoder) {
    live.voices.take(connection, userId, readAwarenessFrame(decoder))
  }

  connection.onClose(() => live.voices.leave(connection))

  return {
    connection,
    fileId: live.fileId,

    /** @throws AppError when the client must go */
    handleSync(decoder: decoding.Decoder) {
      checkAlive()
      takeSync(decoder)
    },

    /** Hocuspocus would believe whatever it says of others, and not hear that somebody leaves. */
    handleAwareness(decoder: decoding.Decoder) {
      checkAlive()
      takeAwareness(decoder)
    },

    /** Hocuspocus answers this only between servers. */
    answerAwareness() {
      const clients = [...document.awareness.getStates().keys()]
      send(writeAwareness(address, encodeAwarenessUpdate(document.awareness, clients)))
    },

    leave() {
      document.off('update', scheduleRetry)
      clearTimeout(answering)
      parked = []
      hold(-parkedBytes)
    },
  }
}

function readSync(decoder: decoding.Decoder): { type: number; content: Uint8Array } {
  let message
  try {
    message = { type: readCount(decoder), content: decoding.readVarUint8Array(decoder) }
  } catch {
    throw garbage('a sync message')
  }
  if (decoding.hasContent(decoder)) throw garbage('a sync message with bytes left over')
  return message
}

function readAwarenessFrame(decoder: decoding.Decoder): AwarenessState[] {
  let update
  try {
    update = decoding.readVarUint8Array(decoder)
  } catch {
    throw garbage('an awareness message')
  }
  if (decoding.hasContent(decoder)) throw garbage('an awareness message with bytes left over')
  return readAwareness(update)
}
