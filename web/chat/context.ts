// The chat of the open room, in React.
import { createStore, useStore } from '../store.ts'
import { useOpenProject } from '../room/context.tsx'
import type { ChatState } from './chat.ts'

const absent = createStore<ChatState>({
  state: 'loading',
  messages: [],
  pending: [],
  hasOlder: false,
  loadingOlder: false,
  readSeq: 0,
  unread: 0,
  unreadAfter: null,
  typing: [],
})

export const useChatState = (): ChatState => useStore(useOpenProject().room?.chat ?? absent)
