import { z } from 'zod'
import { isUuid } from '../../../protocol/names.ts'
import { filePathSchema } from '../schema.ts'

export const archiveQuerySchema = z.object({
  folder: filePathSchema.optional().describe('A folder of the project; without it, all of it'),
})

/** An address has room for so many ids. */
const MAX_CHOSEN = 200

export const exportQuerySchema = archiveQuerySchema
  .extend({
    ids: z
      .string()
      .refine((ids) => ids.split(',').every(isUuid), { message: 'use ids with commas between' })
      .refine((ids) => ids.split(',').length <= MAX_CHOSEN, {
        message: `an archive takes ${MAX_CHOSEN} chosen files and folders at most; choose the folder that they are in`,
      })
      .optional()
      .describe('Instead of a folder, some files and folders, with commas between their ids'),
  })
  .refine(({ folder, ids }) => folder === undefined || ids === undefined, {
    path: ['ids'],
    message: 'use either a folder or ids',
  })

/** The innermost folder that all of them are in; empty: the top. */
export function commonFolder(paths: readonly string[]): string {
  const [first = [], ...others] = paths.map((path) => path.split('/').slice(0, -1))
  const depth = first.findIndex((part, index) => others.some((parts) => parts[index] !== part))
  return first.slice(0, depth < 0 ? first.length : depth).join('/')
}

/** Of what is left out, as much is told. */
export const MAX_TOLD = 200

export const importedSchema = z
  .object({
    created: z.number().int().describe('Files that were not there'),
    replaced: z.number().int().describe('Files that were there with another content'),
    skipped: z
      .array(z.object({ path: z.string(), reason: z.string() }))
      .describe(`What is not in the project, and why: the first ${MAX_TOLD}`),
    skippedCount: z.number().int().describe('How many are not in the project'),
  })
  .meta({ id: 'Imported' })

export type Imported = z.infer<typeof importedSchema>
