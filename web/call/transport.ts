// One WebRTC transport of mediasoup-client, wired to the signalling. When ICE breaks it is restarted; when that does
// not help, the media is lost and the session joins again.
import type { Device } from 'mediasoup-client'
import type { Transport } from 'mediasoup-client/types'
import type { MediaSource } from '../../protocol/calls.ts'
import type { Signalling } from './signalling.ts'

/** A moment without packets is not worth a restart. */
const RESTART_AFTER = 1_500
/** From the restart until the connection stands again. */
const LOST_AFTER = 10_000

interface TransportOptions {
  signalling: Signalling
  device: Device
  direction: 'send' | 'receive'
  onLost(): void
}

export async function openTransport(options: TransportOptions): Promise<Transport> {
  const { signalling, device, direction, onLost } = options
  const { projectId, request } = signalling
  const { transportId, ...parameters } = await request('call_create_transport', {
    projectId,
    direction,
  })
  const transportOptions = { id: transportId, ...parameters }
  const transport =
    direction === 'send'
      ? device.createSendTransport(transportOptions)
      : device.createRecvTransport(transportOptions)

  transport.on('connect', ({ dtlsParameters }, done, fail) => {
    request('call_connect_transport', { projectId, transportId, dtlsParameters }).then(done, fail)
  })
  transport.on('produce', ({ kind, rtpParameters, appData }, done, fail) => {
    const { source, paused } = appData as { source: MediaSource; paused: boolean }
    request('call_produce', { projectId, transportId, kind, source, rtpParameters, paused }).then(
      ({ producerId }) => done({ id: producerId }),
      fail,
    )
  })

  let timer: ReturnType<typeof setTimeout> | undefined
  let restarting = false
  const wait = (milliseconds: number, then: () => void) => {
    clearTimeout(timer)
    timer = setTimeout(then, milliseconds)
  }
  const restart = async () => {
    if (restarting) return
    restarting = true
    wait(LOST_AFTER, onLost)
    const { iceParameters } = await request('call_restart_ice', { projectId, transportId })
    await transport.restartIce({ iceParameters })
  }
  const restartOrLose = () => {
    restart().catch(() => {
      if (!transport.closed) onLost()
    })
  }
  transport.on('connectionstatechange', (state) => {
    if (state === 'connected') {
      restarting = false
      clearTimeout(timer)
    } else if (state === 'failed') {
      if (restarting) onLost()
      else restartOrLose()
    } else if (state === 'disconnected' && !restarting) wait(RESTART_AFTER, restartOrLose)
  })
  transport.observer.once('close', () => clearTimeout(timer))
  return transport
}
