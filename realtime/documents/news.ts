// What nodes tell each other about documents, on one topic of the bus. Only news: whoever misses a piece finds the
// rows in the journal, and awareness renews itself.
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'

export const NEWS_TOPIC = 'documents'

export type News =
  /** Journal rows `firstSeq`, `firstSeq` + 1, … are committed */
  | { kind: 'rows'; fileId: string; firstSeq: number; updates: Uint8Array[] }
  /** What clients of the node say, and whose clients they are, in the same order */
  | { kind: 'awareness'; fileId: string; update: Uint8Array; users: string[] }
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
    encoding.writeVarUint(encoder, news.users.length)
    for (const userId of news.users) encoding.writeVarString(encoder, userId)
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
      const users = Array.from({ length: count }, () => decoding.readVarString(decoder))
      return { kind, fileId, update, users }
    }
    case 'who':
    case 'deleted':
      return { kind, fileId }
    default:
      throw new Error('news of documents from a node of another version')
  }
}
