// The chat of the open room, in React.
import { createStore, useStore } from '../store.ts'
import { useOpenProject } from '../room/context.tsx'
import { loadingChannel, type ChannelState, type ChannelStore } from './channel.ts'
import { loadingChats, type ChatsState } from './chats.ts'

const noChats = createStore(loadingChats)
const noChannel = createStore(loadingChannel)

export const useChats = (): ChatsState => useStore(useOpenProject().room?.chats ?? noChats)

/** @param channel as `room.chats.open` and `openThread` give it; they may be called in rendering */
export const useChannel = (channel: ChannelStore | undefined): ChannelState =>
  useStore(channel ?? noChannel)
