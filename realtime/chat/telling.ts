// What a committed batch means to people: events to the channels, marks of threads to those who replied, notifications.
import { UNREAD_LIMIT, type ChatEvents, type ChatMessage } from '../../protocol/chat.ts'
import { channelRoom, projectRoom } from '../../protocol/names.ts'
import type { Emit } from '../../protocol/requests.ts'
import type { Entry, Feed } from '../feed.ts'
import type { Written } from './writer/append.ts'
import type { Batch } from './writer/batch.ts'
import { changedEntry, newEntry } from './changes.ts'

/** As much of a message as a notification shows, UTF-16 code units. */
const EXCERPT = 140

export function tellBatch(
  { emit, feed }: { emit: Emit; feed: Pick<Feed, 'publish'> },
  batch: Batch,
) {
  const { written, roots, people } = batch
  const entries = new Map<string, Entry[]>()
  const add = ({ channelId }: ChatMessage, entry: Entry) => {
    const list = entries.get(channelId)
    if (list) list.push(entry)
    else entries.set(channelId, [entry])
  }
  for (const { message } of written) add(message, newEntry(message))
  // They took their revs after the messages.
  for (const root of roots.toSorted((a, b) => a.rev - b.rev)) add(root, changedEntry(root))
  for (const [channelId, list] of entries) feed.publish(channelId, list)

  for (const [userId, state] of raisedThreadMarks(written))
    emit.toUser(userId, 'thread_read_changed', state, userId)
  for (const one of written) notify(emit, one, people.get(one.message.channelId) ?? [])
}

/** New marks of those who replied: above them is only what came later in the same batch. */
function raisedThreadMarks(written: readonly Written[]) {
  const marks = new Map<string, [userId: string, ChatEvents['thread_read_changed']]>()
  for (const { message, root } of written) {
    if (!root) continue
    const { projectId, channelId, seq, author } = message
    for (const [userId, state] of marks.values())
      if (state.threadId === root.id && userId !== author.id)
        state.unread = Math.min(state.unread + 1, UNREAD_LIMIT)
    const state = { projectId, channelId, threadId: root.id, readSeq: seq, unread: 0 }
    marks.set(`${root.id} ${author.id}`, [author.id, state])
  }
  return marks.values()
}

function notify(emit: Emit, { message, channel, root }: Written, people: readonly string[]) {
  if (message.system) return
  const { id, author, projectId, channelId, seq, mentions, mentionsAll } = message
  const concerned = new Set([...people, ...mentions])
  concerned.delete(author.id)
  if (concerned.size === 0 && !mentionsAll) return
  const at = root ? `thread=${root.id}&m=${seq}` : `m=${seq}`
  const notification = {
    id,
    title: channel.name ? `${author.displayName} in #${channel.name}` : author.displayName,
    message: excerpt(message),
    type: 'info' as const,
    actionUrl: `/p/${channel.slug}/chat/${channelId}?${at}`,
  }
  for (const userId of concerned) emit.toUser(userId, 'notification', notification, author.id)
  if (!mentionsAll) return
  const room = channel.kind === 'public' ? projectRoom(projectId) : channelRoom(channelId)
  emit.toRoom(room, [author.id, ...concerned], 'notification', notification, author.id)
}

function excerpt({ message, attachments }: ChatMessage) {
  return shorten(message) || attachments.map(({ name }) => name).join(', ')
}

/** On one line, as much as a notification shows. */
export function shorten(message: string) {
  const text = message.replaceAll(/\s+/g, ' ').trim()
  if (text.length <= EXCERPT) return text
  return `${text.slice(0, EXCERPT).replace(/[\uD800-\uDBFF]$/, '')}…`
}
