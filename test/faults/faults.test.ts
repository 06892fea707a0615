// Real clients on three real nodes, and everything between and below them breaks. `npm run test:faults` is longer.
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Person } from '../people.ts'
import { openCluster, type Cluster } from './cluster.ts'
import { scenarios } from './scenarios.ts'
import { play, signUp } from './stage.ts'

const isFull = process.env['FAULTS'] === 'full'
const rounds = Number(process.env['ROUNDS'] ?? 1)
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31))

describe.skipIf(!inject('postgresUrl') || !inject('redisUrl'))('faults', () => {
  let cluster: Cluster
  let crowd: Person[]
  beforeAll(async () => {
    cluster = await openCluster()
    crowd = await signUp(cluster)
  })
  afterAll(() => cluster?.close())

  for (let round = 0; round < rounds; round++) {
    for (const scenario of scenarios.filter(({ isLong }) => isFull || !isLong)) {
      test(
        `${scenario.title} (seed ${seed + round})`,
        { timeout: isFull ? 600_000 : 120_000 },
        () =>
          expect(play(scenario, { cluster, crowd, seed: seed + round, isFull })).resolves.toEqual(
            [],
          ),
      )
    }
  }
})
