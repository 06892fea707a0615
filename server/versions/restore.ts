// Bringing the text of a version back: an edit like any other, which everybody who has the file open sees.
import { requireAccess, type Actor } from '../../db/access.ts'
import { appendActivity } from '../../db/activity.ts'
import { notFound } from '../../protocol/errors.ts'
import { readContent } from '../../realtime/documents/versions.ts'
import { keepProject, lockProject } from '../projects/hold.ts'
import { findText, findVersion, type FilePath, type VersionOptions } from './versions.ts'

export async function restoreVersion(
  { db, documents, publish }: VersionOptions,
  actor: Actor,
  { slug, fileId, versionId }: FilePath & { versionId: string },
) {
  const { project } = await requireAccess(db, actor, slug, 'file:write')
  const file = await findText(db, project.id, fileId)
  const { number } = await findVersion(db, file.id, versionId)
  const content = await readContent(db, versionId)
  if (!content) throw notFound('Version')
  const userId = actor.id
  const { kept, id, isNew } = await documents.alone(file.id, async () => {
    const before = await documents.keepVersion(file.id, { reason: 'before_restore', userId })
    const check = () => requireAccess(db, actor, slug, 'file:write')
    // What is typed after that version is in no version: it must stay.
    if (before.state)
      await documents.rewriteFrom(file.id, before.state, content.text, userId, check)
    const wish = { reason: 'restore', userId, restoredFrom: number } as const
    return { kept: before, ...(await documents.keepVersion(file.id, wish)) }
  })
  const [version, before] = [
    await findVersion(db, file.id, id),
    await findVersion(db, file.id, kept.id),
  ]
  // The text was that already.
  if (!isNew) return { version, before }
  const update = await db.transaction().execute(async (trx) => {
    // The text has changed: it is told, whatever the actor may do by now.
    await keepProject(trx, project.id)
    await lockProject(trx, project.id)
    const data = { ...version, path: file.path }
    return appendActivity(trx, project.id, userId, 'version_restored', data)
  })
  publish(update)
  return { version, before }
}
