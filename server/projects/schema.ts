import { z } from 'zod'
import { permissions, projectRoles } from '../../protocol/access.ts'
import { difficulties, projectStatuses, visibilities } from '../../db/schema.ts'
import { idSchema as userId } from '../../realtime/schema.ts'
import { publicUserSchema, stringList } from '../users/schema.ts'

const link = z
  .url({ protocol: /^https?$/ })
  .max(500)
  .nullable()

const fields = z.object({
  name: z.string().trim().min(1).max(100),
  description: z.string().max(5_000).nullable(),
  longDescription: z.string().max(50_000).nullable(),
  category: z.string().trim().max(50).nullable(),
  status: z.enum(projectStatuses),
  visibility: z.enum(visibilities),
  repositoryUrl: link,
  documentationUrl: link,
  demoUrl: link,
  tags: stringList,
  techStack: stringList,
  difficulty: z.enum(difficulties).nullable(),
  estimatedHours: z.number().int().min(0).max(100_000).nullable(),
  /** Whether people without an account may come to its calls by a link */
  callGuests: z.boolean(),
})

export const newProjectSchema = fields.partial().required({ name: true }).strict()
export const projectChangeSchema = fields.partial().strict()

export const projectSchema = fields.extend({
  id: z.uuid(),
  slug: z.string(),
  createdBy: z.uuid().nullable(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  memberCount: z.number().int(),
  openIssueCount: z.number().int(),
  /** The asker's own role; null for a visitor */
  role: z.enum(['admin', ...projectRoles]).nullable(),
})

export const projectDetailsSchema = projectSchema.extend({
  /** What the asker may do here */
  permissions: z.array(z.enum(permissions)),
})

export const projectFilterSchema = z.object({
  q: z.string().trim().max(100).optional(),
  category: z.string().max(50).optional(),
  difficulty: z.enum(difficulties).optional(),
  status: z.enum(projectStatuses).optional(),
  /** `true`: only projects that the asker is a member of */
  mine: z.enum(['true', 'false']).optional(),
})

export const memberSchema = publicUserSchema.extend({
  role: z.enum(projectRoles),
  joinedAt: z.iso.datetime(),
})
/** Without `username` the asker joins; a maintainer adds others. */
export const newMemberSchema = z
  .object({ username: z.string().max(50).optional(), role: z.enum(projectRoles).optional() })
  .strict()
export const memberChangeSchema = z.object({ role: z.enum(projectRoles) }).strict()

export const newMuteSchema = z
  .object({
    userId,
    /** Up to 30 days */
    minutes: z.number().int().min(1).max(43_200),
  })
  .strict()
export const muteSchema = z.object({
  user: publicUserSchema,
  until: z.iso.datetime(),
  /** null: the account is gone */
  mutedBy: publicUserSchema.nullable(),
  createdAt: z.iso.datetime(),
})
export const newBanSchema = z
  .object({ userId, reason: z.string().trim().max(500).optional() })
  .strict()
export const banSchema = z.object({
  user: publicUserSchema,
  reason: z.string(),
  /** null: the account is gone */
  bannedBy: publicUserSchema.nullable(),
  createdAt: z.iso.datetime(),
})

export const newInviteSchema = z
  .object({
    role: z.enum(['contributor', 'member', 'guest']).optional(),
    /** Hours until it ends; 168 unless told */
    expiresIn: z.number().int().min(1).max(720).optional(),
  })
  .strict()
export const inviteSchema = z.object({
  token: z.string(),
  /** Page that takes the invitation */
  url: z.string(),
  role: z.enum(projectRoles),
  expiresAt: z.iso.datetime(),
})
/** What the holder of an invitation sees before taking it. */
export const invitationSchema = z.object({
  project: z.object({ name: z.string(), slug: z.string(), description: z.string().nullable() }),
  role: z.enum(projectRoles),
  invitedBy: publicUserSchema,
})

export type NewProject = z.infer<typeof newProjectSchema>
export type ProjectChange = z.infer<typeof projectChangeSchema>
export type Project = z.infer<typeof projectSchema>
export type ProjectDetails = z.infer<typeof projectDetailsSchema>
export type Member = z.infer<typeof memberSchema>
export type Invite = z.infer<typeof inviteSchema>
export type Invitation = z.infer<typeof invitationSchema>
export type ProjectFilter = z.infer<typeof projectFilterSchema>
export type NewMember = z.infer<typeof newMemberSchema>
export type Mute = z.infer<typeof muteSchema>
export type NewMute = z.infer<typeof newMuteSchema>
export type Ban = z.infer<typeof banSchema>
export type NewBan = z.infer<typeof newBanSchema>
export type NewInvite = z.infer<typeof newInviteSchema>
