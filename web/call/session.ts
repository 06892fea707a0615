// The call of one project in this browser: joins, keeps the chosen devices through losses, joins again by itself.
// A small store without a framework: get() is a new object after every change.
import type { MediaSource } from '../../protocol/calls.ts'
import { createPatience } from './patience.ts'
import { openConnection, type CallConnection } from './connection.ts'
import { describeProblem, openDevices, openScreen } from './devices.ts'
import { codeOf, isNotJoined, type Signalling } from './signalling.ts'
import { idleState, type CallState, type DeviceKind } from './state.ts'
import type { CallStats } from './stats.ts'

export interface CallSessionOptions extends Signalling {
  /** Told whenever the socket's connection comes or goes; @returns a function that ends it */
  onConnection(listener: (connected: boolean) => void): () => void
  /** Default 1280×720, 30 fps */
  camera?: MediaTrackConstraints
}

export interface CallSession {
  get(): CallState
  subscribe(listener: () => void): () => void
  /** Resolves when joined and the devices are open or refused; rejects when the call cannot be joined. */
  join(choice: { audio: boolean; video: boolean }): Promise<void>
  leave(): void
  /** With a device, changes to it. */
  setMicrophone(on: boolean, deviceId?: string): Promise<void>
  /** Off gives the camera back: its light goes out. */
  setCamera(on: boolean, deviceId?: string): Promise<void>
  startScreenShare(): Promise<void>
  stopScreenShare(): void
  /** Asks the server for a smaller picture of a peer's camera; 0 is the smallest. */
  preferLayer(producerId: string, spatialLayer: number): Promise<void>
  stats(): Promise<CallStats>
  /** Leaves for good. */
  close(): void
}

const defaultCamera: MediaTrackConstraints = {
  width: { ideal: 1280 },
  height: { ideal: 720 },
  frameRate: { ideal: 30, max: 30 },
}
const microphone: MediaTrackConstraints = {
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
}

/** Refusals that do not change by asking again. */
const finalCodes = new Set<unknown>([
  'VALIDATION_ERROR',
  'AUTHENTICATION_FAILED',
  'INVALID_TOKEN',
  'INSUFFICIENT_PERMISSIONS',
  'NOT_FOUND',
  'CONFLICT',
])
const isFinal = (error: unknown) => finalCodes.has(codeOf(error)) && !isNotJoined(error)
/** UNAVAILABLE because the server has no media worker (yet): it says so with a status of it. */
const isUnprepared = (error: unknown) =>
  typeof (error as { details?: { state?: unknown } } | null)?.details?.state === 'string'

export function createCallSession(options: CallSessionOptions): CallSession {
  const { projectId, request, camera = defaultCamera } = options
  let state = idleState
  const listeners = new Set<() => void>()
  let connection: CallConnection | null = null
  /** Counts what the person did: what began before must not go on. */
  let run = 0
  const patience = createPatience()
  /** The newest wish per device; opening takes time. */
  const wishes: Record<DeviceKind, number> = { camera: 0, microphone: 0, screen: 0 }

  const update = (change: Partial<CallState>) => {
    state = { ...state, ...change }
    for (const listener of listeners) listener()
  }
  const isActive = () => state.status.state !== 'idle' && state.status.state !== 'failed'

  function setOwn(source: MediaSource, media: { track: MediaStreamTrack; muted: boolean } | null) {
    const { [source]: before, ...others } = state.own
    if (before && before.track !== media?.track) {
      before.track.onended = null
      before.track.stop()
    }
    update({ own: media ? { ...others, [source]: media } : others })
    connection?.send(state.own)
  }
  function setProblem(device: DeviceKind, problem: string | null) {
    const { [device]: _, ...others } = state.problems
    update({ problems: problem === null ? others : { ...others, [device]: problem } })
  }

  /** A track may end by itself: unplugged, or stopped in the browser's own bar. */
  function adopt(source: MediaSource, track: MediaStreamTrack) {
    track.onended = () => {
      if (source === 'screen' || source === 'screen-audio') return stopScreenShare()
      setOwn(source, null)
      setProblem(source, `The ${source} was disconnected.`)
    }
    setOwn(source, { track, muted: false })
  }

  async function openWished(devices: { camera?: string | true; microphone?: string | true }) {
    const before = { ...wishes }
    const constraints = (wish: string | true | undefined, base: MediaTrackConstraints) =>
      wish !== undefined && { ...base, ...(wish !== true && { deviceId: { exact: wish } }) }
    const opened = await openDevices({
      camera: constraints(devices.camera, camera),
      microphone: constraints(devices.microphone, microphone),
    })
    for (const device of ['camera', 'microphone'] as const) {
      if (devices[device] === undefined) continue
      const track = opened[device]
      if (wishes[device] !== before[device]) {
        track?.stop()
        continue
      }
      if (track) adopt(device, track)
      setProblem(device, opened.problems[device] ?? null)
    }
  }

  async function connect(mine: number, giveUpAfter: number) {
    const deadline = performance.now() + giveUpAfter
    for (let attempt = 0; mine === run; attempt += 1) {
      try {
        const opened = await openConnection(options, {
          onChange: () => update({ peers: connection?.peers ?? [] }),
          onLost: (reason) => mine === run && (reason ? fail(reason) : reconnect()),
          onRefused(source, error) {
            setOwn(source, null)
            if (source !== 'screen-audio') setProblem(source, describeProblem(source, error))
          },
        })
        if (mine !== run) return opened.close()
        connection = opened
        update({ status: { state: 'joined', peerId: opened.peerId }, peers: opened.peers })
        opened.send(state.own)
        return
      } catch (error) {
        if (mine !== run) return
        const first = state.status.state === 'joining'
        const isOver = isFinal(error) || (first && isUnprepared(error))
        if (isOver || performance.now() > deadline) throw error
        await patience.wait(attempt)
      }
    }
  }

  /** Without an answer, the server notices by itself. */
  const tellLeft = () => void request('call_leave', { projectId }).catch(() => undefined)

  function fail(error: unknown) {
    endMedia()
    tellLeft()
    const reason = error instanceof Error ? error.message : String(error)
    update({ status: { state: 'failed', reason } })
  }

  function reconnect() {
    run += 1
    connection?.close()
    connection = null
    update({ status: { state: 'reconnecting' }, peers: [] })
    const mine = run
    connect(mine, 120_000).catch((error: unknown) => mine === run && fail(error))
  }

  function endMedia() {
    run += 1
    connection?.close()
    connection = null
    for (const device of ['camera', 'microphone', 'screen'] as const) wishes[device] += 1
    for (const source of Object.keys(state.own)) setOwn(source as MediaSource, null)
    update({ peers: [], problems: {} })
  }

  function stopScreenShare() {
    wishes.screen += 1
    setOwn('screen', null)
    setOwn('screen-audio', null)
  }

  function leave() {
    if (!isActive()) return update({ status: { state: 'idle' } })
    endMedia()
    update({ status: { state: 'idle' } })
    tellLeft()
  }

  const subscriptions = [
    options.onConnection((connected) => {
      if (connected) patience.nudge()
      else if (state.status.state === 'joined') reconnect()
    }),
    options.on('call_worker', (status) => status.state === 'ready' && patience.nudge()),
  ]

  return {
    get: () => state,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async join({ audio, video }) {
      if (isActive()) return
      run += 1
      const mine = run
      update({ status: { state: 'joining' }, problems: {} })
      // Not one after the other: the person may take time to answer the browser, and listens meanwhile.
      const devices = openWished({
        ...(audio && { microphone: true }),
        ...(video && { camera: true }),
      })
      try {
        await connect(mine, 30_000)
      } catch (error) {
        if (mine === run) fail(error)
        throw error
      }
      await devices
    },
    leave,
    async setMicrophone(on, deviceId) {
      const { microphone: own } = state.own
      if (own && (!on || deviceId === undefined)) {
        // At once; the producer is paused as soon as its turn comes.
        own.track.enabled = on
        return setOwn('microphone', { ...own, muted: !on })
      }
      wishes.microphone += 1
      if (on && isActive()) await openWished({ microphone: deviceId ?? true })
    },
    async setCamera(on, deviceId) {
      wishes.camera += 1
      if (!on) return setOwn('camera', null)
      if (isActive() && (!state.own.camera || deviceId !== undefined)) {
        await openWished({ camera: deviceId ?? true })
      }
    },
    async startScreenShare() {
      if (!isActive() || state.own.screen) return
      wishes.screen += 1
      const mine = wishes.screen
      try {
        const opened = await openScreen()
        if (!opened) return
        if (mine !== wishes.screen) {
          opened.screen.stop()
          opened.audio?.stop()
          return
        }
        adopt('screen', opened.screen)
        if (opened.audio) adopt('screen-audio', opened.audio)
        setProblem('screen', null)
      } catch (error) {
        setProblem('screen', (error as Error).message)
      }
    },
    stopScreenShare,
    async preferLayer(producerId, spatialLayer) {
      await connection?.preferLayer(producerId, spatialLayer)
    },
    stats: async () => (await connection?.stats()) ?? { receiving: [], sending: [] },
    close() {
      leave()
      for (const end of subscriptions) end()
    },
  }
}
