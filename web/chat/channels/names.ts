// What a channel is called by whoever looks at it.
import type { Channel, ChannelInfo } from '../../../protocol/chat.ts'

/** Whom a direct or group channel is with; oneself is not said. */
export const othersIn = ({ members }: Pick<ChannelInfo, 'members'>, selfId: string) =>
  (members ?? []).filter(({ id }) => id !== selfId)

/** Without the sign in front. */
export function channelName(channel: Pick<ChannelInfo, 'name' | 'members'>, selfId: string) {
  if (channel.name !== null) return channel.name
  const names = othersIn(channel, selfId).map(({ displayName }) => displayName)
  return names.join(', ') || 'Nobody else any more'
}

/** With the sign of what has a name. */
export const channelLabel = (channel: Pick<ChannelInfo, 'name' | 'members'>, selfId: string) =>
  (channel.name === null ? '' : '#') + channelName(channel, selfId)

/** What people type, as a channel may be called. */
export const asName = (typed: string) =>
  typed
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\s+/g, '-')
    .replaceAll(/[^a-z0-9_-]/g, '')
    .replace(/^[-_]+/, '')

export interface ChannelGroups {
  channels: Channel[]
  /** Direct and group */
  conversations: Channel[]
  archived: Channel[]
}

/** @param current id of the channel that is shown, which is in the list in any case */
export function groupChannels(
  all: readonly Channel[],
  selfId: string,
  current: string | null | undefined,
): ChannelGroups {
  const byName = (a: Channel, b: Channel) =>
    channelName(a, selfId).localeCompare(channelName(b, selfId))
  const open = all.filter(({ archivedAt }) => archivedAt === null)
  return {
    // As they come: the project's first one, then by name.
    channels: open.filter(({ name }) => name !== null),
    conversations: open
      // Somebody opened it and said nothing: only they see it.
      .filter(
        ({ id, name, lastSeq, createdBy }) =>
          name === null && (lastSeq > 0 || createdBy === selfId || id === current),
      )
      .sort(byName),
    archived: all.filter(({ archivedAt }) => archivedAt !== null).sort(byName),
  }
}
