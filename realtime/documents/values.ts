// Reads values of the Yjs format with bounds: lib0 itself takes endless numbers and recurses as deep as it is told.
import * as decoding from 'lib0/decoding'

const MAX_DEPTH = 64
/** A whole number up to 2^53 takes eight bytes of seven bits. */
const MAX_NUMBER_BYTES = 8

/** @throws RangeError when it is not a safe whole number */
export function readCount(decoder: decoding.Decoder): number {
  const start = decoder.pos
  const value = decoding.readVarUint(decoder)
  if (!Number.isSafeInteger(value) || decoder.pos - start > MAX_NUMBER_BYTES)
    throw new RangeError('not a safe whole number')
  return value
}

export function readId(decoder: decoding.Decoder): { client: number; clock: number } {
  return { client: readCount(decoder), clock: readCount(decoder) }
}

/** JSON.parse is not recursive, but everything that walks its result later is. */
function checkDepth(text: string) {
  let depth = 0
  let inString = false
  for (let index = 0; index < text.length; index++) {
    const character = text[index]
    if (inString) {
      if (character === '\\') index++
      else if (character === '"') inString = false
    } else if (character === '"') inString = true
    else if (character === '{' || character === '[') {
      if (++depth > MAX_DEPTH) throw new RangeError('nested too deep')
    } else if (character === '}' || character === ']') depth--
  }
}

export function readJson(decoder: decoding.Decoder): unknown {
  const text = decoding.readVarString(decoder)
  checkDepth(text)
  return JSON.parse(text)
}

/** Reads over a string with JSON in it, or with Yjs' own mark for undefined. */
export function skipJson(decoder: decoding.Decoder, orUndefined = false) {
  const start = decoder.pos
  if (orUndefined && decoding.readVarString(decoder) === 'undefined') return
  decoder.pos = start
  readJson(decoder)
}

/** Reads over a value of lib0's `readAny`. */
export function skipAny(decoder: decoding.Decoder, depth = 0) {
  if (depth > MAX_DEPTH) throw new RangeError('nested too deep')
  const type = decoding.readUint8(decoder)
  switch (type) {
    case 127: // undefined
    case 126: // null
    case 121: // false
    case 120: // true
      return
    case 125:
      if (!Number.isSafeInteger(decoding.readVarInt(decoder))) throw new RangeError('no integer')
      return
    case 124:
      decoding.readUint8Array(decoder, 4)
      return
    case 123: // float64
    case 122: // bigint
      decoding.readUint8Array(decoder, 8)
      return
    case 119:
      decoding.readVarString(decoder)
      return
    case 118: {
      const count = readCount(decoder)
      for (let index = 0; index < count; index++) {
        decoding.readVarString(decoder)
        skipAny(decoder, depth + 1)
      }
      return
    }
    case 117: {
      const count = readCount(decoder)
      for (let index = 0; index < count; index++) skipAny(decoder, depth + 1)
      return
    }
    case 116:
      decoding.readVarUint8Array(decoder)
      return
    default:
      throw new RangeError('not a value')
  }
}
