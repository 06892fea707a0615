import { z } from 'zod'
import { filePathSchema } from '../schema.ts'

export const archiveQuerySchema = z.object({
  folder: filePathSchema.optional().describe('A folder of the project; without it, all of it'),
})

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
