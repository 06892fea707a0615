// What there is to compare with, each a process of its own: one room, without storage, people or order.
//   node scripts/node.cjs bench/chat/bare.ts socket.io|ws
import '../memory.ts'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server } from 'socket.io'
import { WebSocketServer, type WebSocket } from 'ws'
import type { ChatMessage } from '../../protocol/chat.ts'
import { envelope } from '../../protocol/events.ts'

interface Draft {
  projectId: string
  message: string
  nonce: string
}

let seq = 0
/** As many bytes as ours: the same message, with whatever needs no storage. */
function toEvent({ projectId, message, nonce }: Draft) {
  const id = projectId
  const author = { id, username: 'user-01234567', displayName: 'user-01234567', avatar: '' }
  seq += 1
  const payload: ChatMessage = {
    id,
    projectId,
    channelId: id,
    seq,
    rev: seq,
    threadId: null,
    message,
    author,
    nonce,
    createdAt: new Date().toISOString(),
    editedAt: null,
    deletedAt: null,
    system: null,
    thread: null,
    reactions: [],
    attachments: [],
    mentions: [],
    mentionsAll: false,
  }
  return envelope('chat_message', payload, id)
}

const http = createServer()

if (process.argv[2] === 'ws') {
  const room = new Set<WebSocket>()
  new WebSocketServer({ server: http }).on('connection', (socket) => {
    socket.on('message', (data: Buffer) => {
      const text = data.toString()
      const space = text.indexOf(' ')
      const draft = JSON.parse(text.slice(space + 1)) as Partial<Draft>
      if (draft.message === undefined) room.add(socket)
      else {
        const event = JSON.stringify(toEvent(draft as Draft))
        for (const receiver of room) receiver.send(event)
      }
      socket.send(`a${text.slice(0, space)}`)
    })
    socket.on('close', () => room.delete(socket))
  })
} else {
  const io = new Server(http, { transports: ['websocket'], serveClient: false })
  io.on('connection', (socket) => {
    socket.on('join_project', async (_draft: Draft, acknowledge: (reply: object) => void) => {
      await socket.join('room')
      acknowledge({ ok: true })
    })
    socket.on('send_message', (draft: Draft, acknowledge: (reply: object) => void) => {
      const event = toEvent(draft)
      io.to('room').emit('chat_message', event)
      acknowledge({ ok: true, data: event.payload })
    })
  })
}

http.listen(0, '127.0.0.1', () => {
  console.log(`ready :${(http.address() as AddressInfo).port}`)
})
