// The history of a file as people see it: who made which version, reading, comparing, naming. How versions are made is
// the realtime plane's (realtime/documents/versions.ts).
import { sql } from 'kysely'
import type { Logger } from 'pino'
import { requireAccess, type Actor } from '../../db/access.ts'
import { appendActivity, type Publish } from '../../db/activity.ts'
import type { Db, Trx } from '../../db/database.ts'
import { publicColumns, publicUser } from '../../db/people.ts'
import { AppError, notFound } from '../../protocol/errors.ts'
import { MAX_NAMED_BYTES, MAX_NAMED_VERSIONS } from '../../protocol/limits.ts'
import { isUuid } from '../../protocol/names.ts'
import type { Content } from '../../realtime/documents/packing.ts'
import { readContent, readCurrent } from '../../realtime/documents/versions.ts'
import type { Recorded, VersionWish } from '../../realtime/documents/versions.ts'
import { findFile } from '../files/place.ts'
import { readPage, type PageQuery } from '../listing.ts'
import { holdProject, keepProject, lockProject } from '../projects/hold.ts'
import { compare } from './compare.ts'
import type { FileDiff, FileVersion, VersionContent } from './schema.ts'

/** What the realtime plane does for us. */
export interface VersionDocuments {
  keepVersion(fileId: string, wish: VersionWish): Promise<Recorded>
  /** Runs while no other restore does. @throws AppError CONFLICT */
  alone<Result>(fileId: string, run: () => Promise<Result>): Promise<Result>
  /** Gives it a text, as an edit of the state; what was written since then stays. `check` is asked right before. */
  rewriteFrom(
    fileId: string,
    state: Uint8Array,
    text: string,
    userId: string,
    check: () => Promise<unknown>,
  ): Promise<void>
}

export interface VersionOptions {
  db: Db
  publish: Publish
  documents: VersionDocuments
}

export interface FilePath {
  slug: string
  fileId: string
}

/** @throws AppError NOT_FOUND */
export async function findText(db: Db | Trx, projectId: string, fileId: string) {
  const file = await findFile(db, projectId, fileId)
  if (file.kind !== 'text') throw new AppError('NOT_FOUND', 'Only files of text have a history')
  return file
}

const selectVersions = (db: Db | Trx, fileId: string) =>
  db
    .selectFrom('documentVersions as v')
    .select(['v.id', 'v.fileId', 'v.number', 'v.reason', 'v.name', 'v.restoredFrom', 'v.length'])
    .select(['v.bytes', 'v.createdAt', publicUser('v.createdBy').as('createdBy')])
    .select(
      sql<FileVersion['authors']>`(
        select coalesce(json_agg(json_build_object(
          'id', u.id,
          'username', u.username,
          'displayName', coalesce(p.display_name, u.username),
          'avatar', coalesce(p.avatar_url, '')
        ) order by a.position), '[]')
        from jsonb_array_elements_text(v.authors) with ordinality as a(id, position)
        join users u on u.id = a.id::uuid
        left join user_profiles p on p.user_id = u.id
      )`.as('authors'),
    )
    .where('v.fileId', '=', fileId)

/** @throws AppError NOT_FOUND */
export async function findVersion(db: Db | Trx, fileId: string, id: string): Promise<FileVersion> {
  if (!isUuid(id)) throw notFound('Version')
  return selectVersions(db, fileId)
    .where('v.id', '=', id)
    .executeTakeFirstOrThrow(() => notFound('Version'))
}

async function readSize(db: Db | Trx, fileId: string) {
  return db
    .selectFrom('documentVersions')
    .select((eb) => [
      eb.fn.countAll<number>().as('versions'),
      sql<number>`coalesce(sum(bytes), 0)`.as('bytes'),
      eb.fn.count<number>('name').as('namedVersions'),
      sql<number>`coalesce(sum(bytes) filter (where name is not null), 0)`.as('namedBytes'),
    ])
    .where('fileId', '=', fileId)
    .executeTakeFirstOrThrow()
}

/** The room hears of what a session of work made, which was nobody's doing. */
export async function tellVersion(
  { db, publish, log }: Pick<VersionOptions, 'db' | 'publish'> & { log: Logger },
  fileId: string,
  versionId: string,
) {
  try {
    const update = await db.transaction().execute(async (trx) => {
      const file = await trx
        .selectFrom('files')
        .select(['projectId', 'path'])
        .where('id', '=', fileId)
        .executeTakeFirstOrThrow(() => notFound('File'))
      await keepProject(trx, file.projectId)
      const data = { ...(await findVersion(trx, fileId, versionId)), path: file.path }
      return appendActivity(trx, file.projectId, null, 'version_created', data)
    })
    publish(update)
  } catch (error) {
    // The file was deleted for good, and its history with it.
    if (error instanceof AppError && error.code === 'NOT_FOUND') return
    log.warn({ err: error, fileId }, 'a version was not told')
  }
}

/** Newest first. */
export async function listVersions(
  { db }: Pick<VersionOptions, 'db'>,
  actor: Actor,
  { slug, fileId }: FilePath,
  { named, ...page }: PageQuery & { named?: 'true' | 'false' | undefined },
) {
  const { project } = await requireAccess(db, actor, slug, 'project:read')
  const file = await findText(db, project.id, fileId)
  const query = selectVersions(db, file.id).orderBy('v.number', 'desc')
  const { data, meta } = await readPage(
    named === 'true' ? query.where('v.name', 'is not', null) : query,
    page,
  )
  return { data, meta: { ...meta, history: await readSize(db, file.id) } }
}

/** @param id of a version; `current`: the text as it is now; `empty`: nothing */
async function readAt(
  db: Db,
  fileId: string,
  id: string,
): Promise<{ version: FileVersion | null; content: Content }> {
  if (id === 'empty') return { version: null, content: { text: '', runs: [] } }
  const version = id === 'current' ? null : await findVersion(db, fileId, id)
  const content = await (version ? readContent(db, version.id) : readCurrent(db, fileId))
  if (!content) throw notFound(version ? 'Version' : 'File')
  return { version, content }
}

function readPeople(db: Db, sides: Content[]) {
  const ids = new Set(sides.flatMap(({ runs }) => runs.map(({ userId }) => userId)))
  return db
    .selectFrom('users')
    .leftJoin('userProfiles', 'userProfiles.userId', 'users.id')
    .select(publicColumns)
    .where('users.id', '=', sql<string>`any(${[...ids].filter((id) => id !== null)}::uuid[])`)
    .execute()
}

/** @param versionId of a version, or `current` */
export async function readVersion(
  { db }: Pick<VersionOptions, 'db'>,
  actor: Actor,
  { slug, fileId, versionId }: FilePath & { versionId: string },
): Promise<VersionContent> {
  const { project } = await requireAccess(db, actor, slug, 'project:read')
  const file = await findText(db, project.id, fileId)
  const { version, content } = await readAt(db, file.id, versionId)
  const { text, runs } = content
  return { version, text, runs, people: await readPeople(db, [content]) }
}

export async function diffVersions(
  { db }: Pick<VersionOptions, 'db'>,
  actor: Actor,
  { slug, fileId, from, to }: FilePath & { from: string; to: string },
  { context, signal }: { context: number; signal?: AbortSignal },
): Promise<FileDiff> {
  const { project } = await requireAccess(db, actor, slug, 'project:read')
  const file = await findText(db, project.id, fileId)
  const [old, now] = [await readAt(db, file.id, from), await readAt(db, file.id, to)]
  return {
    from: old.version,
    to: now.version,
    ...(await compare({ from: old.content, to: now.content, context }, signal)),
    people: await readPeople(db, [old.content, now.content]),
  }
}

/** Names what the text is now. */
export async function createVersion(
  options: VersionOptions,
  actor: Actor,
  { slug, fileId }: FilePath,
  name: string,
): Promise<FileVersion> {
  const { db, documents } = options
  const { project } = await requireAccess(db, actor, slug, 'file:write')
  const file = await findText(db, project.id, fileId)
  await requireRoom(db, file.id)
  const { id: versionId } = await documents.keepVersion(file.id, {
    reason: 'hand',
    userId: actor.id,
  })
  return nameVersion(options, actor, { slug, fileId, versionId }, name, { rename: false })
}

/** @throws AppError CONFLICT when names alone have reached what a history may take */
async function requireRoom(db: Db | Trx, fileId: string, more = 0) {
  const { namedVersions, namedBytes } = await readSize(db, fileId)
  if (namedVersions < MAX_NAMED_VERSIONS && namedBytes + more <= MAX_NAMED_BYTES) return
  throw new AppError(
    'CONFLICT',
    `The named versions of this file take all the room there is for them (${namedVersions} of ${MAX_NAMED_VERSIONS}, ` +
      `${Math.ceil(namedBytes / 1024)} of ${MAX_NAMED_BYTES / 1024} KiB); take the name of one away first`,
  )
}

/**
 * @param name null takes it away: the version is thinned like others then
 * @param options `rename`: whether it may have a name already
 */
export async function nameVersion(
  { db, publish }: VersionOptions,
  actor: Actor,
  { slug, fileId, versionId }: FilePath & { versionId: string },
  name: string | null,
  { rename = true } = {},
): Promise<FileVersion> {
  const { version, update } = await db.transaction().execute(async (trx) => {
    const { project } = await holdProject(trx, actor, slug, 'file:write')
    await lockProject(trx, project.id)
    const file = await findText(trx, project.id, fileId)
    const before = await findVersion(trx, file.id, versionId)
    if (before.name !== null && !rename)
      throw new AppError(
        'CONFLICT',
        `Nothing changed since the version named “${before.name}”; rename that one, or change the text first`,
      )
    if (before.name === null && name !== null) await requireRoom(trx, file.id, before.bytes)
    await trx
      .updateTable('documentVersions')
      .set({ name, ...(name !== null && { createdBy: actor.id }) })
      .where('id', '=', before.id)
      .execute()
    const version = await findVersion(trx, file.id, before.id)
    const type = before.name === null ? 'version_created' : 'version_updated'
    const isSame = before.name === name
    const data = { ...version, path: file.path }
    return {
      version,
      update: isSame ? undefined : await appendActivity(trx, project.id, actor.id, type, data),
    }
  })
  if (update) publish(update)
  return version
}
