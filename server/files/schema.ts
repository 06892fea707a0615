import { z } from 'zod'
import { fileKinds } from '../../db/schema.ts'
import { MAX_FILE_TEXT, MAX_PATH, MAX_PATH_BYTES } from '../../protocol/limits.ts'
import { hasControlCharacter } from '../../protocol/names.ts'
import { pageSchema } from '../listing.ts'
import { publicUserSchema } from '../users/schema.ts'

const hasBadCharacter = (text: string) => text.includes('\\') || hasControlCharacter(text)
const isName = (name: string) => name !== '' && name !== '.' && name !== '..'

export const pathTooLong = `a path has ${MAX_PATH} characters, and ${MAX_PATH_BYTES} bytes in UTF-8, at most`
export const isPathTooLong = (path: string) =>
  path.length > MAX_PATH || new TextEncoder().encode(path).length > MAX_PATH_BYTES

/** Relative, slash-separated, without empty, `.` or `..` parts and without control characters. */
export const filePathSchema = z
  .string()
  .min(1)
  .max(MAX_PATH)
  .refine((path) => !isPathTooLong(path), { message: pathTooLong })
  .refine((path) => path.split('/').every(isName) && !hasBadCharacter(path), {
    message: 'use a relative path such as "src/main.ts", without empty, "." or ".." parts',
  })
const nameSchema = z
  .string()
  .max(255)
  .refine((name) => isName(name) && !hasBadCharacter(name) && !name.includes('/'), {
    message: 'use a name such as "main.ts", without slashes',
  })

const content = z.string().max(MAX_FILE_TEXT)

export const newFileSchema = z
  .object({
    path: filePathSchema,
    kind: z.enum(['text', 'folder']).optional(),
    content: content.optional(),
  })
  .strict()
  .refine(({ kind, content }) => kind !== 'folder' || content === undefined, {
    path: ['content'],
    message: 'a folder has no text',
  })
export const fileChangeSchema = z
  .object({
    path: filePathSchema.optional(),
    parentId: z.uuid().nullable().optional(),
    name: nameSchema.optional(),
    content: content.optional(),
  })
  .strict()
  .refine(
    ({ path, parentId, name }) =>
      path === undefined || (parentId === undefined && name === undefined),
    { path: ['path'], message: 'use either a path, or a folder and a name' },
  )

/** A tree shows all of its files. */
export const fileListSchema = pageSchema.extend({
  limit: z.coerce.number().int().min(1).max(1_000).default(20),
  after: z
    .uuid()
    .optional()
    .describe(
      'By id, those after this one: read to the end, nothing that stays is repeated or left out, whatever changes ' +
        'meanwhile. Begin with `00000000-0000-0000-0000-000000000000`.',
    ),
})
export type FileListQuery = z.infer<typeof fileListSchema>

export const fileSchema = z.object({
  id: z.uuid(),
  projectId: z.uuid(),
  /** The folder that it is in; null: at the top */
  parentId: z.uuid().nullable(),
  kind: z.enum(fileKinds),
  path: z.string(),
  /** Bytes of a binary file; null for others */
  size: z.number().int().nullable(),
  /** Media type of a binary file */
  type: z.string().nullable(),
  /** Changes with the bytes of a binary file */
  contentId: z.uuid().nullable(),
  createdBy: z.uuid().nullable(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
})
export const fileWithContentSchema = fileSchema.extend({
  /** null: a folder or a binary file */
  content: z.string().nullable(),
})
export const trashedFileSchema = fileSchema.extend({
  deletedAt: z.iso.datetime(),
  deletedBy: publicUserSchema.nullable(),
  /** How many files and folders come back with it, itself included */
  count: z.number().int(),
})

export type ProjectFile = z.infer<typeof fileSchema>
export type FileWithContent = z.infer<typeof fileWithContentSchema>
export type TrashedFile = z.infer<typeof trashedFileSchema>
export type NewFile = z.infer<typeof newFileSchema>
export type FileChange = z.infer<typeof fileChangeSchema>
