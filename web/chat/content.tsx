// What a place of the chat shows below its bar, wherever the chat is: in the side panel or on its own page.
import { EmptyState } from '@mantine/core'
import { Hash } from 'lucide-react'
import { useMemo } from 'react'
import type { Channel } from '../../protocol/chat.ts'
import { useOpenProject } from '../room/context.tsx'
import { useChats } from './context.ts'
import type { Place } from './place.ts'
import { ChatSkeleton } from './skeleton.tsx'
import { ChatView } from './view.tsx'

/** @returns undefined while nothing is known, null where there is no such channel */
export function usePlaceChannel(place: Place): Channel | null | undefined {
  const { state, channels } = useChats()
  if (place.view !== 'channel') return null
  const { channelId } = place
  const found = channelId === null ? channels[0] : channels.find(({ id }) => id === channelId)
  return found ?? (state === 'ready' ? null : undefined)
}

interface Props {
  channel: Channel | null | undefined
  threadId?: string | undefined
  seq: number | undefined
  visible: boolean
  onGo: (place: Place) => void
}

export function ChannelContent({ channel, threadId, seq, visible, onGo }: Props) {
  const { room } = useOpenProject()
  const channelId = channel?.id
  const store = useMemo(() => {
    if (!room || channelId === undefined) return null
    return threadId === undefined
      ? room.chats.open(channelId)
      : room.chats.openThread(channelId, threadId)
  }, [room, channelId, threadId])
  if (channel === null) {
    return (
      <EmptyState
        m="auto"
        p="md"
        icon={<Hash />}
        title="This channel is not open to you"
        description="You are not in it any more, or it never was here. Choose another one."
      />
    )
  }
  if (!channel || !store) return <ChatSkeleton />
  return <ChatView channel={channel} store={store} visible={visible} seq={seq} onGo={onGo} />
}
