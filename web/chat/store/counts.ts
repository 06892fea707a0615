// What a message means for the counts of its channel. Pure.
import { UNREAD_LIMIT, type Channel, type ChatMessage } from '../../../protocol/chat.ts'

const more = (count: number) => Math.min(count + 1, UNREAD_LIMIT)

/** A new message of the channel; the same one twice counts once. */
export function countMessage(channel: Channel, message: ChatMessage, userId: string): Channel {
  const { seq, rev, threadId, author, mentions, mentionsAll, system } = message
  if (seq <= channel.lastSeq) return channel
  const next = { ...channel, lastSeq: seq, rev: Math.max(channel.rev, rev) }
  if (author.id === userId) {
    // Who writes has read what stands above.
    return threadId === null && !system ? { ...next, readSeq: seq, unread: 0, mentions: 0 } : next
  }
  // What the server says by itself asks nobody to look.
  if (system || seq <= channel.readSeq) return next
  if (threadId === null) next.unread = more(channel.unread)
  if (mentionsAll || mentions.includes(userId)) next.mentions = more(channel.mentions)
  return next
}

/** As the server says now, but nothing that was read here meanwhile becomes unread again. */
export function mergeChannel(known: Channel | undefined, told: Channel): Channel {
  if (!known || known.readSeq <= told.readSeq) return told
  const { readSeq, unread, mentions } = known
  const lastSeq = Math.max(known.lastSeq, told.lastSeq)
  return { ...told, lastSeq, readSeq, unread, mentions }
}

/** What somebody should look at: talks count as mentions. */
export function countAll(channels: readonly Channel[]) {
  let unread = 0
  let mentions = 0
  for (const channel of channels) {
    if (channel.archivedAt !== null) continue
    const talk = channel.kind === 'direct' || channel.kind === 'group'
    unread += channel.unread
    mentions += talk ? channel.unread : channel.mentions
  }
  return { unread, mentions }
}
