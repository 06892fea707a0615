// What a message carries: uploads of its author that belong to no message yet.
import { sql } from 'kysely'
import type { Trx } from '../../../db/database.ts'
import { asTable } from '../../../db/table.ts'
import type { Attachment, ChatMessage } from '../../../protocol/chat.ts'
import { AppError } from '../../../protocol/errors.ts'

/** @returns gives each upload once; throws AppError NOT_FOUND for what is not there, not one's own, or taken */
export async function takeAttachments(trx: Trx, ids: readonly string[]) {
  const rows =
    ids.length === 0
      ? []
      : await trx
          .selectFrom('attachments')
          .select(['id', 'name', 'type', 'size', 'width', 'height', 'projectId', 'uploadedBy'])
          .where('id', '=', sql<string>`any(${ids}::uuid[])`)
          .where('messageId', 'is', null)
          .orderBy('id')
          .forUpdate()
          .execute()
  const loose = new Map(rows.map((row) => [row.id, row]))

  return (wanted: readonly string[], userId: string, projectId: string): Attachment[] => {
    const taken = [...new Set(wanted)].toSorted().map((id) => {
      const row = loose.get(id)
      if (row?.uploadedBy !== userId || row.projectId !== projectId) {
        const reason = 'An attachment is not there, or belongs to a message; upload it again'
        throw new AppError('NOT_FOUND', reason, { attachmentId: id })
      }
      const { projectId: _projectId, uploadedBy: _uploadedBy, ...attachment } = row
      return attachment
    })
    for (const { id } of taken) loose.delete(id)
    return taken
  }
}

export async function attach(trx: Trx, written: readonly { message: ChatMessage }[]) {
  const rows = written.flatMap(({ message }) =>
    message.attachments.map(({ id }) => ({ id, messageId: message.id })),
  )
  if (rows.length === 0) return
  await sql`update attachments set message_id = t."messageId"
    from ${asTable(rows, 'id uuid, "messageId" uuid')} t where attachments.id = t.id`.execute(trx)
}
