// What nodes tell each other about documents, on one topic of the bus. Only news: whoever misses a piece finds the
// rows in the journal, and awareness renews itself.
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'

export const NEWS_TOPIC = 'documents'

export interface Speaker {
  userId: string
  /** Milliseconds since their connection took the client over */
  age: number
}

export type News =
  /** Journal rows `firstSeq`, `firstSeq` + 1, … are committed */
  | { kind: 'rows'; fileId: string; firstSeq: number; updates: Uint8Array[] }
  /** What clients of the node say, and who speaks for them, in the same order */
  | { kind: 'awareness'; fileId: string; update: Uint8Array; speakers: Speaker[] }
  /** A node has just loaded the document: who is in it? */
  | { kind: 'who'; fileId: string }
  | { kind: 'deleted'; fileId: string }

const kinds = ['rows', 'awareness', 'who', 'deleted'] as const satisfies News['kind'][]

export function encodeNews(news: News): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, kinds.indexOf(news.kind))
  encoding.writeVarString(encoder, news.fileId)
  if (news.kind === 'rows') {
    encoding.writeVarUint(encoder, news.firstSeq)
    encoding.writeVarUint(encoder, news.updates.length)
    for (const update of news.updates) encoding.writeVarUint8Array(encoder, update)
  } else if (news.kind === 'awareness') {
    encoding.writeVarUint8Array(encoder, news.update)
    encoding.writeVarUint(encoder, news.speakers.length)
    for (const { userId, age } of news.speakers) {
      encoding.writeVarString(encoder, userId)
      encoding.writeVarUint(encoder, age)
    }
  }
  return encoding.toUint8Array(encoder)
}

export function decodeNews(data: Uint8Array): News {
  const decoder = decoding.createDecoder(data)
  const kind = kinds[decoding.readVarUint(decoder)]
  const fileId = decoding.readVarString(decoder)
  switch (kind) {
    case 'rows': {
      const firstSeq = decoding.readVarUint(decoder)
      const count = decoding.readVarUint(decoder)
      const updates = Array.from({ length: count }, () => decoding.readVarUint8Array(decoder))
      return { kind, fileId, firstSeq, updates }
    }
    case 'awareness': {
      const update = decoding.readVarUint8Array(decoder)
      const count = decoding.readVarUint(decoder)
      const speakers = Array.from({ length: count }, () => ({
        userId: decoding.readVarString(decoder),
        age: decoding.readVarUint(decoder),
      }))
      return { kind, fileId, update, speakers }
    }
    case 'who':
    case 'deleted':
      return { kind, fileId }
    default:
      throw new Error('news of documents from a node of another version')
  }
}
