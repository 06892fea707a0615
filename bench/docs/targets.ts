// The servers under load: ours, and what it is compared with.
import { start, startOwn as startServer, stop, post } from '../servers.ts'
import type { Own, OwnOptions, Services } from '../servers.ts'
import type { Wire } from './client.ts'

export interface Target extends Pick<
  Own,
  'ports' | 'tokens' | 'children' | 'close' | 'databaseUrl'
> {
  name: string
  wire: Wire
  /** Whether it tells of each update that it is saved; bare Hocuspocus says so at once and saves nothing */
  confirms: boolean
  /** @returns names of so many new, empty documents */
  createDocuments(count: number): Promise<string[]>
}

export async function startBare(wire: Wire, journal?: string): Promise<Target> {
  const { child, port } = await start('docs/bare.ts', [wire, ...(journal ? [journal] : [])])
  let count = 0
  return {
    name: wire === 'hocuspocus' ? 'bare Hocuspocus' : 'y-websocket-server',
    wire,
    confirms: wire === 'hocuspocus',
    ports: [port],
    tokens: [''],
    databaseUrl: undefined,
    children: [child],
    createDocuments: (more) =>
      Promise.resolve(Array.from({ length: more }, () => `document-${count++}`)),
    close: () => stop(child),
  }
}

export async function startOwn(services: Services, options: OwnOptions): Promise<Target> {
  const own = await startServer(services, options)
  const { ports, tokens, slug, children, databaseUrl, close } = own
  const { database, nodes } = options
  let count = 0
  return {
    name: `OpenLaunch, ${database}${nodes > 1 ? ', two nodes' : ''}`,
    wire: 'hocuspocus',
    confirms: true,
    ports,
    tokens,
    children,
    databaseUrl,
    async createDocuments(more) {
      const names: string[] = []
      for (let n = 0; n < more; n += 1) {
        const file = { path: `file-${count++}.ts`, content: '' }
        const { id } = await post(ports[0] ?? 0, `/projects/${slug}/files`, file, tokens[0])
        names.push(`file:${id}`)
      }
      return names
    },
    close,
  }
}
