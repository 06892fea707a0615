// What can be done with the messages of the list that is shown, for each row of it.
import { createContext, useContext } from 'react'
import type { ChatMessage } from '../../../protocol/chat.ts'
import type { PublicUser } from '../../../protocol/events.ts'

export interface MessageActions {
  self: PublicUser
  /** Write, react, reply: with the permission, not muted, in a channel that is open */
  mayWrite: boolean
  /** Delete what others wrote */
  mayModerate: boolean
  /** Undefined within a thread */
  onThread: ((rootId: string) => void) | undefined
  /** Name of somebody by id, as far as it is known */
  nameOf: (userId: string) => string
  react: (message: ChatMessage, emoji: string, add: boolean) => void
  /** @throws AppError */
  edit: (message: ChatMessage, text: string) => Promise<void>
  /** @throws AppError */
  remove: (message: ChatMessage) => Promise<void>
  /** Address of the message in the page */
  linkTo: (message: ChatMessage) => string
  /** id of the message that is being edited */
  editing: string | null
  setEditing: (id: string | null) => void
}

export const ActionsContext = createContext<MessageActions | null>(null)

export function useActions(): MessageActions {
  const actions = useContext(ActionsContext)
  if (!actions) throw new Error('No list of messages around')
  return actions
}
