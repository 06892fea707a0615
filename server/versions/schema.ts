import { z } from 'zod'
import { versionReasons } from '../../db/tables/documents.ts'
import { MAX_VERSION_NAME } from '../../protocol/limits.ts'
import { publicUserSchema } from '../users/schema.ts'

const name = z.string().trim().min(1).max(MAX_VERSION_NAME)
export const newVersionSchema = z.object({ name }).strict()
export const versionChangeSchema = z
  .object({ name: name.nullable().describe('null takes the name away') })
  .strict()

export const versionFilterSchema = z.object({
  named: z.enum(['true', 'false']).optional().describe('true: only those with a name'),
})
export const diffQuerySchema = z.object({
  context: z.coerce
    .number()
    .int()
    .min(0)
    .max(1_000_000)
    .default(3)
    .describe('Equal lines around each change; a single one between is never left out'),
})

export const versionSchema = z
  .object({
    id: z.uuid(),
    fileId: z.uuid(),
    number: z
      .number()
      .int()
      .describe('Per file, from 1; those of versions that went are not given again'),
    reason: z
      .enum(versionReasons)
      .describe(
        'A session of work ended, somebody asked for it, or what a restore replaced and made',
      ),
    name: z.string().nullable(),
    restoredFrom: z
      .number()
      .int()
      .nullable()
      .describe('Number of the version a restore brought back'),
    authors: z.array(publicUserSchema).describe('Who edited since the version before'),
    length: z.number().int().describe('Of the text, in UTF-16 code units'),
    bytes: z.number().int().describe('That it takes in the database'),
    createdBy: publicUserSchema.nullable().describe('Who asked for it or gave the name'),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'FileVersion' })

/** What the versions of a file take together, beside the limits in protocol/limits.ts. */
export const historySizeSchema = z.object({
  history: z.object({
    versions: z.number().int(),
    bytes: z.number().int(),
    namedVersions: z.number().int(),
    namedBytes: z.number().int(),
  }),
})

const people = z
  .array(publicUserSchema)
  .describe('Those whose ids stand here, as far as there are accounts')
const userId = z.uuid().nullable().describe('null: nobody knows')

export const versionContentSchema = z
  .object({
    version: versionSchema.nullable().describe('null: the text as it is now'),
    text: z.string(),
    runs: z
      .array(z.object({ length: z.number().int(), userId }))
      .describe('Who wrote so many UTF-16 code units in a row'),
    people,
  })
  .meta({ id: 'FileVersionContent' })

const lineNumber = z.number().int().nullable()
export const diffSchema = z
  .object({
    from: versionSchema.nullable(),
    to: versionSchema.nullable(),
    hunks: z.array(
      z.object({
        fromLine: z
          .number()
          .int()
          .describe('Line before the first one of the hunk, 0 at the beginning'),
        toLine: z.number().int(),
        lines: z.array(
          z.object({
            kind: z.enum(['same', 'removed', 'added']),
            from: lineNumber,
            to: lineNumber,
            parts: z.array(
              z.object({
                text: z.string(),
                userId,
                changed: z.boolean().describe('Differs within a line that was changed'),
              }),
            ),
          }),
        ),
      }),
    ),
    added: z.number().int().describe('Lines'),
    removed: z.number().int(),
    cut: z.boolean().describe('There is more; only so much is told'),
    people,
  })
  .meta({ id: 'FileDiff' })

export const restoredSchema = z.object({
  version: versionSchema.describe('The one that has the restored text'),
  before: versionSchema.describe('The one that has the text from before'),
})

/** Also `data` of the project updates. */
export type FileVersion = z.infer<typeof versionSchema>
export type HistorySize = z.infer<typeof historySizeSchema>['history']
export type VersionContent = z.infer<typeof versionContentSchema>
export type FileDiff = z.infer<typeof diffSchema>
export type DiffHunk = FileDiff['hunks'][number]
export type DiffLine = DiffHunk['lines'][number]
export type DiffPart = DiffLine['parts'][number]
