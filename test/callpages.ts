// Pages in a real Chromium that call each other through the real signalling and the real media worker, and nothing
// else of the server: for web/call/session.test.ts and bench/calls/.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import type { Page } from 'playwright-core'
import { build } from 'vite'
import type { Principal, ProjectRole } from '../protocol/access.ts'
import type { Bus } from '../protocol/bus.ts'
import type { RequestHandlers } from '../protocol/requests.ts'
import { createLocalBus } from '../realtime/bus.ts'
import { createEmit } from '../realtime/emit.ts'
import { createIo } from '../realtime/io.ts'
import { bindRequests } from '../realtime/requests.ts'
import { createCalls, type Calls } from '../sfu/calls/calls.ts'
import { openStage } from '../sfu/calls/stage.ts'
import type { MediaConfig } from '../sfu/workers.ts'
import { launchChromium } from './browser.ts'

export type CallPages = Awaited<ReturnType<typeof openCallPages>>

/** @param bus of the node that the pages connect to */
export async function openCallPages(config: MediaConfig, bus: Bus = createLocalBus()) {
  const stage = await openStage()
  const principals = new Map<string, Principal>()
  const script = await bundlePage()
  const http = createServer((request, response) => {
    const isScript = request.url === '/page.js'
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
    response.end(
      isScript ? script : '<!doctype html><script type="module" src="/page.js"></script>',
    )
  })
  const io = createIo({
    http,
    authenticate: async (token) => principals.get(token)!,
    allowOrigin: () => true,
  })
  const nodes: Calls[] = []
  const addNode = (ofNode: Bus, itsConfig: MediaConfig) => {
    const calls = createCalls({
      db: stage.db,
      bus: ofNode,
      emit: createEmit(io),
      binary: stage.binary,
      config: itsConfig,
      log: { error: () => undefined },
    })
    nodes.push(calls)
    return calls
  }
  const calls = addNode(bus, config)
  io.on('connection', (socket) => socket.on('disconnect', () => calls.socketGone(socket.id)))
  bindRequests(io, calls.handlers as RequestHandlers, pino({ level: 'silent' }))
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const browser = await launchChromium()
  return {
    stage,
    calls,
    /** Another node, which nobody is connected to */
    addNode,
    /** The page of a new person in the project, connected and not in the call. */
    async openPage(projectId: string, role: ProjectRole = 'member'): Promise<Page> {
      const { principal } = await stage.addPerson(projectId, role)
      principals.set(principal.id, principal)
      const page = await (await browser.newContext()).newPage()
      await page.goto(`http://localhost:${(http.address() as AddressInfo).port}/`)
      await page.evaluate(([token, id]) => window.openCall(token, id), [
        principal.id,
        projectId,
      ] as const)
      return page
    },
    async close() {
      await browser.close()
      for (const node of nodes) await node.close()
      await io.close()
      http.closeAllConnections()
      await stage.close()
    },
  }
}

/** The page's whole script. */
export async function bundlePage(): Promise<string> {
  const folder = new URL('../web/call/', import.meta.url).pathname
  const result = await build({
    configFile: false,
    root: folder,
    logLevel: 'error',
    build: { write: false, minify: false, rolldownOptions: { input: `${folder}page.ts` } },
  })
  const [output] = Array.isArray(result) ? result : [result]
  if (!output || !('output' in output)) throw new Error('Nothing was bundled')
  return output.output[0].code
}
