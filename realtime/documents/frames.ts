// Frames as Hocuspocus has them: the address (a document name, with `\0session` where a client opens a document
// twice on one socket), the type, the content.
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { garbage } from './guard.ts'
import { readCount } from './values.ts'

export const frameTypes = {
  sync: 0,
  awareness: 1,
  auth: 2,
  queryAwareness: 3,
  stateless: 5,
  close: 7,
  syncStatus: 8,
  pong: 10,
} as const

export const syncTypes = { step1: 0, step2: 1, update: 2 } as const
export const authTypes = { token: 0, denied: 1, authenticated: 2 } as const

export interface Frame {
  address: string
  documentName: string
  type: number
  /** Stands at the content */
  decoder: decoding.Decoder
}

/** @throws AppError VALIDATION_ERROR */
export function readFrame(data: Uint8Array): Frame {
  const decoder = decoding.createDecoder(data)
  try {
    const address = decoding.readVarString(decoder)
    const type = readCount(decoder)
    return { address, documentName: address.split('\0', 1)[0] ?? '', type, decoder }
  } catch {
    throw garbage('a frame')
  }
}

/** The type of a frame that this server made, without decoding whose it is. */
export function readType(data: Uint8Array): number {
  const decoder = decoding.createDecoder(data)
  const length = decoding.readVarUint(decoder)
  decoder.pos += length
  return decoding.readVarUint(decoder)
}

function writeFrame(
  address: string,
  type: number,
  write: (encoder: encoding.Encoder) => void,
): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarString(encoder, address)
  encoding.writeVarUint(encoder, type)
  write(encoder)
  return encoding.toUint8Array(encoder)
}

export const writeAuth = (address: string, type: number, text: string) =>
  writeFrame(address, frameTypes.auth, (encoder) => {
    encoding.writeVarUint(encoder, type)
    encoding.writeVarString(encoder, text)
  })

export const writeSync = (address: string, type: number, content: Uint8Array) =>
  writeFrame(address, frameTypes.sync, (encoder) => {
    encoding.writeVarUint(encoder, type)
    encoding.writeVarUint8Array(encoder, content)
  })

export const writeAwareness = (address: string, update: Uint8Array) =>
  writeFrame(address, frameTypes.awareness, (encoder) =>
    encoding.writeVarUint8Array(encoder, update),
  )

export interface AwarenessState {
  client: number
  clock: number
  /** null: it has left */
  state: Record<string, unknown> | null
}

/** An awareness update, as y-protocols has it. */
export function writeAwarenessStates(states: AwarenessState[]): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, states.length)
  for (const { client, clock, state } of states) {
    encoding.writeVarUint(encoder, client)
    encoding.writeVarUint(encoder, clock)
    encoding.writeVarString(encoder, JSON.stringify(state))
  }
  return encoding.toUint8Array(encoder)
}

/** Tells a client that one of its updates is saved, or that it was not taken. */
export const writeSyncStatus = (address: string, saved: boolean) =>
  writeFrame(address, frameTypes.syncStatus, (encoder) =>
    encoding.writeVarUint(encoder, saved ? 1 : 0),
  )

/** @throws AppError VALIDATION_ERROR */
export function checkToken(decoder: decoding.Decoder) {
  try {
    if (decoding.readVarUint(decoder) !== authTypes.token) throw new Error('not a token')
    decoding.readVarString(decoder)
    if (decoding.hasContent(decoder)) decoding.readVarString(decoder) // the client's version
  } catch {
    throw garbage('an authentication message')
  }
}
