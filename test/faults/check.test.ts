// The checker itself: each lie that is planted in a true story must be named.
import { expect, test } from 'vitest'
import { compare, type Row } from './check.ts'
import { CHANNEL, messageOf, tell, type Story } from './story.ts'

const judge = ({ truth, ledger, witness }: Story) => compare(truth, ledger, [witness])
const drop = (rows: Row[], row: Row) => void rows.splice(rows.indexOf(row), 1)

test('a true story has nothing wrong', () => {
  expect(judge(tell())).toEqual([])
})

const lies: [what: string, plant: (story: Story) => void, named: RegExp][] = [
  [
    'an acknowledged message is lost',
    ({ rows, liked }) => drop(rows, liked),
    /"good" is there 0 t/,
  ],
  [
    'a message is there twice',
    ({ rows, first }) => rows.push({ ...first, id: 'm6', seq: 6 }),
    /"hello" is there 2 t/,
  ],
  [
    'a message was never acknowledged',
    ({ ledger }) => ledger.send('n9', { authorId: 'ada', channelId: CHANNEL, text: 'well' }),
    /"well" was never acknowledged/,
  ],
  [
    'a message comes from nowhere',
    ({ ledger }) => ledger.sent.delete('n1'),
    /"hello" is there, and nobody sent it/,
  ],
  [
    'an answer names another nonce',
    ({ ledger, first }) => ledger.kept('n1', { ...messageOf(first), nonce: 'n7' }),
    /n1 was answered with n7/,
  ],
  [
    'a message is acknowledged at another place',
    ({ ledger, first }) => ledger.kept('n1', { ...messageOf(first), seq: 9 }),
    /acknowledged as 9 and is 1/,
  ],
  [
    'a message is in another channel',
    ({ first }) => (first.channelId = 'random'),
    /"hello" was acknowledged/,
  ],
  [
    'a message has another author',
    ({ first }) => (first.authorId = 'bob'),
    /"hello" has another author/,
  ],
  ['a hole in seq', ({ reply }) => (reply.seq = 6), /seqs of general are not dense/],
  [
    'the newest message is missing',
    ({ truth }) => (truth.channels[0]!.lastSeq = 6),
    /seqs of general are not dense/,
  ],
  ['a rev is given twice', ({ edited }) => (edited.rev = 5), /a rev of general is there twice/],
  [
    'the last rev is another',
    ({ truth }) => (truth.channels[0]!.lastRev = 10),
    /last rev of general is not 10/,
  ],
  [
    'a hole in the updates',
    ({ truth }) => (truth.activity = [1, 3]),
    /seqs of the updates are not dense/,
  ],
  [
    'an edit is lost',
    ({ edited }) => Object.assign(edited, { message: 'once', versions: [] }),
    /acknowledged once\|now, held once/,
  ],
  [
    'an earlier text is lost',
    ({ edited }) => (edited.versions = []),
    /acknowledged once\|now, held now/,
  ],
  ['an edit is there twice', ({ edited }) => edited.versions.push('now'), /held once\|now\|now/],
  ['a deletion is lost', ({ deleted }) => (deleted.isDeleted = false), /"oops" is not deleted/],
  ['a message is deleted by nobody', ({ first }) => (first.isDeleted = true), /"hello" is deleted/],
  [
    'a deleted text is still there',
    ({ deleted }) => (deleted.message = 'oops'),
    /of "oops", which is deleted/,
  ],
  [
    'a reaction is missing',
    ({ liked }) => (liked.reactions = []),
    /reaction 👍 on "good" should be there/,
  ],
  [
    'a reaction that was taken back is there',
    ({ first }) => first.reactions.push('bob 👎'),
    /reaction 👎 on "hello" should be gone/,
  ],
  [
    'a reaction that nobody put is there',
    ({ liked }) => liked.reactions.push('cyd 🎉'),
    /cyd 🎉 is on "good"/,
  ],
  [
    'a message is in another thread',
    ({ reply }) => (reply.threadId = 'm2'),
    /"look" is in another thread/,
  ],
  ['a reply is not counted', ({ first }) => (first.replies = 0), /has 0 replies, and has 1/],
  [
    'a deleted reply is counted',
    ({ deleted, liked }) => {
      deleted.threadId = liked.id
      liked.replies = 1
    },
    /"good" says that it has 1 replies, and has 0/,
  ],
  [
    'an attachment is lost',
    ({ reply }) => (reply.attachments = []),
    /"look" does not carry what was sent with it/,
  ],
  [
    'an attachment is left of a deleted message',
    ({ deleted }) => deleted.attachments.push('a2'),
    /"oops" does not carry/,
  ],
  [
    'a read mark goes down in an answer',
    ({ ledger }) => ledger.read(CHANNEL, 'bob', 4, 3),
    /fell from 4 to 3/,
  ],
  [
    'a read mark is lower than acknowledged',
    ({ truth }) => truth.marks.set(`${CHANNEL} bob`, 3),
    /read mark general bob is 3 below 4/,
  ],
  [
    'a read mark is gone',
    ({ truth }) => truth.marks.delete(`${CHANNEL} ada`),
    /read mark general ada is undefined below 2/,
  ],
  [
    'a device shows another read mark',
    ({ witness }) => witness.marks.set(CHANNEL, 3),
    /bob0 shows 3 as read, and 4 is/,
  ],
  [
    'a device does not know a channel',
    ({ witness }) => witness.replicas.delete(CHANNEL),
    /bob0 does not know general/,
  ],
  [
    'a device misses a message',
    ({ truth, rows, first }) => (truth.rows = [...rows, { ...first, id: 'm6', seq: 6, rev: 10 }]),
    /bob0 misses seq 6 "hello"/,
  ],
  [
    'a device knows a message that is not there',
    ({ rows, liked }) => drop(rows, liked),
    /bob0 knows 5 messages of 4/,
  ],
  [
    'a device has an older state',
    ({ liked }) => (liked.rev = 10),
    /bob0 has seq 4 as of rev 7, and it is at 10/,
  ],
  [
    'a device has another text',
    ({ first }) => (first.message = 'hullo'),
    /bob0 has seq 1 as of rev 9/,
  ],
  [
    'a device shows what is deleted',
    ({ first }) => (first.isDeleted = true),
    /bob0 has seq 1 as of rev 9/,
  ],
  [
    'a device lacks a reaction',
    ({ liked }) => liked.reactions.push('cyd 🎉'),
    /bob0 has seq 4 as of rev 7/,
  ],
  [
    'a device lacks an attachment',
    ({ reply }) => reply.attachments.push('a2'),
    /bob0 has seq 5 as of rev 8/,
  ],
  [
    'a device counts other replies',
    ({ first }) => (first.replies = 2),
    /bob0 has seq 1 as of rev 9/,
  ],
  [
    'a device knows what it may not read',
    ({ truth }) => (truth.channels[0]!.readers = ['ada']),
    /bob0 knows general, which it may not read/,
  ],
  [
    'a device misses an update',
    ({ witness }) => witness.updates.delete(2),
    /bob0 misses the updates 2/,
  ],
  [
    'an event comes twice',
    ({ witness, heard }) => witness.heard.splice(heard(6), 0, witness.heard[heard(6)]!),
    /6 after 6/,
  ],
  [
    'a rev goes back',
    ({ witness, heard }) => witness.heard.push(witness.heard[heard(4)]!),
    /general: 4 after 9/,
  ],
  [
    'a message is new twice',
    ({ witness, event }) => witness.heard.push(event('chat_message', 10, 'm4')),
    /message m4 twice as new/,
  ],
  [
    'an event is left out',
    ({ witness, heard }) => witness.heard.splice(heard(5), 1),
    /general: 5 left out before 6/,
  ],
  [
    'an update comes twice',
    ({ witness }) => witness.heard.push(witness.heard.at(-1)!),
    /apollo: 3 after 3/,
  ],
  [
    'an update is left out',
    ({ witness }) => witness.heard.splice(5, 1),
    /apollo: update 3 after 1/,
  ],
]

test.each(lies)('%s, and it is named', (_what, plant, named) => {
  const story = tell()
  plant(story)
  expect(judge(story)).toContainEqual(expect.stringMatching(named))
})

test('what a later change replaced need not be told', () => {
  const story = tell()
  // As after a gap: the second message is new as it is now.
  story.witness.heard.splice(story.heard(2), 1)
  expect(judge(story)).toEqual([])
})

test('what came before a connection was in the room is in order, too', () => {
  const story = tell()
  const [joined] = story.witness.heard.splice(1, 1)
  story.witness.heard.splice(story.heard(4), 0, joined!)
  expect(judge(story)).toEqual([])
  story.witness.heard.unshift(story.event('chat_message', 7, 'm4'))
  expect(judge(story)).toContainEqual(expect.stringMatching(/2 after 7/))
})
