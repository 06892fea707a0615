import { z } from 'zod'
import { MAX_ATTACHMENTS, MAX_MESSAGE } from '../../protocol/limits.ts'
import { idSchema } from '../schema.ts'

/** PostgreSQL stores neither U+0000 nor half a surrogate pair. */
const storable = (text: string) => !text.includes('\u0000') && text.isWellFormed()
const unstorable = 'contains characters that cannot be stored'
const isBlank = (text: string) => text.trim() === ''

/** Blank is right with attachments. */
export const messageTextSchema = z.string().max(MAX_MESSAGE).refine(storable, unstorable)

/** The server's own messages have nonces that begin so. */
export const SYSTEM_NONCE = 'system:'

const messageFields = {
  message: messageTextSchema,
  nonce: z
    .string()
    .min(1)
    .max(100)
    .refine(storable, unstorable)
    .refine((nonce) => !nonce.startsWith(SYSTEM_NONCE), 'begins like one of the server')
    .optional(),
  threadId: idSchema.optional(),
  attachmentIds: z.array(idSchema).max(MAX_ATTACHMENTS).optional(),
}

const saysSomething = (draft: { message: string; attachmentIds?: string[] | undefined }) =>
  !isBlank(draft.message) || (draft.attachmentIds?.length ?? 0) > 0
const silent = { path: ['message'], message: 'say something' }

export const newMessageSchema = z.object(messageFields).refine(saysSomething, silent)
/** The same on a socket, which says where, too. */
export const sentMessageSchema = z
  .object({ projectId: idSchema, channelId: idSchema.optional(), ...messageFields })
  .refine(saysSomething, silent)

/** What is shown as one emoji; see https://unicode.org/reports/tr51/#def_rgi_set */
export const emojiSchema = z
  .string()
  .max(64)
  .regex(/^\p{RGI_Emoji}$/v, 'use one emoji')
