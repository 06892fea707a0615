// What a node tells of a channel when news was lost.
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { openDatabase } from '../../db/database.ts'
import { makeRoom } from '../../test/databases.ts'
import { createLocalBus } from '../bus.ts'
import { createChanges } from './changes.ts'

/** The feed of a node by itself, and a channel. */
async function useFeed() {
  const { db, close } = await openDatabase({ dataDir: 'memory://' })
  const told: string[] = []
  const changes = createChanges({
    db,
    bus: createLocalBus(),
    outlet: { toRoom: (_, packets) => void told.push(...packets.map(({ text }) => text)) },
    log: pino({ level: 'silent' }),
  })
  onTestFinished(async () => {
    changes.close()
    await close()
  })
  return { db, changes, told, ...(await makeRoom(db, {})) }
}

test('a channel that was left while it was looked up is forgotten', async () => {
  const { changes, general } = await useFeed()
  const following = changes.follow([general])
  changes.unfollow(general)
  await following
  expect(changes.find(general)).toBeUndefined()
  await changes.follow([general])
  expect(changes.find(general)).toBeDefined()
})
