// The page of session.test.ts: a session on a plain socket, its pictures in video elements, and nothing else.
import { io, type Socket } from 'socket.io-client'
import { AppError } from '../../protocol/errors.ts'
import type { Envelope, Events, Reply } from '../../protocol/events.ts'
import { createCallSession, type CallSession } from './session.ts'
import type { RemoteMedia } from './state.ts'
import type { View } from './views.ts'

interface Stage {
  session: CallSession
  /** producerId → where its picture is shown, at first as large as can be */
  views: Record<string, View>
  socket: Socket
  /** producerId → when its first picture was shown, milliseconds since the page's start */
  shown: Record<string, number>
  /** What was asked, in order */
  requests: string[]
  problems: string[]
}

declare global {
  interface Window {
    openCall(token: string, projectId: string): Promise<void>
    stage: Stage
  }
}

window.openCall = async (token, projectId) => {
  const socket = io({ auth: { token }, transports: ['websocket'], reconnectionDelay: 100 })
  const shown: Record<string, number> = {}
  const requests: string[] = []
  const session = createCallSession({
    address: { projectId },
    camera: { width: 640, height: 480, frameRate: 15 },
    async request(name, payload) {
      requests.push(name)
      const reply = (await socket.timeout(10_000).emitWithAck(name, payload)) as Reply<never>
      if (reply.ok) return reply.data
      throw new AppError(reply.error.code, reply.error.message, reply.error.details)
    },
    on(name, listener) {
      const hear = ({ payload }: Envelope<typeof name, Events[typeof name]>) => listener(payload)
      socket.on(name as string, hear)
      return () => socket.off(name as string, hear)
    },
    onConnection(listener) {
      const up = () => listener(true)
      const down = () => listener(false)
      socket.on('connect', up).on('disconnect', down)
      return () => socket.off('connect', up).off('disconnect', down)
    },
  })
  const elements = new Map<string, HTMLMediaElement>()
  const views: Record<string, View> = {}
  const show = ({ producerId, kind, track }: RemoteMedia) => {
    if (kind === 'video' && !views[producerId]) {
      const view = (views[producerId] = session.view(producerId))
      view.resize({ width: 1280, height: 720 })
    }
    if (!track || elements.has(producerId)) return
    const element = document.createElement(kind)
    elements.set(producerId, element)
    element.autoplay = true
    element.srcObject = new MediaStream([track])
    document.body.append(element)
    if (element instanceof HTMLVideoElement) {
      element.requestVideoFrameCallback((now) => (shown[producerId] = now))
    }
  }
  session.subscribe(() => {
    for (const peer of session.get().peers) Object.values(peer.media).forEach(show)
  })
  window.stage = { session, views, socket, shown, requests, problems: [] }
  window.addEventListener('unhandledrejection', ({ reason }) =>
    window.stage.problems.push(String(reason)),
  )
  if (!socket.connected) await new Promise<void>((resolve) => socket.once('connect', resolve))
}
