// What a node tells of a channel when news was lost.
import { pino } from 'pino'
import { v7 as uuid } from 'uuid'
import { expect, onTestFinished, test } from 'vitest'
import { openDatabase } from '../../db/database.ts'
import { addUser, makeRoom } from '../../test/databases.ts'
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

test('[CH2] what is new in a long gap is told as new, though it was changed at its end', async () => {
  const { db, changes, told, general } = await useFeed()
  const { id: authorId } = await addUser(db, 'ada')
  await changes.follow([general])
  const count = 700
  const say = (seq: number) => ({
    id: uuid(),
    channelId: general,
    seq,
    rev: seq === 1 ? count + 1 : seq,
    createdRev: seq,
    authorId,
    message: `m${seq}`,
    nonce: `${seq}`,
  })
  const messages = Array.from({ length: count }, (_, n) => say(n + 1))
  await db.insertInto('messages').values(messages).execute()
  // Of all the news, only the last came.
  changes.publish(general, [{ position: count + 1, packet: { text: 'a change of the first' } }])
  await expect.poll(() => told.length).toBe(count)
  expect(told.filter((text) => text.startsWith('2["chat_message"'))).toHaveLength(count)
  expect(told.at(-1)).toMatch('"message":"m1"')
})
