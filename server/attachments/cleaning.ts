// What nobody keeps goes: guests and links whose time is over, files that were in the trash for long, uploads that were
// never sent, and bytes whose rows went with a project, with a person, with new bytes, or in the moment of a crash.
// Every node does it; twice does no harm.
import { sql, type NotNull } from 'kysely'
import { isUuid } from '../../protocol/names.ts'
import { purgeOldTrash } from '../files/trash.ts'
import { deleteOldLinks } from '../guests/links.ts'
import { removeFiles, type AttachmentOptions } from './attachments.ts'

const HOUR = 60 * 60 * 1_000
/** A file is there before its row; an upload takes minutes at most. */
const UPLOADING_MS = HOUR

export interface CleaningOptions extends AttachmentOptions {
  /** Between two runs, and before the first. Default: an hour, and a minute */
  intervalMs?: number | undefined
}

export async function cleanAttachments({ db, attachments, log }: AttachmentOptions) {
  await purgeOldTrash(db)
  const loose = await db
    .deleteFrom('attachments')
    .where('messageId', 'is', null)
    .where('createdAt', '<', sql<string>`now() - interval '24 hours'`)
    .returning('id')
    .execute()
  await removeFiles(
    attachments,
    log,
    loose.map(({ id }) => id),
  )
  for await (const group of attachments.store.list()) {
    const old = group.filter((id) => isUuid(id) && madeAt(id) < Date.now() - UPLOADING_MS)
    const rows = await db
      .selectFrom('attachments')
      .select('id')
      .where('id', '=', sql<string>`any(${old}::uuid[])`)
      .union(
        db
          .selectFrom('files')
          .select('contentId as id')
          .where('contentId', '=', sql<string>`any(${old}::uuid[])`)
          .$narrowType<{ id: NotNull }>(),
      )
      .execute()
    const known = new Set(rows.map(({ id }) => id))
    await removeFiles(
      attachments,
      log,
      old.filter((id) => !known.has(id)),
    )
  }
}

/** The first 48 bits of a UUID v7 are milliseconds since 1970 (RFC 9562, section 5.7). */
const madeAt = (id: string) => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)

export function createCleaning(options: CleaningOptions) {
  let closed = false
  let running = Promise.resolve()
  let timer = schedule(options.intervalMs ?? 60_000)

  function schedule(delay: number) {
    const start = () => {
      running = run()
    }
    return setTimeout(start, delay).unref()
  }

  async function run() {
    try {
      await deleteOldLinks(options.db)
      await cleanAttachments(options)
    } catch (error) {
      if (!closed) options.log.warn({ err: error }, 'what nobody keeps cannot be removed now')
    }
    if (!closed) timer = schedule(options.intervalMs ?? HOUR)
  }

  return {
    async close() {
      closed = true
      clearTimeout(timer)
      await running
    },
  }
}
