// Three nodes in this process, each on lines of its own to a real PostgreSQL and a real Redis, which can be cut, and
// each behind an address that stays when the node is killed and another takes its place.
import { openDatabase } from '../../db/database.ts'
import { createRedisBus, connectRedis } from '../../realtime/bus.ts'
import { startProxy } from '../proxy.ts'
import { openNode, type Node, type Stage } from '../../realtime/documents/fixture.ts'

export type Cluster = Awaited<ReturnType<typeof openCluster>>

export async function openCluster(stage: Stage, postgresUrl: string, redisUrl: string) {
  /** What is left of killed nodes, until it has ended */
  const ending: Promise<unknown>[] = []

  async function openServer() {
    const toDatabase = await startProxy(postgresUrl)
    const toRedis = await startProxy(redisUrl)
    const database = await openDatabase({ url: toDatabase.url, dataDir: 'unused' })
    const redis = await connectRedis(toRedis.url, () => undefined)
    const bus = await createRedisBus(redis)
    const node: Node = await openNode({ ...stage, db: database.db }, bus)
    async function end() {
      await node.stop()
      await bus.close()
      redis.disconnect()
      await database.close()
      await Promise.all([toDatabase.cut(), toRedis.cut()])
    }
    return { node, toDatabase, toRedis, end }
  }

  async function openPlace() {
    let server = await openServer()
    const front = await startProxy(server.node.url)
    let isCut = false
    return {
      url: front.url.replace(/\/$/, ''),
      node: () => server.node,
      /** As kill -9 does: nothing more is written, said or answered. What was not saved is lost. */
      async kill() {
        const { toDatabase, toRedis, end } = server
        await Promise.all([toDatabase.cut(), toRedis.cut()])
        front.reset()
        ending.push(end().catch(() => undefined))
        server = await openServer()
        isCut = false
        front.retarget(server.node.url)
      },
      async cutRedis() {
        if (!isCut) await server.toRedis.cut()
        isCut = true
      },
      async restoreRedis() {
        if (isCut) await server.toRedis.restore()
        isCut = false
      },
      async close() {
        await front.cut()
        await server.end()
      },
    }
  }

  const places = [await openPlace(), await openPlace(), await openPlace()]
  return {
    places,
    async close() {
      await Promise.all(places.map((place) => place.close()))
      await Promise.all(ending)
    },
  }
}
