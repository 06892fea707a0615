// The call of one project in this browser: joins, keeps the chosen devices through losses, joins again by itself.
// A small store without a framework: get() is a new object after every change.
import type { CallAddress, CallReaction, StandupAction } from '../../protocol/calls.ts'
import { createStore, type Readable } from '../store.ts'
import { createPatience } from './patience.ts'
import type { CallConnection } from './connection.ts'
import { openConnection } from './joining.ts'
import { createKnocking, type KnockingOptions } from './knocking.ts'
import { createModeration, type Moderation } from './moderation.ts'
import type { RemoteProducer } from './remote.ts'
import { createOwnDevices, type DevicePreferences, type OwnDevices } from './own.ts'
import { isFinal, isUnprepared } from './signalling.ts'
import { takeOver } from './moving.ts'
import { failedFor, idleState, type CallMoment, type CallState, type CallStatus } from './state.ts'
import { noStats, type CallStats } from './stats.ts'
import { createViews, type View } from './views.ts'

export interface CallSessionOptions extends KnockingOptions {
  /** Told whenever the socket's connection comes or goes; @returns a function that ends it */
  onConnection(listener: (connected: boolean) => void): () => void
  /** Default 1280×720, 30 fps */
  camera?: MediaTrackConstraints
  /** Read whenever a device is opened */
  preferences?(): DevicePreferences
}

type Devices = { audio: boolean; video: boolean }

export interface CallSession
  extends
    Readable<CallState>,
    Pick<
      OwnDevices,
      | 'setMicrophone'
      | 'setCamera'
      | 'reopen'
      | 'startScreenShare'
      | 'stopScreenShare'
      | 'dismissProblem'
    > {
  address: CallAddress
  /** Opens the devices, and nobody else sees or hears them yet. */
  preview(devices: Devices): Promise<void>
  /**
   * Resolves when joined and the devices are open or refused; rejects when the call cannot be joined.
   * @param devices of use without a preview; with one, they are open
   */
  join(devices?: Devices): Promise<void>
  /** Asks to be let in, and joins when a moderator does. */
  knock(devices: Devices): Promise<void>
  leave(): void
  /** @param peerId of another, for moderators */
  raiseHand(raised: boolean, peerId?: string): Promise<void>
  react(emoji: CallReaction): Promise<void>
  standup(action: StandupAction): Promise<void>
  /** Reactions of one's own, too; @returns ends it */
  onMoment(listener: (moment: CallMoment) => void): () => void
  /** For moderators. */
  moderate: Moderation
  /** Another place where a picture is shown. Only what is shown is received, and only as large. */
  view(producerId: string): View
  /** peerId → how loud that person is, 0 to 1 */
  levels(): ReadonlyMap<string, number>
  stats(): Promise<CallStats>
  /** Leaves for good. */
  close(): void
}

const seenBy = (connection: CallConnection | null) => {
  const { peers, shared, own } = connection ?? { peers: [], shared: null, own: null }
  return { peers, shared, ...(own ?? { hand: null, score: null }) }
}

export function createCallSession(options: CallSessionOptions): CallSession {
  const { address, request, camera, preferences = () => ({}) } = options
  const { get, set, subscribe } = createStore(idleState)
  let connection: CallConnection | null = null
  /** Of a server that stops: shown until all of its media comes from another one */
  let moved: CallConnection | null = null
  /** Counts what the person did: what began before must not go on. */
  let run = 0
  const patience = createPatience()

  const update = (change: Partial<CallState>) => set({ ...get(), ...change })
  const devices = createOwnDevices({
    camera,
    preferences,
    onChange(now) {
      update(now)
      connection?.send(now.own)
    },
  })
  const views = createViews((producerId) => connection?.view(producerId))
  const momentListeners = new Set<(moment: CallMoment) => void>()
  const tellMoment = (moment: CallMoment) => {
    for (const listener of momentListeners) listener(moment)
  }
  const isIn = (...states: CallStatus['state'][]) => states.includes(get().status.state)
  const inCall = () => isIn('joining', 'joined', 'reconnecting')
  const isKnown = () => inCall() || isIn('knocking')
  const mayUse = () => isKnown() || isIn('previewing')

  /** What was shown of the server that stops will be shown of this one. */
  function lines({ peer, source, media }: RemoteProducer) {
    const seen = views.lines(media.producerId)
    const old = moved?.peers.find(({ user }) => user.id === peer.user.id)?.media[source]
    return seen ?? (old ? views.lines(old.producerId) : null)
  }

  async function connect(mine: number, giveUpAfter: number) {
    const deadline = performance.now() + giveUpAfter
    while (mine === run) {
      await patience.wait()
      if (mine !== run) return
      try {
        const opened = await openConnection(options, {
          lines,
          onChange: () => update(seenBy(moved ?? connection)),
          onMoment: tellMoment,
          onLost: (reason) => mine === run && (reason ? fail(reason) : reconnect()),
          onRefused: devices.refuse,
          onMuted: devices.mute,
          onMoved: () => mine === run && move(),
        })
        if (mine !== run) return opened.close()
        connection = opened
        opened.send(get().own)
        if (moved) await takeOver(moved, opened, () => mine === run)
        if (mine !== run) return
        moved = null
        patience.succeeded()
        update({ status: { state: 'joined', peerId: opened.peerId }, ...seenBy(opened) })
        return
      } catch (error) {
        if (mine !== run) return
        const first = isIn('joining')
        const isOver = isFinal(error) || (first && isUnprepared(error))
        if (isOver || performance.now() > deadline) throw error
      }
    }
  }

  /** Without an answer, the server notices by itself. */
  const tellLeft = () => void request('call_leave', address).catch(() => undefined)

  function fail(error: unknown) {
    endMedia()
    tellLeft()
    update({ status: failedFor(error) })
  }

  function closeConnections() {
    run += 1
    connection?.close()
    moved?.close()
    connection = null
    moved = null
  }

  function move() {
    run += 1
    moved = connection
    connection = null
    const mine = run
    connect(mine, 120_000).catch((error: unknown) => mine === run && fail(error))
  }

  function reconnect() {
    closeConnections()
    update({ status: { state: 'reconnecting' }, ...seenBy(null) })
    const mine = run
    connect(mine, 120_000).catch((error: unknown) => mine === run && fail(error))
  }

  async function resume() {
    const mine = run
    try {
      await connection?.resume()
    } catch (error) {
      if (mine !== run) return
      if (isFinal(error)) fail(error)
      else reconnect()
    }
  }

  function endMedia() {
    closeConnections()
    devices.end()
    update(seenBy(null))
  }

  function leave() {
    if (isKnown()) tellLeft()
    knocking.cancel()
    if (mayUse()) endMedia()
    update({ status: { state: 'idle' } })
  }

  async function join(wanted: Devices = { audio: false, video: false }) {
    if (inCall()) return
    run += 1
    const mine = run
    patience.forget()
    update({ status: { state: 'joining' } })
    // Not one after the other: the person may take time to answer the browser, and listens meanwhile.
    const opening = devices.open(wanted)
    try {
      await connect(mine, 30_000)
    } catch (error) {
      if (mine === run) fail(error)
      throw error
    }
    await opening
  }

  let wantedInside: Devices | undefined
  const knocking = createKnocking(options, {
    onAnswer(refusal) {
      if (!isIn('knocking')) return
      if (refusal) fail(refusal)
      // Where it fails, the state says so.
      else join(wantedInside).catch(() => undefined)
    },
    onCall: (isThere) => isIn('knocking') && update({ status: { state: 'knocking', isThere } }),
  })

  /** The tab is closed: nobody has to wait for somebody who will not come back. */
  const onPageHide = () => isKnown() && tellLeft()
  addEventListener('pagehide', onPageHide)
  const subscriptions = [
    () => removeEventListener('pagehide', onPageHide),
    knocking.end,
    options.onConnection((connected) => {
      if (!connected) return connection?.cut()
      patience.nudge()
      if (isIn('knocking')) return void knocking.knock(true)
      void resume()
    }),
    options.on('call_worker', (status) => status.state === 'ready' && patience.nudge()),
  ]

  return {
    address,
    get,
    subscribe,
    async preview(wanted) {
      if (mayUse()) return
      run += 1
      update({ status: { state: 'previewing' } })
      await devices.open(wanted)
    },
    join,
    async knock(wanted) {
      if (isKnown()) return
      // Guests see themselves while they wait; the page before the call has opened what they want.
      const [opensNow, isOpen] = [options.awaitsCall, isIn('previewing')]
      wantedInside = isOpen || opensNow ? undefined : wanted
      update({ status: { state: 'knocking', isThere: true } })
      if (opensNow && !isOpen) void devices.open(wanted)
      await knocking.knock()
      // Left before the server had the knock
      if (isIn('idle', 'previewing')) tellLeft()
    },
    leave,
    async setMicrophone(on) {
      if (mayUse()) await devices.setMicrophone(on)
    },
    async setCamera(on) {
      if (mayUse()) await devices.setCamera(on)
    },
    reopen: devices.reopen,
    async startScreenShare() {
      if (inCall()) await devices.startScreenShare()
    },
    stopScreenShare: devices.stopScreenShare,
    dismissProblem: devices.dismissProblem,
    async raiseHand(raised, peerId) {
      await request('call_raise_hand', { ...address, raised, peerId })
    },
    async react(emoji) {
      await request('call_react', { ...address, emoji })
      tellMoment({ kind: 'reaction', peerId: null, emoji })
    },
    async standup(action) {
      await request('call_standup', { ...address, ...action })
    },
    onMoment(listener) {
      momentListeners.add(listener)
      return () => momentListeners.delete(listener)
    },
    moderate: createModeration(options),
    view: views.open,
    levels: () => connection?.levels() ?? new Map(),
    stats: async () => (await connection?.stats()) ?? noStats,
    close() {
      leave()
      for (const end of subscriptions) end()
    },
  }
}
