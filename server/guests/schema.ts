import { z } from 'zod'
import { MAX_GUEST_NAME } from '../../protocol/limits.ts'
import { idSchema } from '../../realtime/schema.ts'
import { publicUserSchema } from '../users/schema.ts'

/** Nothing that cannot be seen, or that turns around what is written beside it; joiners are part of some scripts. */
const hidden = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u
const visible = /(?!\p{Default_Ignorable_Code_Point})[\p{L}\p{N}]/u
/** Marks piled on a letter cover what is above and below. */
const piled = /\p{M}{5}/u

export const guestNameSchema = z
  .string()
  .normalize()
  .trim()
  .overwrite((name) => name.replaceAll(/\s+/gu, ' '))
  .min(1, 'a name is needed')
  .max(MAX_GUEST_NAME)
  .refine((name) => !hidden.test(name) && visible.test(name) && !piled.test(name), {
    message: 'not a name: use letters or digits, and nothing that cannot be seen',
  })

export const newCallLinkSchema = z
  .object({
    /** Of a public or private channel; without it, of the project's own call */
    channelId: idSchema.optional(),
    /** Hours until it ends; 168 unless told */
    expiresIn: z.number().int().min(1).max(720).optional(),
  })
  .strict()
export const callLinkSchema = z.object({
  id: z.uuid(),
  /** null: of the project's own call */
  channel: z.object({ id: z.uuid(), name: z.string() }).nullable(),
  /** null: the account is gone */
  createdBy: publicUserSchema.nullable(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
})
/** The token is told once. */
export const createdCallLinkSchema = callLinkSchema.extend({
  token: z.string(),
  /** Page that takes guests to the call */
  url: z.string(),
})

const call = z.object({ projectId: z.uuid(), channelId: z.uuid().optional() })
/** What the holder of a link sees of the call. */
export const guestCallSchema = z.object({
  project: z.object({ name: z.string() }),
  channel: z.object({ name: z.string() }).nullable(),
  /** Where somebody who is signed in and may join anyway goes instead */
  member: call.extend({ slug: z.string() }).nullable(),
})
export const newGuestSchema = z.object({ name: guestNameSchema }).strict()
export const guestSchema = z.object({
  /** For the socket, and for nothing else */
  token: z.string(),
  id: z.uuid(),
  name: z.string(),
  call,
  expiresAt: z.iso.datetime(),
})

export type NewCallLink = z.infer<typeof newCallLinkSchema>
export type CallLink = z.infer<typeof callLinkSchema>
export type CreatedCallLink = z.infer<typeof createdCallLinkSchema>
export type GuestCall = z.infer<typeof guestCallSchema>
export type Guest = z.infer<typeof guestSchema>
