import { z } from 'zod'
import { publicUserSchema } from '../users/schema.ts'
import { attachmentSchema } from '../attachments/schema.ts'

const count = z.number().int()
const moment = z.iso.datetime()

const systemSchema = z
  .discriminatedUnion('type', [
    z.object({ type: z.enum(['member_joined', 'member_left', 'call_started', 'call_missed']) }),
    z.object({
      type: z.enum(['issue_closed', 'issue_reopened']),
      number: count,
      title: z.string(),
    }),
    z.object({ type: z.literal('channel_renamed'), from: z.string(), to: z.string() }),
    z.object({ type: z.literal('topic_changed'), topic: z.string() }),
  ])
  .describe('What the server says by itself; the author is whoever did it')

export const messageSchema = z
  .object({
    id: z.uuid(),
    projectId: z.uuid(),
    channelId: z.uuid(),
    seq: count.describe('Dense per channel, from 1, threads included'),
    rev: count.describe('Position of its last change among all changes of the channel'),
    threadId: z.uuid().nullable().describe('The message that this one replies to'),
    message: z.string().describe("Markdown; '' in a deleted or system message"),
    author: publicUserSchema,
    nonce: z.string().describe('The mark that its sender gave it'),
    createdAt: moment,
    editedAt: moment.nullable(),
    deletedAt: moment.nullable(),
    system: systemSchema.nullable(),
    thread: z
      .object({ replyCount: count, lastReplyAt: moment })
      .nullable()
      .describe('Of a message with replies'),
    reactions: z.array(
      z.object({
        emoji: z.string(),
        count,
        userIds: z.array(z.uuid()).describe('The first 100 who reacted with it'),
      }),
    ),
    attachments: z.array(attachmentSchema),
    mentions: z.array(z.uuid()).describe('The members that `@name` in the text means'),
    mentionsAll: z.boolean().describe('Whether `@channel` stands in the text'),
  })
  .meta({ id: 'Message' })

export const versionSchema = z
  .object({ message: z.string(), createdAt: moment.describe('When this text was written') })
  .meta({ id: 'MessageVersion' })

export const threadSchema = z
  .object({
    root: messageSchema.describe('The message that began the thread'),
    readSeq: count,
    unread: count.describe('Newer replies of others; 100 means this many or more'),
  })
  .meta({ id: 'Thread' })

export const threadReadSchema = z.object({
  channelId: z.uuid(),
  threadId: z.uuid(),
  readSeq: count,
  unread: count,
})

const seq = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER)
const position = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
const limit = z.coerce.number().int().min(1).max(200).optional()

/** Without `before`, `after` and `around`, the newest messages. */
export const pageQuerySchema = z.object({
  before: seq.optional().describe('A seq: the newest messages before it'),
  after: position.optional().describe('A seq: the oldest messages after it'),
  around: seq.optional().describe('A seq: as many messages before it as after it'),
  limit: limit.describe('50 unless told'),
})

export const pageMetaSchema = z.object({
  hasMore: z
    .boolean()
    .describe('Whether there are more in the direction asked; with `around`, older ones'),
  hasNewer: z.boolean(),
})

export const changesQuerySchema = z.object({
  after: position.describe('A rev: what is new or changed after it; 0 for everything'),
  limit,
})

export const changesMetaSchema = z.object({
  rev: count.describe('Ask for what comes after it next'),
  hasMore: z.boolean(),
  reset: z
    .boolean()
    .describe('The position is not of this channel’s history: load everything anew'),
})

/** PostgreSQL has no year 0, and an offset may lead there. */
const date = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })])
  .transform((text) => new Date(text))
  .refine((at) => /^[1-9]\d{0,3}$/.test(`${at.getUTCFullYear()}`), 'use a year from 1 to 9999')
  .transform((at) => at.toISOString())

export const searchQuerySchema = z.object({
  q: z
    .string()
    .trim()
    .max(200)
    .optional()
    .describe(
      'Words, "a phrase", or, -not; the last word may be a beginning. Code is found as it stands, too.',
    ),
  from: z.string().max(100).optional().describe('Id or username of the author'),
  channelId: z.uuid().optional(),
  after: date.optional().describe('Sent then or later'),
  before: date.optional().describe('Sent earlier; a date alone is its first moment in UTC'),
  hasAttachment: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional(),
  cursor: z.uuid().optional().describe('`meta.cursor` of the page before'),
  limit: z.coerce.number().int().min(1).max(50).optional().describe('20 unless told'),
})

export const searchMetaSchema = z.object({
  cursor: z.uuid().nullable().describe('Asks for the next page; null on the last one'),
})
