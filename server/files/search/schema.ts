import { z } from 'zod'

const flag = z.enum(['true', 'false']).default('false')

export const fileSearchSchema = z.object({
  q: z
    .string()
    .min(1)
    .max(1_000)
    .regex(/^[^\r\n]*$/, 'a match lies within one line: leave line breaks out')
    .describe(
      'What to look for: text, or with `regex` an RE2 pattern, of which `^` and `$` are the ends of a line',
    ),
  regex: flag,
  case: flag.describe('Whether capital letters count'),
  word: flag.describe('Whether letters, digits and `_` beside a match rule it out'),
  include: z
    .string()
    .max(1_000)
    .optional()
    .describe(
      'Where to look, such as `src/**/*.ts`, `*.md, docs` or `*.{ts,tsx}`: a folder means all below it, a pattern without `/` lies anywhere',
    ),
})

const fileMatchSchema = z
  .object({
    fileId: z.uuid(),
    path: z.string(),
    line: z.number().int().describe('From 1'),
    column: z.number().int().describe('UTF-16 code units from 1, as is `length`'),
    length: z.number().int(),
    text: z.string().describe('The line; of a long one, what is around the match'),
    textColumn: z.number().int().describe('The column at which `text` begins'),
  })
  .meta({ id: 'FileMatch' })

export const fileMatchesSchema = z.object({
  matches: z.array(fileMatchSchema).describe('By path, then as they stand in the file'),
  truncated: z.boolean().describe('There may be more'),
})

export type FileSearch = z.output<typeof fileSearchSchema>
export type FileMatch = z.infer<typeof fileMatchSchema>
export type FileMatches = z.infer<typeof fileMatchesSchema>
