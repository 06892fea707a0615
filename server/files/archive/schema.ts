import { z } from 'zod'
import { filePathSchema } from '../schema.ts'

export const archiveQuerySchema = z.object({
  folder: filePathSchema.optional().describe('A folder of the project; without it, all of it'),
})

export const importedSchema = z
  .object({
    created: z.number().int().describe('Files that were not there'),
    replaced: z.number().int().describe('Files that were there with another content'),
    skipped: z
      .array(z.object({ path: z.string(), reason: z.string() }))
      .describe('What is not in the project, and why'),
  })
  .meta({ id: 'Imported' })

export type Imported = z.infer<typeof importedSchema>
