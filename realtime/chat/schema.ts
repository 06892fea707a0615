import { z } from 'zod'
import { MAX_MESSAGE } from '../../protocol/limits.ts'

/** PostgreSQL stores neither U+0000 nor half a surrogate pair. */
const storable = (text: string) => !text.includes('\u0000') && text.isWellFormed()
const unstorable = 'contains characters that cannot be stored'

export const newMessageSchema = z.object({
  message: z
    .string()
    .max(MAX_MESSAGE)
    .refine((text) => text.trim() !== '', 'say something')
    .refine(storable, unstorable),
  nonce: z.string().min(1).max(100).refine(storable, unstorable).optional(),
})
