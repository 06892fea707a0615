// A version's text and who wrote it, as bytes: compressed, and against another version's where there is one, because two
// texts of one file are alike. Done by Node's own threads.
import { promisify } from 'node:util'
import { constants, zstdCompress, zstdCompressSync, zstdDecompress } from 'node:zlib'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import type { Run } from './ledger.ts'

export interface Content {
  text: string
  /** In the order of the text; together as long as it */
  runs: Run[]
}

const compressAsync = promisify(zstdCompress)
const decompressAsync = promisify(zstdDecompress)

const MIN_WINDOW = 10
const MAX_WINDOW = 26

/** @param reach bytes: what may be repeated lies as far away as the other version is long */
const settings = (reach: number) => ({
  [constants.ZSTD_c_compressionLevel]: 9,
  [constants.ZSTD_c_windowLog]: Math.min(
    MAX_WINDOW,
    Math.max(MIN_WINDOW, Math.ceil(Math.log2(reach + 1))),
  ),
})

/** The first versions of Node 24 do not know dictionaries, and say nothing. */
const sample = Buffer.from(Array.from({ length: 64 }, (_, n) => n * n))
const hasDictionaries =
  zstdCompressSync(sample, { dictionary: sample }).length < zstdCompressSync(sample).length

export function encodeContent({ text, runs }: Content): Uint8Array {
  const encoder = encoding.createEncoder()
  const people = [...new Set(runs.map(({ userId }) => userId ?? ''))]
  const index = new Map(people.map((userId, position) => [userId, position]))
  encoding.writeVarUint(encoder, people.length)
  for (const userId of people) encoding.writeVarString(encoder, userId)
  encoding.writeVarUint(encoder, runs.length)
  for (const { length, userId } of runs) {
    encoding.writeVarUint(encoder, length)
    encoding.writeVarUint(encoder, index.get(userId ?? '') ?? 0)
  }
  encoding.writeVarString(encoder, text)
  return encoding.toUint8Array(encoder)
}

export function decodeContent(bytes: Uint8Array): Content {
  const decoder = decoding.createDecoder(bytes)
  const count = () => decoding.readVarUint(decoder)
  const people = Array.from({ length: count() }, () => decoding.readVarString(decoder))
  const runs = Array.from({ length: count() }, () => {
    const length = count()
    return { length, userId: people[count()] || null }
  })
  return { text: decoding.readVarString(decoder), runs }
}

/** @param base bytes that will be at hand when this is read again */
export async function compress(bytes: Uint8Array, base?: Uint8Array) {
  const isAgainst = hasDictionaries && base !== undefined
  const params = settings(bytes.byteLength + (isAgainst ? base.byteLength : 0))
  const options = isAgainst ? { params, dictionary: Buffer.from(base) } : { params }
  return { packed: new Uint8Array(await compressAsync(bytes, options)), isAgainst }
}

/** @param base what it was compressed against */
export async function decompress(packed: Uint8Array, base?: Uint8Array): Promise<Uint8Array> {
  const options = base ? { dictionary: Buffer.from(base) } : {}
  return new Uint8Array(await decompressAsync(packed, options))
}
