// The directory where attachments lie.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createDirectoryStore } from './store.ts'

test('what may not leave the database room to write is refused, and nothing of it stays', async () => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'openlaunch-store-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  async function* bytes() {
    yield new Uint8Array(1)
  }
  await expect(
    createDirectoryStore(directory, Infinity).put('small', bytes(), 1),
  ).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: 'The disk of the server has no room for files now',
  })
  expect(readdirSync(path.join(directory, 'll'))).toEqual([])
  expect(await createDirectoryStore(directory, 0).put('small', bytes(), 1)).toBe(1)
})
