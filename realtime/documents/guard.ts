// Walks what a client sent before Yjs does. Yjs believes the counts it reads: seven bytes make it allocate hundreds
// of megabytes. The format is that of Yjs' UpdateDecoderV1 and readClientsStructRefs.
import * as decoding from 'lib0/decoding'
import * as Y from 'yjs'
import { AppError } from '../../protocol/errors.ts'
import type { AwarenessState } from './frames.ts'
import { readCount, readId, readJson, skipAny, skipJson } from './values.ts'

export interface UpdateSummary {
  /** client → clock that the document must have reached, or parts of the update would stay pending */
  needs: Map<number, number>
  /** Structs and deleted ranges: what Yjs has to do */
  parts: number
  /** Bytes of structs that add something */
  inserted: number
  /** Shared types nested in others */
  types: number
}

const MAX_PARTS = 200_000
/** Real ones stay far below; beyond 2^53 clocks would no longer be whole numbers. */
const MAX_CLOCK = 2 ** 40
/** y-websocket repeats all that it hears, and whoever comes hears of everybody at once. */
const MAX_AWARENESS_STATES = 5_000
const MAX_AWARENESS_BYTES = 1024 * 1024
/** It goes to everybody, each time something in it changes. */
const MAX_STATE_BYTES = 16 * 1024

const GC = 0
const SKIP = 10
const HAS_ORIGIN = 128
const HAS_RIGHT_ORIGIN = 64
const HAS_PARENT_SUB = 32

export const garbage = (what: string) => new AppError('VALIDATION_ERROR', `Not valid: ${what}`)

/** Runs a walk over bytes; whatever it stumbles over, and bytes left over, is the sender's fault. */
function walk<Result>(
  bytes: Uint8Array,
  what: string,
  read: (decoder: decoding.Decoder) => Result,
): Result {
  const decoder = decoding.createDecoder(bytes)
  let result: Result
  try {
    result = read(decoder)
  } catch (error) {
    throw error instanceof AppError ? error : garbage(what)
  }
  if (decoding.hasContent(decoder)) throw garbage(`${what} with bytes left over`)
  return result
}

/** A count of things that take at least `size` bytes each. */
function readPossible(decoder: decoding.Decoder, size: number): number {
  const count = readCount(decoder)
  if (count * size > decoder.arr.length - decoder.pos) throw garbage('a count beyond the bytes')
  return count
}

const raise = (map: Map<number, number>, client: number, clock: number) => {
  if (clock > (map.get(client) ?? 0)) map.set(client, clock)
}

interface Walk extends UpdateSummary {
  decoder: decoding.Decoder
  /** client → first clock after what the update brings */
  ends: Map<number, number>
  /** client → first clock after what the update refers to */
  references: Map<number, number>
}

function readReference(state: Walk, client: number, clock: number) {
  const id = readId(state.decoder)
  // Yjs does not look whether a struct's own client has got that far, and throws half-way.
  if (id.client === client && id.clock >= clock) throw garbage('a struct that refers to later ones')
  raise(state.references, id.client, id.clock + 1)
}

/** @returns the length of the content in clocks */
function skipContent(state: Walk, kind: number): number {
  const { decoder } = state
  switch (kind) {
    case 1: // deleted
      return readCount(decoder)
    case 2: {
      const count = readPossible(decoder, 1)
      for (let index = 0; index < count; index++) skipJson(decoder, true)
      return count
    }
    case 3: // binary
      decoding.readVarUint8Array(decoder)
      return 1
    case 4: // text
      return decoding.readVarString(decoder).length
    case 5: // embed
      skipJson(decoder)
      return 1
    case 6: // format
      decoding.readVarString(decoder)
      skipJson(decoder)
      return 1
    case 7: {
      const type = readCount(decoder)
      if (type > 6) throw garbage('a shared type that does not exist')
      // XML elements and hooks have a name.
      if (type === 3 || type === 5) decoding.readVarString(decoder)
      state.types++
      return 1
    }
    case 8: {
      const count = readPossible(decoder, 1)
      for (let index = 0; index < count; index++) skipAny(decoder)
      return count
    }
    case 9:
      throw garbage('a document inside of a file')
    default:
      throw garbage('a struct of unknown kind')
  }
}

/** @returns the length in clocks */
function skipItem(state: Walk, info: number, client: number, clock: number): number {
  const { decoder } = state
  const start = decoder.pos
  if (info & HAS_ORIGIN) readReference(state, client, clock)
  if (info & HAS_RIGHT_ORIGIN) readReference(state, client, clock)
  if (!(info & (HAS_ORIGIN | HAS_RIGHT_ORIGIN))) {
    if (readCount(decoder) === 1) decoding.readVarString(decoder)
    else readReference(state, client, clock)
    if (info & HAS_PARENT_SUB) decoding.readVarString(decoder)
  }
  const kind = info & 31
  const length = skipContent(state, kind)
  if (kind !== 1) state.inserted += decoder.pos - start
  return length
}

function walkStructs(state: Walk) {
  const { decoder } = state
  const clients = readPossible(decoder, 3)
  for (let section = 0; section < clients; section++) {
    const structs = readPossible(decoder, 2)
    state.parts += structs
    if (state.parts > MAX_PARTS) throw garbage('an update of too many parts')
    const client = readCount(decoder)
    if (state.ends.has(client)) throw garbage('a client that comes twice')
    let clock = readCount(decoder)
    raise(state.needs, client, clock)
    let skipped = false
    for (let index = 0; index < structs; index++) {
      const info = decoding.readUint8(decoder)
      const kind = info & 31
      const isSkip = kind === SKIP
      if (skipped && !isSkip) raise(state.needs, client, clock)
      skipped = isSkip
      const length =
        kind === GC || isSkip ? readCount(decoder) : skipItem(state, info, client, clock)
      clock += length
      if (length === 0 || clock > MAX_CLOCK) throw garbage('a struct of impossible length')
    }
    state.ends.set(client, clock)
  }
}

function walkDeletes(state: Walk) {
  const { decoder } = state
  const clients = readPossible(decoder, 2)
  for (let section = 0; section < clients; section++) {
    const client = readCount(decoder)
    const ranges = readPossible(decoder, 2)
    state.parts += ranges
    if (state.parts > MAX_PARTS) throw garbage('an update of too many parts')
    for (let index = 0; index < ranges; index++) {
      const end = readCount(decoder) + readCount(decoder)
      if (end > MAX_CLOCK) throw garbage('a deletion of impossible length')
      raise(state.references, client, end)
    }
  }
}

/** @throws AppError VALIDATION_ERROR when Yjs could not read it, or only at a cost */
export function checkUpdate(update: Uint8Array): UpdateSummary {
  return walk(update, 'a document update', (decoder) => {
    const state: Walk = {
      decoder,
      needs: new Map(),
      ends: new Map(),
      references: new Map(),
      parts: 0,
      inserted: 0,
      types: 0,
    }
    walkStructs(state)
    walkDeletes(state)
    for (const [client, clock] of state.references)
      if (clock > (state.ends.get(client) ?? 0)) raise(state.needs, client, clock)
    const { needs, parts, inserted, types } = state
    return { needs, parts, inserted, types }
  })
}

/** Whether Yjs could apply all of it now. */
export function fits(needs: UpdateSummary['needs'], document: Y.Doc): boolean {
  for (const [client, clock] of needs) if (Y.getState(document.store, client) < clock) return false
  return true
}

/** @throws AppError VALIDATION_ERROR */
export function checkStateVector(vector: Uint8Array) {
  walk(vector, 'a state vector', (decoder) => {
    const clients = readPossible(decoder, 2)
    for (let index = 0; index < clients; index++) readId(decoder)
  })
}

/** @throws AppError VALIDATION_ERROR */
export function readAwareness(update: Uint8Array): AwarenessState[] {
  if (update.byteLength > MAX_AWARENESS_BYTES) throw garbage('an awareness update of this size')
  return walk(update, 'an awareness update', (decoder) => {
    const count = readPossible(decoder, 3)
    if (count > MAX_AWARENESS_STATES) throw garbage('an awareness update of so many states')
    return Array.from({ length: count }, () => {
      const { client, clock } = readId(decoder)
      const start = decoder.pos
      const state = readJson(decoder)
      if (clock > MAX_CLOCK) throw garbage('an awareness clock of this size')
      if (decoder.pos - start > MAX_STATE_BYTES) throw garbage('an awareness state of this size')
      if (typeof state !== 'object' || Array.isArray(state))
        throw garbage('an awareness state that is no object')
      return { client, clock, state: state as AwarenessState['state'] }
    })
  })
}
