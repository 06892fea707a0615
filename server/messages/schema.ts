import { z } from 'zod'
import { publicUserSchema } from '../users/schema.ts'

export const messageSchema = z.object({
  id: z.uuid(),
  projectId: z.uuid(),
  channelId: z.uuid(),
  /** Dense per channel, from 1 */
  seq: z.number().int(),
  message: z.string(),
  author: publicUserSchema,
  nonce: z.string(),
  createdAt: z.iso.datetime(),
})

/** `before` and `after` are seqs; without either, the newest messages. */
export const messageQuerySchema = z.object({
  before: z.coerce.number().int().min(1).optional(),
  after: z.coerce.number().int().min(0).optional(),
  limit: z.coerce.number().int().min(1).max(200).optional(),
})
