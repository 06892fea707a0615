import { z } from 'zod'

const text = (max: number) => z.string().trim().max(max).nullable()
const link = z
  .url({ protocol: /^https?$/ })
  .max(500)
  .nullable()
export const stringList = z.array(z.string().trim().min(1).max(50)).max(50)

export const profileSchema = z.object({
  displayName: text(100),
  bio: text(5_000),
  avatarUrl: link,
  location: text(100),
  timezone: text(50),
  githubUsername: text(50),
  linkedinUrl: link,
  websiteUrl: link,
  skills: stringList,
  interests: stringList,
})
export const profileChangeSchema = profileSchema.partial().strict()

export const publicUserSchema = z.object({
  id: z.uuid(),
  username: z.string(),
  /** The username where the person gave no name */
  displayName: z.string(),
  /** Address of a picture, or '' */
  avatar: z.string(),
})

/** What anybody sees of a person's page. */
export const userSchema = publicUserSchema.extend({
  ...profileSchema.omit({ displayName: true }).shape,
  createdAt: z.iso.datetime(),
})

/** What a person sees of their own. */
export const privateUserSchema = userSchema.extend({
  email: z.string(),
  emailVerified: z.boolean(),
  role: z.enum(['admin', 'member']),
})

export const userSearchSchema = z.object({
  q: z.string().trim().max(100).optional(),
  /** Comma-separated; all of them must match */
  skills: z.string().max(500).optional(),
})

export type User = z.infer<typeof userSchema>
export type PrivateUser = z.infer<typeof privateUserSchema>
export type ProfileChange = z.infer<typeof profileChangeSchema>
