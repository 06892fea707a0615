// A call in React: of the open project, or the one that a guest comes to. What WebRTC needs is loaded when somebody joins for the first time.
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
import type { CallAddress, Knock } from '../../protocol/calls.ts'
import type { WorkerStatus } from '../../protocol/worker.ts'
import type { PublicUser } from '../../protocol/events.ts'
import type { AppSocket } from '../socket.ts'
import { createStore, useStore } from '../store.ts'
import { AppError } from '../../protocol/errors.ts'
import { errorMessage, isAppError } from '../wire.ts'
import { inCall } from './answer.ts'
import { choices, choose } from './choice.ts'
import { AskBeforeLeaving } from './leaving.tsx'
import type { SpeakerWatch } from './levels.ts'
import { useSpeakers } from './listen.ts'
import type { CallSession, CallSessionOptions } from './session.ts'
import { useCallShortcuts } from './shortcuts.ts'
import { MutedHint } from './muted.tsx'
import { RemoteSound } from './sound.tsx'
import { CallWatch } from './watch.tsx'
import { idleState, type CallState } from './state.ts'

interface Call {
  /** Oneself, as the others see one */
  self: PublicUser
  /** Somebody in the call, or whom one knows otherwise */
  personOf(userId: string): PublicUser | undefined
  state: CallState
  session: CallSession | null
  speakers: SpeakerWatch
  /** What WebRTC needs is on its way */
  loading: boolean
  /** Why this server has no calls at the moment; null where it has */
  worker: Exclude<WorkerStatus, { state: 'ready' }> | null
  /** Of which channel; undefined: the project's own call */
  channelId: string | undefined
  /** The page before the call: to see oneself, and choose. Leaves another call. */
  open(channelId?: string): void
  join(channelId?: string): void
  /** Where the call does not let one in: asks its moderators, and joins when they do. */
  knock(): void
  /** Where it did not work */
  retry(): void
  /** Remembered for the next call */
  setMicrophone(on: boolean): Promise<void>
  setCamera(on: boolean): Promise<void>
  /** Does not go in after all; closes what a failed call left on the page. */
  dismiss(): void
}

const absent = createStore(idleState)
const nobody: readonly Knock[] = []
const CallContext = createContext<Call | null>(null)

export function useCall(): Call {
  const call = useContext(CallContext)
  if (!call) throw new Error('There is no call here')
  return call
}

const optionsOf = (
  address: CallAddress,
  { request, on, connection }: AppSocket,
  awaitsCall: boolean,
): CallSessionOptions => ({
  address,
  request,
  awaitsCall,
  preferences: choices.get,
  on: (name, listener) => on(name, (payload) => listener(payload)),
  onConnection: (listener) =>
    connection.subscribe(() => listener(connection.get() === 'connected')),
})

/** An error of joining may carry how far the server is with its media worker. */
function workerOf(error: unknown): Call['worker'] {
  const status = isAppError(error) ? (error.details as WorkerStatus | undefined) : undefined
  return status?.state === 'preparing' || status?.state === 'unavailable' ? status : null
}

interface CallProviderProps {
  projectId: string
  socket: AppSocket | null
  self: PublicUser
  /** The pages below this address keep the call */
  home: string
  /** People whom one knows beside those in the call */
  personOf?: (userId: string) => PublicUser | undefined
  children: ReactNode
}

export function CallProvider(props: CallProviderProps) {
  const { projectId, socket, self, home, personOf, children } = props
  const isGuest = self.guest === true
  const [session, setSession] = useState<CallSession | null>(null)
  const [loading, setLoading] = useState(false)
  const [worker, setWorker] = useState<Call['worker']>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const own = useRef<CallSession | null>(null)
  /** Counts what was asked for: whoever asks for another call or leaves does not want the one before. */
  const asked = useRef(0)
  const [channelId, setChannelId] = useState<string | undefined>()
  const inner = useStore(session ?? absent)

  useEffect(
    () => () => {
      asked.current += 1
      own.current?.close()
      own.current = null
      setSession(null)
    },
    [socket, projectId],
  )

  /** @returns null when something else was asked for meanwhile */
  const load = useCallback(
    async (wanted: string | undefined) => {
      if (!socket) throw new AppError('UNAVAILABLE', 'Not connected to the server.')
      asked.current += 1
      const mine = asked.current
      setLoading(true)
      setProblem(null)
      setWorker(null)
      setChannelId(wanted)
      try {
        const { createCallSession } = await import('./session.ts')
        if (mine !== asked.current) return null
        if (own.current && own.current.address.channelId !== wanted) {
          own.current.close()
          own.current = null
        }
        const address = { projectId, channelId: wanted }
        own.current ??= createCallSession(optionsOf(address, socket, isGuest))
        setSession(own.current)
        return own.current
      } finally {
        setLoading(false)
      }
    },
    [socket, projectId, isGuest],
  )

  const enter = useCallback(
    async (how: 'preview' | 'join', wanted: string | undefined) => {
      try {
        const opened = await load(wanted)
        if (!opened) return
        const previewed = opened.get().status.state === 'previewing'
        const { audio, video } = choices.get()
        if (how === 'preview') await opened.preview({ audio, video })
        else await (previewed ? opened.join() : opened.join({ audio, video }))
      } catch (error) {
        setWorker(workerOf(error))
        setProblem(errorMessage(error))
      }
    },
    [load],
  )

  // Who waits for the worker goes in as soon as it is there.
  useEffect(() => {
    if (!socket || !worker) return
    return socket.on('call_worker', (status) => {
      if (status.state === 'ready') void enter('join', channelId)
      else setWorker(status)
    })
  }, [socket, worker, enter, channelId])

  const joined = inner.status.state === 'joined'
  useEffect(() => {
    inCall.set(joined)
    return () => inCall.set(false)
  }, [joined])
  const setMicrophone = useCallback(
    async (on: boolean) => {
      choose({ audio: on })
      await session?.setMicrophone(on)
    },
    [session],
  )
  const setCamera = useCallback(
    async (on: boolean) => {
      choose({ video: on })
      await session?.setCamera(on)
    },
    [session],
  )
  const speakers = useSpeakers(session, inner)
  const using = !['idle', 'failed'].includes(inner.status.state)
  useCallShortcuts(using ? session : null, { setMicrophone, setCamera })

  const call = useMemo<Call>(() => {
    const state: CallState =
      inner.status.state === 'idle' && problem
        ? { ...inner, status: { state: 'failed', reason: problem } }
        : inner
    return {
      self,
      personOf: (userId) =>
        [self, ...inner.peers.map(({ user }) => user)].find(({ id }) => id === userId) ??
        personOf?.(userId),
      state,
      session,
      speakers,
      loading,
      worker,
      setMicrophone,
      setCamera,
      channelId,
      open: (wanted) => void enter('preview', wanted),
      join: (wanted) => void enter('join', wanted),
      knock() {
        const { audio, video } = choices.get()
        setProblem(null)
        void session?.knock({ audio, video })
      },
      retry: () => void enter('join', channelId),
      dismiss() {
        setProblem(null)
        setWorker(null)
        session?.leave()
      },
    }
  }, [
    self,
    personOf,
    inner,
    loading,
    problem,
    session,
    channelId,
    speakers,
    worker,
    enter,
    setMicrophone,
    setCamera,
  ])
  return (
    <CallContext value={call}>
      {children}
      <RemoteSound peers={inner.peers} />
      {joined && session && (
        <CallWatch
          session={session}
          own={inner.own}
          userId={self.id}
          knocks={inner.shared?.knocks ?? nobody}
        />
      )}
      {joined && <MutedHint microphone={inner.own.microphone} setMicrophone={setMicrophone} />}
      {(joined || inner.status.state === 'reconnecting') && <AskBeforeLeaving home={home} />}
    </CallContext>
  )
}
