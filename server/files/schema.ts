import { z } from 'zod'
import { MAX_FILE_TEXT } from '../../protocol/limits.ts'

const badSegment = /(^|\/)(\.{1,2})?(\/|$)/
/** Relative, slash-separated, without empty, `.` or `..` segments and without control characters. */
export const filePathSchema = z
  .string()
  .min(1)
  .max(1_024)
  // oxlint-disable-next-line no-control-regex -- control characters are what is refused
  .refine((path) => !badSegment.test(path) && !/[\u0000-\u001f\u007f\\]/.test(path), {
    message: 'use a relative path such as "src/main.ts", without empty, "." or ".." parts',
  })

const content = z.string().max(MAX_FILE_TEXT)

export const newFileSchema = z
  .object({ path: filePathSchema, content: content.optional() })
  .strict()
export const fileChangeSchema = z
  .object({ path: filePathSchema.optional(), content: content.optional() })
  .strict()

export const fileSchema = z.object({
  id: z.uuid(),
  projectId: z.uuid(),
  path: z.string(),
  createdBy: z.uuid().nullable(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
})
export const fileWithContentSchema = fileSchema.extend({ content: z.string() })

export type ProjectFile = z.infer<typeof fileSchema>
export type FileWithContent = z.infer<typeof fileWithContentSchema>
export type NewFile = z.infer<typeof newFileSchema>
export type FileChange = z.infer<typeof fileChangeSchema>
