// One WebRTC transport of mediasoup-client, wired to the signalling. When ICE breaks it is restarted; when that does
// not help, the media is lost and the session joins again.
import type { Device } from 'mediasoup-client'
import type { Transport } from 'mediasoup-client/types'
import type { MediaSource } from '../../protocol/calls.ts'
import { AppError } from '../../protocol/errors.ts'
import { onNetworkChange } from '../network.ts'
import { codeOf, type Signalling } from './signalling.ts'

/** A moment without packets is not worth a restart. */
const RESTART_AFTER = 1_500
/** Until the server has heard of a restart: longer than it keeps the place of somebody whose socket is gone. */
const ASKED_WITHIN = 30_000
/** From the restart until the connection stands again. */
const LOST_AFTER = 10_000
/** From the first attempt; joining again would not help. */
const UNREACHABLE_AFTER = 15_000
const unreachable = () =>
  new AppError(
    'UNAVAILABLE',
    'No picture or sound gets through between here and the server: a firewall may be in between, or this ' +
      'computer is in no network.',
  )

interface TransportOptions {
  signalling: Signalling
  device: Device
  direction: 'send' | 'receive'
  /** With a reason when joining again would not help */
  onLost(reason?: Error): void
}

export interface OpenTransport {
  transport: Transport
  /** The network may have changed: unless all is well, looks for another path. */
  check(): void
}

export async function openTransport(options: TransportOptions): Promise<OpenTransport> {
  const { signalling, device, direction, onLost } = options
  const { address, request } = signalling
  const { transportId, ...parameters } = await request('call_create_transport', {
    ...address,
    direction,
  })
  const transportOptions = { id: transportId, ...parameters }
  const transport =
    direction === 'send'
      ? device.createSendTransport(transportOptions)
      : device.createRecvTransport(transportOptions)

  let timer: ReturnType<typeof setTimeout> | undefined
  const wait = (milliseconds: number, then: () => void) => {
    clearTimeout(timer)
    if (!transport.closed) timer = setTimeout(then, milliseconds)
  }
  let wasConnected = false
  let restarting: 'asking' | 'looking' | null = null

  transport.on('connect', ({ dtlsParameters }, done, fail) => {
    const look = () => {
      wait(UNREACHABLE_AFTER, () => onLost(unreachable()))
      done()
    }
    request('call_connect_transport', { ...address, transportId, dtlsParameters }).then(
      look,
      // Asked twice, because the answer was lost with the socket.
      (error: Error) => (codeOf(error) === 'CONFLICT' ? look() : fail(error)),
    )
  })
  transport.on('produce', ({ kind, rtpParameters, appData }, done, fail) => {
    const { source, paused } = appData as { source: MediaSource; paused: boolean }
    request('call_produce', { ...address, transportId, kind, source, rtpParameters, paused }).then(
      ({ producerId }) => done({ id: producerId }),
      fail,
    )
  })

  const restart = async () => {
    if (restarting) return
    restarting = 'asking'
    const giveUp = () => {
      // Where the old path held, there was nothing to be seen of it.
      restarting = null
      if (transport.connectionState !== 'connected') onLost()
    }
    // While the socket is away, too, the request waits.
    wait(ASKED_WITHIN, giveUp)
    const { iceParameters } = await request('call_restart_ice', { ...address, transportId })
    restarting = 'looking'
    wait(LOST_AFTER, giveUp)
    await transport.restartIce({ iceParameters })
  }
  const restartOrLose = () => {
    restart().catch(() => {
      if (!transport.closed) onLost()
    })
  }
  transport.on('connectionstatechange', (state) => {
    if (state === 'connected') {
      wasConnected = true
      restarting = null
      clearTimeout(timer)
    } else if (state === 'failed') {
      if (!wasConnected) onLost(unreachable())
      else if (restarting === 'looking') onLost()
      else restartOrLose()
    } else if (state === 'disconnected' && wasConnected && !restarting) {
      wait(RESTART_AFTER, restartOrLose)
    }
  })
  const check = () => {
    if (wasConnected && transport.connectionState !== 'connected') restartOrLose()
  }
  // Another network: the old path may be a dead one long before that is noticed.
  const change = () => {
    if (wasConnected) restartOrLose()
  }
  const unwatch = onNetworkChange(change)
  transport.observer.once('close', () => {
    clearTimeout(timer)
    unwatch()
  })
  return { transport, check }
}
