// What there is to compare with, each a process of its own, as its authors have it: nothing stored, nobody asked who
// they are.
//   node scripts/node.cjs bench/docs/bare.ts hocuspocus|y-websocket
//   node scripts/node.cjs bench/docs/bare.ts hocuspocus <file>   every document is what that journal holds
import '../memory.ts'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server } from '@hocuspocus/server'
import * as decoding from 'lib0/decoding'
import { WebSocketServer } from 'ws'
import * as Y from 'yjs'

const [, , kind, journal] = process.argv

if (kind === 'hocuspocus') {
  const server = new Server({
    quiet: true,
    port: 0,
    address: '127.0.0.1',
    ...(journal !== undefined && {
      // Row by row; not into Hocuspocus' own document, which would gather all of them to send them to nobody.
      onLoadDocument: () => {
        const loaded = new Y.Doc()
        for (const row of readRows(readFileSync(journal))) Y.applyUpdate(loaded, row)
        return Promise.resolve(loaded)
      },
    }),
  })
  await server.listen(0)
  console.log(`ready :${server.address.port}`)
} else {
  const { setupWSConnection } = await import('@y/websocket-server/utils')
  const http = createServer()
  new WebSocketServer({ server: http }).on('connection', setupWSConnection)
  http.listen(0, '127.0.0.1', () => {
    console.log(`ready :${(http.address() as AddressInfo).port}`)
  })
}

function* readRows(bytes: Uint8Array) {
  const decoder = decoding.createDecoder(bytes)
  while (decoding.hasContent(decoder)) yield decoding.readVarUint8Array(decoder)
}
