// What editors send, made without a document: each types one character after another at the end of a line of its own,
// as Yjs encodes it (UpdateEncoderV1, Item.write).
import * as encoding from 'lib0/encoding'
import * as Y from 'yjs'

const CONTENT = 'content'
/** Who wrote the empty lines that editors type into. */
const FIRST = 1
const ITEM = { text: 4, origin: 0x80, rightOrigin: 0x40 }

/** A document of as many empty lines. */
export function writeLines(count: number): Uint8Array {
  const document = new Y.Doc()
  document.clientID = FIRST
  document.getText(CONTENT).insert(0, '\n'.repeat(count))
  return Y.encodeStateAsUpdate(document)
}

/** The n-th editor's client id. */
export const clientOf = (editor: number) => 1_000_000 + editor
export const characterAt = (clock: number) => String.fromCharCode(97 + (clock % 26))

/** The text once editors have typed so many characters each. */
export const textOf = (typed: readonly number[]) =>
  typed
    .map((count) => `${Array.from({ length: count }, (_, n) => characterAt(n)).join('')}\n`)
    .join('')

/** The update with which the editor types its `clock`-th character at the end of its line. */
export function writeKeystroke(editor: number, clock: number): Uint8Array {
  const client = clientOf(editor)
  const encoder = encoding.createEncoder()
  const id = (of: number, at: number) => {
    encoding.writeVarUint(encoder, of)
    encoding.writeVarUint(encoder, at)
  }
  const isFirst = editor === 0 && clock === 0
  encoding.writeVarUint(encoder, 1) // clients
  encoding.writeVarUint(encoder, 1) // structs
  id(client, clock)
  encoding.writeUint8(encoder, ITEM.text | ITEM.rightOrigin | (isFirst ? 0 : ITEM.origin))
  if (clock > 0) id(client, clock - 1)
  else if (!isFirst) id(FIRST, editor - 1)
  id(FIRST, editor)
  encoding.writeVarString(encoder, characterAt(clock))
  encoding.writeVarUint(encoder, 0) // deletions
  return encoding.toUint8Array(encoder)
}
