// The servers under load: ours, and what it is compared with.
import { start, startOwn as startServer, stop } from '../servers.ts'
import type { Own, OwnOptions, Services } from '../servers.ts'
import type { Wire } from './client.ts'

export interface Target extends Omit<Own, 'slug' | 'databaseUrl'> {
  wire: Wire
}

export async function startBare(wire: Wire): Promise<Target> {
  const { child, port } = await start('chat/bare.ts', [wire])
  const projectId = '01234567-0123-7123-8123-0123456789ab'
  return {
    wire,
    ports: [port],
    tokens: [''],
    projectId,
    children: [child],
    close: () => stop(child),
  }
}

export const startOwn = async (services: Services, options: OwnOptions): Promise<Target> => ({
  wire: 'socket.io',
  ...(await startServer(services, options)),
})
