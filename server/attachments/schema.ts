import { z } from 'zod'

export const attachmentSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    type: z
      .string()
      .describe('MIME type: as it was found in the bytes of images, else as the uploader said'),
    size: z.number().int().describe('Bytes'),
    width: z.number().int().nullable().describe('Pixels, of images that browsers show'),
    height: z.number().int().nullable(),
  })
  .meta({ id: 'Attachment' })

export const uploadQuerySchema = z.object({
  name: z
    .string()
    // A path of the uploader's machine says nothing to others, and control characters break headers and terminals.
    .transform((name) =>
      (name.split(/[\\/]/).at(-1) ?? '').replaceAll(/\p{Cc}|\p{Bidi_Control}/gu, '').trim(),
    )
    .pipe(z.string().min(1, 'give the file a name').max(255))
    .describe('File name'),
})
