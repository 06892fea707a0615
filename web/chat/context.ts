// The chat of the open room, in React.
import { createStore, useStore } from '../store.ts'
import { useOpenProject } from '../room/context.tsx'
import { loadingChats, type ChatsState } from './store/chats.ts'

const noChats = createStore(loadingChats)

export const useChats = (): ChatsState => useStore(useOpenProject().room?.chats ?? noChats)
