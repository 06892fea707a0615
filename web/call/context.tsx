// The call of the open project in React. What WebRTC needs is loaded when somebody joins for the first time.
import {
  createContext,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
  type ReactNode,
} from 'react'
import type { WorkerStatus } from '../../protocol/worker.ts'
import { useOpenProject } from '../room/context.tsx'
import type { AppSocket } from '../socket.ts'
import { createStore, useStore } from '../store.ts'
import { errorMessage, isAppError } from '../wire.ts'
import { readChoice, saveChoice } from './choice.ts'
import { AskBeforeLeaving } from './leaving.tsx'
import type { CallSession } from './session.ts'
import type { CallState } from './state.ts'

interface Call {
  state: CallState
  session: CallSession | null
  /** Why this server has no calls at the moment; null where it has */
  worker: Exclude<WorkerStatus, { state: 'ready' }> | null
  join(): void
  /** Closes what a failed call left on the page. */
  dismiss(): void
}

const idle: CallState = { status: { state: 'idle' }, peers: [], own: {}, problems: {} }
const absent = createStore(idle)
const CallContext = createContext<Call | null>(null)

export function useCall(): Call {
  const call = useContext(CallContext)
  if (!call) throw new Error('There is no call here')
  return call
}

async function openSession(projectId: string, { request, on, connection }: AppSocket) {
  const { createCallSession } = await import('./session.ts')
  return createCallSession({
    projectId,
    request,
    on: (name, listener) => on(name, (payload) => listener(payload)),
    onConnection: (listener) =>
      connection.subscribe(() => listener(connection.get() === 'connected')),
  })
}

/** An error of joining may carry how far the server is with its media worker. */
function workerOf(error: unknown): Call['worker'] {
  const status = isAppError(error) ? (error.details as WorkerStatus | undefined) : undefined
  return status?.state === 'preparing' || status?.state === 'unavailable' ? status : null
}

export function CallProvider({ children }: { children: ReactNode }) {
  const { project, socket } = useOpenProject()
  const [session, setSession] = useState<CallSession | null>(null)
  const [loading, setLoading] = useState(false)
  const [worker, setWorker] = useState<Call['worker']>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const own = useRef<CallSession | null>(null)
  const inner = useStore(session ?? absent)

  useEffect(
    () => () => {
      own.current?.close()
      own.current = null
      setSession(null)
    },
    [socket, project.id],
  )

  const join = useCallback(async () => {
    if (!socket) return
    setLoading(true)
    setProblem(null)
    setWorker(null)
    try {
      const opened = (own.current ??= await openSession(project.id, socket))
      setSession(opened)
      setLoading(false)
      await opened.join(readChoice())
    } catch (error) {
      const status = workerOf(error)
      setWorker(status)
      setProblem(errorMessage(error))
    } finally {
      setLoading(false)
    }
  }, [socket, project.id])

  // Who waits for the worker goes in as soon as it is there.
  useEffect(() => {
    if (!socket || !worker) return
    return socket.on('call_worker', (status) => {
      if (status.state === 'ready') void join()
      else setWorker(status)
    })
  }, [socket, worker, join])

  const { microphone, camera } = inner.own
  const joined = inner.status.state === 'joined'
  const speaking = microphone !== undefined && !microphone.muted
  const filming = camera !== undefined
  useEffect(() => {
    if (joined) saveChoice({ audio: speaking, video: filming })
  }, [joined, speaking, filming])

  const call = useMemo<Call>(() => {
    const state: CallState =
      inner.status.state === 'idle' && loading
        ? { ...inner, status: { state: 'joining' } }
        : inner.status.state === 'idle' && problem
          ? { ...inner, status: { state: 'failed', reason: problem } }
          : inner
    return {
      state,
      session,
      worker,
      join: () => void join(),
      dismiss() {
        setProblem(null)
        setWorker(null)
        session?.leave()
      },
    }
  }, [inner, loading, problem, session, worker, join])
  return (
    <CallContext value={call}>
      {children}
      <RemoteSound />
      {(joined || inner.status.state === 'reconnecting') && (
        <AskBeforeLeaving home={`/p/${project.slug}`} />
      )}
    </CallContext>
  )
}

/** What the others say is heard wherever one looks. */
function RemoteSound() {
  const { peers } = useCall().state
  return peers.flatMap(({ peerId, media }) =>
    (['microphone', 'screen-audio'] as const).map((source) => {
      const track = media[source]?.track
      return track ? <Sound key={`${peerId} ${source}`} track={track} /> : null
    }),
  )
}

function Sound({ track }: { track: MediaStreamTrack }) {
  const element = useRef<HTMLAudioElement>(null)
  useEffect(() => {
    if (!element.current) return
    element.current.srcObject = new MediaStream([track])
  }, [track])
  return <audio ref={element} autoPlay />
}
