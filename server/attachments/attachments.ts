// Attachments: bytes are uploaded first and belong to nobody else, until a message of their uploader takes them along.
import { sql } from 'kysely'
import type { Logger } from 'pino'
import { v7 as uuid } from 'uuid'
import { isReadable, requireAccess } from '../../db/access.ts'
import type { Db, Trx } from '../../db/database.ts'
import type { Principal } from '../../protocol/access.ts'
import type { Attachment } from '../../protocol/chat.ts'
import { AppError, notFound } from '../../protocol/errors.ts'
import { MAX_ATTACHMENTS, MAX_LOOSE_FILES } from '../../protocol/limits.ts'
import { isUuid } from '../../protocol/names.ts'
import { holdProject, lockProject } from '../projects/hold.ts'
import { HEAD_BYTES, imageTypes, readImageHeader } from './image.ts'
import type { AttachmentStore, Bytes } from './store.ts'

export interface AttachmentSettings {
  store: AttachmentStore
  maxBytes: number
  /** Per project */
  quotaBytes: number
}

export interface AttachmentOptions {
  db: Db
  attachments: AttachmentSettings
  log: Logger
}

export interface Upload {
  name: string
  /** As the uploader says */
  type: string
  bytes: Bytes
  /** As announced; the stream itself decides */
  size: number | undefined
}

const columns = ['id', 'name', 'type', 'size', 'width', 'height'] as const

/** @throws AppError PAYLOAD_TOO_LARGE, UNPROCESSABLE when the project's quota is used up, or the uploader's part */
export async function uploadAttachment(
  { db, attachments, log }: AttachmentOptions,
  uploader: Principal,
  project: string,
  upload: Upload,
): Promise<Attachment> {
  const { store, maxBytes } = attachments
  const access = await requireAccess(db, uploader, project, 'chat:write')
  if ((upload.size ?? 0) > maxBytes) {
    throw new AppError('PAYLOAD_TOO_LARGE', `The file is larger than ${maxBytes} bytes`)
  }
  await requireRoom(db, access.project.id, uploader, upload.size ?? 0, attachments)
  // Its time is in the id: cleaning.ts leaves the files of young ones alone.
  const id = uuid()
  const head = keepHead(upload.bytes)
  const size = await store.put(id, head.bytes, maxBytes)
  try {
    const image = readImageHeader(head.read())
    return await db.transaction().execute(async (trx) => {
      const { project: held } = await holdProject(trx, uploader, access.project.id, 'chat:write')
      // Others who upload wait, and count this one.
      await lockProject(trx, held.id)
      await requireRoom(trx, held.id, uploader, size, attachments)
      return await trx
        .insertInto('attachments')
        .values({
          id,
          projectId: held.id,
          uploadedBy: uploader.id,
          name: upload.name,
          type: image?.type ?? believedType(upload.type),
          size,
          width: image?.width ?? null,
          height: image?.height ?? null,
        })
        .returning(columns)
        .executeTakeFirstOrThrow()
    })
  } catch (error) {
    await removeFiles(attachments, log, [id])
    throw error
  }
}

/** What says to be an image that browsers show, and is none, is anything. */
export const believedType = (type: string) =>
  imageTypes.has(type) ? 'application/octet-stream' : type

/** What was not sent yet is its uploader's, who has as much of it as fits into one message: others need room, too. */
async function requireRoom(
  db: Db | Trx,
  projectId: string,
  uploader: Principal,
  size: number,
  settings: AttachmentSettings,
) {
  const { loose, looseFiles } = await db
    .selectFrom('attachments')
    .select([
      sql<number>`coalesce(sum(size), 0)::bigint`.as('loose'),
      sql<number>`count(*)`.as('looseFiles'),
    ])
    .where('projectId', '=', projectId)
    .where('messageId', 'is', null)
    .where('uploadedBy', '=', uploader.id)
    .executeTakeFirstOrThrow()
  const maxLoose = MAX_ATTACHMENTS * settings.maxBytes
  if (looseFiles >= MAX_LOOSE_FILES || loose + size > maxLoose) {
    throw new AppError(
      'UNPROCESSABLE',
      `You may have ${MAX_LOOSE_FILES} files and ${maxLoose} bytes uploaded and not sent; send or delete some`,
    )
  }
  await requireQuota(db, projectId, size, settings)
}

/**
 * The chat's attachments and the binary files of a project, those in the trash included, share its quota.
 * @throws AppError UNPROCESSABLE
 */
export async function requireQuota(
  db: Db | Trx,
  projectId: string,
  size: number,
  { quotaBytes }: AttachmentSettings,
) {
  const { used } = await db
    .selectFrom('attachments')
    .select(
      sql<number>`(coalesce(sum(size), 0) +
        (select coalesce(sum(size), 0) from files where project_id = ${projectId}))::bigint`.as(
        'used',
      ),
    )
    .where('projectId', '=', projectId)
    .executeTakeFirstOrThrow()
  if (used + size <= quotaBytes) return
  throw new AppError(
    'UNPROCESSABLE',
    `Attachments and binary files of this project may have ${quotaBytes} bytes together; delete messages that carry some, or files from the trash`,
  )
}

/** Lets a stream pass, and keeps what an image's header can stand in. */
export function keepHead(bytes: Bytes) {
  const kept: Uint8Array[] = []
  let length = 0
  async function* pass() {
    for await (const chunk of bytes) {
      if (length < HEAD_BYTES) kept.push(chunk.slice(0, HEAD_BYTES - length))
      length += chunk.byteLength
      yield chunk
    }
  }
  return { bytes: pass(), read: () => Buffer.concat(kept) }
}

/**
 * The door of an attachment's bytes.
 * @throws AppError NOT_FOUND when there is none, or it must stay hidden from this person
 */
export async function findAttachment(
  db: Db,
  reader: Principal,
  project: string,
  id: string,
): Promise<Attachment> {
  const { project: found } = await requireAccess(db, reader, project, 'room:join')
  const row = isUuid(id)
    ? await db
        .selectFrom('attachments')
        .leftJoin('messages', 'messages.id', 'attachments.messageId')
        .leftJoin('channels', 'channels.id', 'messages.channelId')
        .select(columns.map((column) => `attachments.${column}` as const))
        .where('attachments.id', '=', id)
        .where('attachments.projectId', '=', found.id)
        .where(({ eb, and, or }) =>
          or([
            and([eb('messageId', 'is', null), eb('uploadedBy', '=', reader.id)]),
            isReadable(reader.id),
          ]),
        )
        .executeTakeFirst()
    : undefined
  if (!row) throw notFound('Attachment')
  return row
}

/** Deletes an upload that no message has. @throws AppError NOT_FOUND */
export async function deleteUpload(
  { db, attachments, log }: AttachmentOptions,
  uploader: Principal,
  project: string,
  id: string,
): Promise<void> {
  const { project: found } = await requireAccess(db, uploader, project, 'room:join')
  const deleted = isUuid(id)
    ? await db
        .deleteFrom('attachments')
        .where('id', '=', id)
        .where('projectId', '=', found.id)
        .where('uploadedBy', '=', uploader.id)
        .where('messageId', 'is', null)
        .returning('id')
        .executeTakeFirst()
    : undefined
  if (!deleted) throw notFound('Upload that no message has')
  await removeFiles(attachments, log, [id])
}

/** After their rows are gone. What fails here, cleaning.ts finds later. */
export async function removeFiles(
  { store }: AttachmentSettings,
  log: Logger,
  ids: readonly string[],
): Promise<void> {
  for (const id of ids) {
    try {
      await store.remove(id)
    } catch (error) {
      log.warn({ err: error, attachment: id }, 'the file of an attachment stays for now')
    }
  }
}
