// History on the whole server: restoring while people type, and after its process was killed.
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import { expect, onTestFinished, test } from 'vitest'
import { CONTENT, documentName } from '../../protocol/names.ts'
import { at, connect, createProject, register, type Person } from '../../test/people.ts'
import { useServerProcess, useTestServer } from '../../test/server.ts'
import type { ProjectFile } from '../files/schema.ts'
import type { FileVersion, VersionContent } from './schema.ts'

function openFile(person: Person, fileId: string) {
  const socket = new HocuspocusProviderWebsocket({
    url: person.url.replace('http', 'ws') + '/collab',
  })
  const name = documentName(fileId)
  const provider = new HocuspocusProvider({ websocketProvider: socket, name, token: person.token })
  provider.attach()
  onTestFinished(() => {
    provider.destroy()
    socket.destroy()
  })
  return { provider, text: provider.document.getText(CONTENT) }
}

test(
  '[V5] a restore is seen at once, and what is typed meanwhile stays',
  { timeout: 180_000 },
  async () => {
    const { url } = await useTestServer()
    const [ada, bob] = [await register(url, 'ada'), await register(url, 'bob')]
    const { slug } = await createProject(ada, [bob])
    const content = Array.from({ length: 40 }, (_, n) => `line ${n}\n`).join('')
    const made = await ada.rest('POST', `/projects/${slug}/files`, { path: 'a.txt', content })
    const { id: fileId } = made.data as ProjectFile
    const file = `/projects/${slug}/files/${fileId}`
    const named = await ada.rest('POST', `${file}/versions`, { name: 'good' })
    const version = named.data as FileVersion
    const editor = openFile(bob, fileId)
    await expect.poll(() => editor.text.length, { timeout: 20_000 }).toBe(content.length)
    // Everything but the last ten lines was broken.
    editor.provider.document.transact(() => {
      editor.text.delete(0, content.indexOf('line 30\n'))
      editor.text.insert(0, 'broken\n')
    })
    await expect.poll(() => editor.provider.hasUnsyncedChanges, { timeout: 20_000 }).toBe(false)
    const typed: string[] = []
    const timer = setInterval(() => {
      typed.push(`<typed ${typed.length}>`)
      editor.text.insert(editor.text.length, typed.at(-1)!)
    }, 10)
    onTestFinished(() => clearInterval(timer))
    await expect.poll(() => typed.length, { timeout: 20_000 }).toBeGreaterThan(5)
    const before = typed.length
    const restored = await ada.rest('POST', `${file}/versions/${version.id}/restore`)
    expect(restored.status).toBe(200)
    await expect
      .poll(() => editor.text.toJSON().startsWith('line 0\nline 1\n'), { timeout: 20_000 })
      .toBe(true)
    await expect.poll(() => typed.length, { timeout: 20_000 }).toBeGreaterThan(before + 20)
    clearInterval(timer)
    await expect.poll(() => editor.provider.hasUnsyncedChanges, { timeout: 20_000 }).toBe(false)

    const kept = restored.data as { before: FileVersion }
    const old = await ada.rest('GET', `${file}/versions/${kept.before.id}`)
    const oldText = (old.data as VersionContent).text
    const text = editor.text.toJSON()
    expect(oldText).toMatch(/^broken\nline 30\n/)
    expect(text.startsWith(content)).toBe(true)
    const now = await ada.rest('GET', `${file}/versions/current`)
    expect((now.data as VersionContent).text).toBe(text)
    // What had arrived is in the version from before, what came later is in the text; nothing is in neither.
    expect(typed.filter((mark) => !oldText.includes(mark) && !text.includes(mark))).toEqual([])
    expect(typed.filter((mark) => oldText.includes(mark) && text.includes(mark))).toEqual([])
  },
)

test(
  '[V2] what was saved when the process was killed is a version',
  { timeout: 180_000 },
  async () => {
    const directory = mkdtempSync(path.join(os.tmpdir(), 'openlaunch-history-'))
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
    const settings = { DATA_DIR: directory, PORT: '0' }
    const first = await useServerProcess(settings)
    const ada = await register(first.url, 'ada')
    const { slug } = await createProject(ada)
    const made = await ada.rest('POST', `/projects/${slug}/files`, {
      path: 'a.txt',
      content: 'one\n',
    })
    const { id: fileId } = made.data as ProjectFile
    const editor = openFile(ada, fileId)
    await expect.poll(() => editor.text.length, { timeout: 20_000 }).toBe(4)
    editor.text.insert(4, 'two, saved\n')
    await expect.poll(() => editor.provider.hasUnsyncedChanges, { timeout: 20_000 }).toBe(false)
    await first.kill('SIGKILL')
    editor.provider.destroy()

    const second = await useServerProcess(settings)
    const back = at(ada, second.url)
    const reader = openFile(back, fileId)
    const newest = async () => {
      const list = await back.rest('GET', `/projects/${slug}/files/${fileId}/versions`)
      return (list.data as FileVersion[])[0]
    }
    await expect.poll(async () => (await newest())?.length, { timeout: 20_000 }).toBe(15)
    expect((await newest())?.authors.map(({ id }) => id)).toEqual([ada.id])
    expect(reader.text.toJSON()).toBe('one\ntwo, saved\n')
  },
)

test('[V7] the room hears of a session’s version, by nobody', { timeout: 60_000 }, async () => {
  const { url } = await useTestServer()
  const [ada, bob] = [await register(url, 'ada'), await register(url, 'bob')]
  const { slug, id: projectId } = await createProject(ada, [bob])
  const made = await ada.rest('POST', `/projects/${slug}/files`, {
    path: 'a.txt',
    content: 'one\n',
  })
  const { id: fileId } = made.data as ProjectFile
  const room = await connect(ada)
  await room.request('join_project', { projectId })
  const told = room.collect('project_update')
  const sizes = () =>
    told.map(({ userId, payload: { updateType, data } }) => {
      const { fileId: file, path: name, length, reason } = data as FileVersion & { path: string }
      return { userId, updateType, fileId: file, path: name, length, reason }
    })
  const version = { userId: undefined, updateType: 'version_created', fileId, path: 'a.txt' }
  const editor = openFile(bob, fileId)
  // What was written before anybody opened the file.
  const first = { ...version, length: 4, reason: 'session' }
  await expect.poll(sizes, { timeout: 20_000 }).toEqual([first])
  editor.text.insert(4, 'two\n')
  await expect.poll(() => editor.provider.hasUnsyncedChanges, { timeout: 20_000 }).toBe(false)
  editor.provider.destroy()
  const second = { ...version, length: 8, reason: 'session' }
  await expect.poll(sizes, { timeout: 20_000 }).toEqual([first, second])
  const { data } = await ada.rest('GET', `/projects/${slug}/files/${fileId}/versions`)
  const ids = told.map(({ payload }) => (payload.data as FileVersion).id)
  expect((data as FileVersion[]).map(({ id }) => id)).toEqual(ids.toReversed())
  // Nothing is told where nothing was written.
  const reader = openFile(bob, fileId)
  await expect.poll(() => reader.text.length, { timeout: 20_000 }).toBe(8)
  reader.provider.destroy()
  await ada.rest('POST', `/projects/${slug}/files/${fileId}/versions`, { name: 'good' })
  await expect.poll(() => told.length, { timeout: 20_000 }).toBe(3)
  expect(told[2]).toMatchObject({ userId: ada.id, payload: { data: { id: ids[1], name: 'good' } } })
})
