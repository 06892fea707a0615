// The attachments of a node: where they lie, and who cleans up.
import { randomUUID } from 'node:crypto'
import path from 'node:path'
import type { Logger } from 'pino'
import type { Db } from '../../db/database.ts'
import { loadSecret } from '../secrets.ts'
import { removeFiles, type AttachmentSettings } from './attachments.ts'
import { createCleaning } from './cleaning.ts'
import { createDirectoryStore } from './store.ts'

export type AttachmentConfig = Omit<AttachmentSettings, 'store'> & {
  /** All nodes of an installation share it */
  directory: string
}

export async function openAttachments(
  db: Db,
  { directory, maxBytes, quotaBytes }: AttachmentConfig,
  log: Logger,
) {
  // A place of this database alone: to nodes of another one, its files would be leftovers.
  const own = path.join(directory, await loadSecret(db, 'attachments', randomUUID()))
  const settings: AttachmentSettings = { store: createDirectoryStore(own), maxBytes, quotaBytes }
  const cleaning = createCleaning({ db, attachments: settings, log })
  return {
    ...settings,
    removeFiles: (ids: readonly string[]) => void removeFiles(settings, log, ids),
    close: () => cleaning.close(),
  }
}
