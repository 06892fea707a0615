import { z } from 'zod'
import { channelKinds } from '../../protocol/chat.ts'
import { MAX_GROUP } from '../../protocol/limits.ts'
import { idSchema as userId, positionSchema } from '../../realtime/schema.ts'
import { publicUserSchema } from '../users/schema.ts'

const name = z
  .string()
  .min(1)
  .max(80)
  .regex(
    /^[a-z0-9][a-z0-9_-]*$/,
    'use lower-case letters, digits, - and _, beginning with a letter or digit',
  )
const topic = z.string().trim().max(250)

export const newChannelSchema = z
  .object({
    name,
    topic: topic.optional(),
    /** `public` unless told: everybody in the project reads it */
    kind: z.enum(['public', 'private']).optional(),
    /** Who is in a private channel, beside the asker */
    memberIds: z.array(userId).max(100).optional(),
  })
  .strict()

export const channelChangeSchema = z
  .object({ name, topic, archived: z.boolean() })
  .partial()
  .strict()

export const channelMemberSchema = z.object({ userId }).strict()

/** The others; with one it is a direct channel, with more a group. */
export const directSchema = z
  .object({
    userIds: z
      .array(userId)
      .min(1)
      .max(MAX_GROUP - 1),
  })
  .strict()

export const readMarkSchema = z.object({ seq: positionSchema.describe('Read up to here') }).strict()

export const readStateSchema = z.object({
  channelId: z.uuid(),
  readSeq: z.number().int(),
  unread: z.number().int(),
  mentions: z.number().int(),
})

export const channelSchema = z.object({
  id: z.uuid(),
  projectId: z.uuid(),
  kind: z.enum(channelKinds),
  name: z.string().nullable(),
  topic: z.string(),
  archivedAt: z.iso.datetime().nullable(),
  createdBy: z.uuid().nullable(),
  members: z.array(publicUserSchema).nullable(),
  /** seq of the newest message; 0 when empty */
  lastSeq: z.number().int(),
  /** Position of the newest change; 0 when empty */
  rev: z.number().int(),
  readSeq: z.number().int(),
  /** Counted up to 100, as are mentions */
  unread: z.number().int(),
  mentions: z.number().int(),
})

export type NewChannel = z.infer<typeof newChannelSchema>
export type ChannelUpdate = z.infer<typeof channelChangeSchema>
