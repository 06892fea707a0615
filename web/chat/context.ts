// The chat of the open room, in React.
import { createStore, useStore } from '../store.ts'
import { useOpenProject } from '../room/context.tsx'
import { loadingChat, type ChatState } from './chat.ts'

const absent = createStore(loadingChat)

export const useChatState = (): ChatState => useStore(useOpenProject().room?.chat ?? absent)
