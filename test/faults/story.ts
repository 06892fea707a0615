// What the checker is tried on: a small true story, as the books, the database and a device tell it.
import type { ChatMessage } from '../../protocol/chat.ts'
import { createReplica } from '../../web/chat/store/replica.ts'
import type { Row, Truth, Witness } from './check.ts'
import { createLedger } from './ledger.ts'

export const CHANNEL = 'general'
const PROJECT = 'apollo'

/** What a device knows of a row. */
export const messageOf = (row: Row): ChatMessage => ({
  ...row,
  projectId: PROJECT,
  author: { id: row.authorId, username: row.authorId, displayName: row.authorId, avatar: '' },
  createdAt: '',
  editedAt: null,
  deletedAt: row.isDeleted ? 'then' : null,
  system: null,
  thread: row.replies > 0 ? { replyCount: row.replies, lastReplyAt: '' } : null,
  reactions: row.reactions.map((reaction) => {
    const [userId = '', emoji = ''] = reaction.split(' ')
    return { emoji, count: 1, userIds: [userId] }
  }),
  attachments: row.attachments.map((id) => ({
    id,
    name: id,
    type: 'text/plain',
    size: 1,
    width: null,
    height: null,
  })),
  mentions: [],
  mentionsAll: false,
})

/**
 * Ada says two things and edits the second; Bob says one and takes it back, says another, which Ada puts a thumb on,
 * and reads on; Ada replies to herself with a file.
 */
export function tell() {
  const said = (seq: number, rev: number, authorId: string, message: string): Row => ({
    id: `m${seq}`,
    channelId: CHANNEL,
    seq,
    rev,
    authorId,
    nonce: `n${seq}`,
    message,
    isDeleted: false,
    isSystem: false,
    threadId: null,
    replies: 0,
    versions: [],
    reactions: [],
    attachments: [],
  })
  const first = { ...said(1, 9, 'ada', 'hello'), replies: 1 }
  const edited = { ...said(2, 4, 'ada', 'now'), versions: ['once'] }
  const deleted = { ...said(3, 5, 'bob', ''), isDeleted: true }
  const liked = { ...said(4, 7, 'bob', 'good'), reactions: ['ada 👍'] }
  const reply = { ...said(5, 8, 'ada', 'look'), threadId: 'm1', attachments: ['a1'] }
  const rows: Row[] = [first, edited, deleted, liked, reply]
  const truth: Truth = {
    rows,
    channels: [{ id: CHANNEL, lastSeq: 5, lastRev: 9, readers: ['ada', 'bob'] }],
    marks: new Map([
      [`${CHANNEL} ada`, 2],
      [`${CHANNEL} bob`, 4],
    ]),
    activity: [1, 2, 3],
  }

  const ledger = createLedger()
  const texts: Record<string, string> = { m2: 'once', m3: 'oops' }
  for (const row of rows) {
    const text = texts[row.id] ?? row.message
    const { authorId, channelId, threadId, attachments: attachmentIds } = row
    ledger.send(row.nonce, {
      authorId,
      channelId,
      text,
      attachmentIds,
      ...(threadId && { threadId }),
    })
    ledger.kept(row.nonce, messageOf(row))
  }
  ledger.edited('m2', 'now')
  ledger.removed('m3')
  ledger.reacted('m4', 'ada', '👍', true)
  ledger.reacted('m1', 'bob', '👎', false)
  ledger.read(CHANNEL, 'ada', 0, 2)
  ledger.read(CHANNEL, 'bob', 4, 4)

  const replica = createReplica()
  replica.apply(rows.map(messageOf))
  const event = (name: Witness['heard'][number]['name'], rev: number, id = '') => ({
    connection: 1,
    name,
    key: name === 'project_update' ? PROJECT : CHANNEL,
    rev,
    id,
  })
  const witness: Witness = {
    name: 'bob0',
    person: { id: 'bob' },
    replicas: new Map([[CHANNEL, replica]]),
    marks: new Map([[CHANNEL, 4]]),
    heard: [
      { ...event('joined', 1), key: PROJECT },
      event('joined', 1),
      event('chat_message', 2, 'm2'),
      event('chat_message', 3, 'm3'),
      event('message_changed', 4, 'm2'),
      event('project_update', 2, '2'),
      event('message_changed', 5, 'm3'),
      event('chat_message', 6, 'm4'),
      event('message_changed', 7, 'm4'),
      event('chat_message', 8, 'm5'),
      event('message_changed', 9, 'm1'),
      event('project_update', 3, '3'),
    ],
    updates: new Set([1, 2, 3]),
  }
  const heard = (rev: number) => witness.heard.findIndex((one) => one.rev === rev)
  return {
    truth,
    rows,
    ledger,
    witness,
    replica,
    first,
    edited,
    deleted,
    liked,
    reply,
    heard,
    event,
  }
}

export type Story = ReturnType<typeof tell>
