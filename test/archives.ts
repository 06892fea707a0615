// Archives as people and their enemies make them, and a server to try them on.
import { buffer } from 'node:stream/consumers'
import { fromBufferPromise } from 'yauzl'
import { ZipFile } from 'yazl'
import { afterAll, expect, inject } from 'vitest'
import { createPostgresDatabase } from './postgres.ts'
import { openRest, type Reply } from './rest.ts'
import type { FileWithContent, ProjectFile } from '../server/files/schema.ts'
import type { Imported } from '../server/files/archive/schema.ts'

export const kinds = ['PGlite', ...(inject('postgresUrl') ? ['PostgreSQL'] : [])]

async function openDatabaseOn(kind: string) {
  if (kind === 'PGlite') return openRest()
  const { url, drop } = await createPostgresDatabase()
  afterAll(drop)
  return openRest({ databaseUrl: url })
}

export type Content = string | Buffer | { content: Buffer | string; mode?: number } | null

/** null: a folder */
export function pack(entries: [path: string, content: Content][]): Promise<Buffer> {
  const zip = new ZipFile()
  for (const [path, content] of entries) {
    if (content === null) zip.addEmptyDirectory(path)
    else if (typeof content === 'string' || Buffer.isBuffer(content))
      zip.addBuffer(Buffer.from(content), path)
    else zip.addBuffer(Buffer.from(content.content), path, { mode: content.mode ?? 0o100644 })
  }
  zip.end()
  return buffer(zip.outputStream)
}

/** yazl refuses to make the names that we have to refuse: one of the same length is put in place of another. */
export function rename(zip: Buffer, from: string, to: Buffer | string) {
  const bytes = Buffer.from(zip)
  const name = Buffer.from(to)
  expect(name.length).toBe(Buffer.byteLength(from))
  for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from, at + 1)) name.copy(bytes, at)
  return bytes
}

export async function unpack(bytes: Buffer) {
  const zip = await fromBufferPromise(bytes, { lazyEntries: true })
  const files: Record<string, Buffer | null> = {}
  for await (const entry of zip.eachEntry())
    files[entry.fileName] = entry.fileName.endsWith('/')
      ? null
      : await buffer(await zip.openReadStreamPromise(entry))
  return files
}

export async function openArchives(kind: string) {
  const rest = await openDatabaseOn(kind)
  type Made = Awaited<ReturnType<typeof rest.makeProject>>

  const request = (token: string, method: string, path: string, init: RequestInit = {}) =>
    rest.app.request(
      `/api/v1/${path}`,
      {
        method,
        ...init,
        headers: { authorization: `Bearer ${token}` },
        duplex: 'half',
      } as RequestInit,
      { incoming: { socket: { remoteAddress: '192.0.2.1' } } },
    )

  async function importZip(
    { path, owner }: Pick<Made, 'path' | 'owner'>,
    zip: BodyInit | Buffer,
    query = '',
    signal?: AbortSignal,
  ) {
    const body = Buffer.isBuffer(zip) ? Uint8Array.from(zip) : zip
    const response = await request(owner.token, 'POST', `${path}/files/import${query}`, {
      body,
      ...(signal && { signal }),
    })
    const answer = (await response.json()) as Reply<Imported>
    return { ...answer, status: response.status }
  }

  async function exportZip({ path, owner }: Pick<Made, 'path' | 'owner'>, query = '') {
    const response = await request(owner.token, 'GET', `${path}/files/archive${query}`)
    expect(response.status).toBe(200)
    return { response, files: await unpack(Buffer.from(await response.arrayBuffer())) }
  }

  const list = async ({ path, owner }: Made) =>
    (await owner.get<ProjectFile[]>(`${path}/files?limit=1000`)).data

  const readText = async ({ path, owner }: Made, name: string) => {
    const file = (await list({ path, owner } as Made)).find((each) => each.path === name)
    return (await owner.get<FileWithContent>(`${path}/files/${file?.id}`)).data.content
  }

  return { ...rest, request, importZip, exportZip, list, readText }
}
