// The chat of the room: messages, who is writing, and the place to write.
import { useEffect, useState } from 'react'
import { Button, EmptyState, Skeleton } from '@mantine/core'
import { CloudOff, MessagesSquare } from 'lucide-react'
import { useUser } from '../accounts/gate.tsx'
import { useCan, useOpenProject } from '../room/context.tsx'
import { Composer } from './composer.tsx'
import { useChatState } from './context.ts'
import { MessageList } from './list.tsx'
import classes from './chat.module.css'

export function ChatPanel({ visible }: { visible: boolean }) {
  const { room, project } = useOpenProject()
  const chat = useChatState()
  const can = useCan()
  const user = useUser()
  const [atBottom, setAtBottom] = useState(true)
  const awake = useAwake()
  const watching = visible && awake && atBottom
  useEffect(() => room?.chat.watch(watching), [room, watching])
  const empty = chat.messages.length === 0 && chat.pending.length === 0
  return (
    <div className={classes.panel}>
      {chat.state === 'loading' && empty && <ChatSkeleton />}
      {chat.state === 'failed' && empty && (
        <EmptyState m="auto" icon={<CloudOff />} title="The chat could not be loaded" role="alert">
          <Button variant="default" onClick={() => room?.join()}>
            Try again
          </Button>
        </EmptyState>
      )}
      {chat.state === 'ready' && empty && (
        <EmptyState
          m="auto"
          p="md"
          size="sm"
          icon={<MessagesSquare />}
          title="Nothing said yet"
          description={`Say hello to everybody in ${project.name}.`}
        />
      )}
      {!empty && room && (
        <MessageList
          chat={chat}
          self={user}
          visible={visible}
          onBottom={setAtBottom}
          onOlder={() => void room.chat.loadOlder()}
          onRetry={room.chat.retry}
          onDiscard={room.chat.discard}
        />
      )}
      <Typing names={chat.typing} />
      {can('chat:write') ? (
        <Composer chat={room?.chat} />
      ) : (
        <p className={classes.readOnly}>
          You can read along. Ask a maintainer for the member role to write.
        </p>
      )}
    </div>
  )
}

/** Whether the tab is before somebody's eyes. */
function useAwake() {
  const [awake, setAwake] = useState(() => document.visibilityState === 'visible')
  useEffect(() => {
    const look = () => setAwake(document.visibilityState === 'visible')
    document.addEventListener('visibilitychange', look)
    return () => document.removeEventListener('visibilitychange', look)
  }, [])
  return awake
}

function Typing({ names }: { names: readonly string[] }) {
  const [first, second] = names
  const text =
    names.length > 2
      ? 'Several people are writing'
      : second
        ? `${first} and ${second} are writing`
        : first
          ? `${first} is writing`
          : ''
  return (
    <div className={classes.typing} aria-live="polite">
      {text && (
        <>
          <span className={classes.dots} aria-hidden>
            <i />
            <i />
            <i />
          </span>
          {text}…
        </>
      )}
    </div>
  )
}

function ChatSkeleton() {
  return (
    <div className={classes.skeleton} role="status" aria-label="Loading messages">
      {[70, 50, 85, 40].map((width) => (
        <div key={width} className={classes.skeletonRow}>
          <Skeleton circle height={30} />
          <div style={{ flex: 1 }}>
            <Skeleton height={10} width={90} mb={8} />
            <Skeleton height={10} width={`${width}%`} />
          </div>
        </div>
      ))}
    </div>
  )
}
