import { z } from 'zod'
import { issueStatuses, priorities } from '../../db/schema.ts'
import { publicUserSchema, stringList } from '../users/schema.ts'

const fields = z.object({
  title: z.string().trim().min(1).max(200),
  description: z.string().max(100_000).nullable(),
  status: z.enum(issueStatuses),
  priority: z.enum(priorities),
  labels: stringList,
  assigneeId: z.uuid().nullable(),
})

export const newIssueSchema = fields.partial().required({ title: true }).strict()
export const issueChangeSchema = fields.partial().strict()

export const issueSchema = fields.extend({
  id: z.uuid(),
  projectId: z.uuid(),
  /** What people call #12 */
  number: z.number().int(),
  assignee: publicUserSchema.nullable(),
  /** null: the account is gone */
  author: publicUserSchema.nullable(),
  commentCount: z.number().int(),
  createdBy: z.uuid().nullable(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
})

export const issueFilterSchema = z.object({
  q: z.string().trim().max(200).optional(),
  /** `active`: everything but closed */
  status: z.enum(['active', ...issueStatuses]).optional(),
  priority: z.enum(priorities).optional(),
  label: z.string().max(50).optional(),
  /** `me`, `none` or a user id */
  assignee: z.union([z.enum(['me', 'none']), z.uuid()]).optional(),
})

export const newCommentSchema = z
  .object({ content: z.string().trim().min(1).max(50_000), parentId: z.uuid().optional() })
  .strict()
export const commentSchema = z.object({
  id: z.uuid(),
  issueId: z.uuid(),
  parentId: z.uuid().nullable(),
  content: z.string(),
  author: publicUserSchema.nullable(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
})

export type NewIssue = z.infer<typeof newIssueSchema>
export type IssueChange = z.infer<typeof issueChangeSchema>
export type Issue = z.infer<typeof issueSchema>
/** `data` of the project update. */
export type IssueUpdated = Issue & {
  changed: (keyof IssueChange)[]
  previousStatus: Issue['status']
}
export type Comment = z.infer<typeof commentSchema>
/** `data` of the project update: told to people who may not have the issue at hand. */
export type CommentCreated = Comment & { issue: Pick<Issue, 'number' | 'title'> }
export type IssueFilter = z.infer<typeof issueFilterSchema>
export type NewComment = z.infer<typeof newCommentSchema>
