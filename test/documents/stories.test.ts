// Seeded stories on three nodes; `npm run test:faults` tells a thousand. SEED=… tells one of them again.
import { expect, inject, onTestFinished, test } from 'vitest'
import { openDatabase } from '../../db/database.ts'
import { useFreshPostgres } from '../postgres.ts'
import { openCluster } from './cluster.ts'
import { setStage } from '../../realtime/documents/fixture.ts'
import { play } from './story.ts'

const isFull = process.env['FAULTS'] === 'full'
const stories = Number(process.env['STORIES'] ?? (isFull ? 1_000 : 50))
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const redisUrl = inject('redisUrl')

test.skipIf(!inject('postgresUrl') || !redisUrl)(
  `[D8] [D6] ${stories} stories of cut lines and killed nodes end with the same text for everybody`,
  { timeout: stories * 30_000 },
  async () => {
    const postgresUrl = await useFreshPostgres()
    const database = await openDatabase({ url: postgresUrl, dataDir: 'unused' })
    onTestFinished(() => database.close())
    const stage = await setStage(database.db)
    const cluster = await openCluster(stage, postgresUrl, redisUrl!)
    onTestFinished(() => cluster.close())
    for (let n = seed; n < seed + stories; n++) {
      const { complaints, log } = await play(n, stage, cluster)
      expect(complaints, `SEED=${n}\n${log.join('\n')}`).toEqual([])
    }
  },
)
