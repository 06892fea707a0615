import { z } from 'zod'
import { issueStatuses } from '../../db/schema.ts'
import { parsePosition } from '../../protocol/anchor.ts'
import { MAX_CODE_COMMENT } from '../../protocol/limits.ts'
import { publicUserSchema } from '../users/schema.ts'

const position = (side: 'start' | 'end', assoc: string) =>
  z
    .string()
    .refine((text) => parsePosition(text, side) !== undefined, {
      message: `must be a Yjs relative position at a character of the text, with assoc ${assoc}, encoded and in base64`,
    })
    .describe(`Yjs relative position, assoc ${assoc}, encoded, base64`)

const anchorSchema = z
  .object({ start: position('start', '0'), end: position('end', '-1') })
  .strict()
  .describe(
    'The first and the last character of the text: ' +
      '`Y.createRelativePositionFromTypeIndex(text, from, 0)` and `(text, to, -1)`',
  )

const line = z.number().int().min(1)
const linesSchema = z
  .object({ first: line, last: line })
  .strict()
  .refine(({ first, last }) => first <= last, { message: 'first must not be after last' })
  .describe('Lines from 1, as they are at this moment')

const content = z.string().trim().min(1).max(MAX_CODE_COMMENT).describe('Markdown')

export const newThreadSchema = z
  .object({ anchor: anchorSchema.optional(), lines: linesSchema.optional(), content })
  .strict()
  .refine(({ anchor, lines }) => (anchor === undefined) !== (lines === undefined), {
    message: 'say where: either with anchor or with lines',
  })
export const threadChangeSchema = z
  .object({ resolved: z.boolean().optional(), anchor: anchorSchema.optional() })
  .strict()
export const codeCommentTextSchema = z.object({ content }).strict()
export const threadIssueSchema = z
  .object({ title: z.string().trim().min(1).max(200).optional() })
  .strict()

export const threadFilterSchema = z.object({ state: z.enum(['open', 'resolved']).optional() })
export const fileThreadFilterSchema = threadFilterSchema.extend({
  after: z.coerce
    .number()
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .optional()
    .describe('A seq: the threads after it; pages by it are whole, whatever goes meanwhile'),
})

const codeCommentSchema = z.object({
  id: z.uuid(),
  /** null: the account is gone */
  author: publicUserSchema.nullable(),
  content: z.string().describe("Markdown; '' once deleted"),
  createdAt: z.iso.datetime(),
  editedAt: z.iso.datetime().nullable(),
  deletedAt: z.iso.datetime().nullable(),
})

export const codeThreadSchema = z
  .object({
    id: z.uuid(),
    projectId: z.uuid(),
    fileId: z.uuid(),
    seq: z
      .number()
      .int()
      .describe(
        'Orders those of a file as they were made; deleted ones leave gaps, the last one none',
      ),
    rev: z.number().int().describe('Grows with each change; believe the highest'),
    anchor: z.object({ start: z.string(), end: z.string() }),
    quote: z.string().describe('The text it was made at, or the beginning of it'),
    comments: z.array(codeCommentSchema).describe('Oldest first'),
    issue: z
      .object({
        id: z.uuid(),
        number: z.number().int(),
        title: z.string(),
        status: z.enum(issueStatuses),
      })
      .nullable(),
    createdBy: z.uuid().nullable(),
    createdAt: z.iso.datetime(),
    resolvedBy: publicUserSchema.nullable(),
    resolvedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'CodeThread' })

export const placedThreadSchema = codeThreadSchema
  .extend({
    lines: z
      .object({ first: line, last: line })
      .nullable()
      .describe('Where it is now; null: its text was deleted'),
  })
  .meta({ id: 'PlacedCodeThread' })

export type CodeComment = z.infer<typeof codeCommentSchema>
/** Also `data` of the project updates. */
export type CodeThread = z.infer<typeof codeThreadSchema>
export type PlacedThread = z.infer<typeof placedThreadSchema>
export type NewThread = z.infer<typeof newThreadSchema>
export type ThreadChange = z.infer<typeof threadChangeSchema>
export type ThreadFilter = z.infer<typeof threadFilterSchema>
export type FileThreadFilter = z.infer<typeof fileThreadFilterSchema>
export type ThreadIssue = z.infer<typeof threadIssueSchema>
