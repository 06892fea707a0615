// Threads and their text, over the real documents.
import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { createAnchor, locateAnchors } from '../../protocol/anchor.ts'
import { CONTENT } from '../../protocol/names.ts'
import { compactDocument } from '../../realtime/documents/snapshot.ts'
import { until } from '../../realtime/documents/fixture.ts'
import { createRandom } from '../../test/random.ts'
import { openStage } from '../../test/codethreads.ts'
import type { CodeThread, PlacedThread } from './schema.ts'
import { changeThread } from './threads.ts'

const stage = await openStage()
const source = 'one\ntwo\nconst total = add(a, b)\nfour\nfive\n'
const encode = (position: Y.RelativePosition) =>
  Buffer.from(Y.encodeRelativePosition(position)).toString('base64')

describe('the text of a thread', () => {
  test('[K1] a hundred edits by others, compaction and reloading leave it where it was', async () => {
    for (const seed of [1, 2, 3]) {
      const { owner, join, url, file, edit, anchor, wordsAt } = await stage.open(
        `k1-${seed}`,
        source,
      )
      const { data } = await owner.post<CodeThread>(url, {
        anchor: anchor('total = add(a, b)'),
        content: 'Which?',
      })
      expect(data.quote).toBe('total = add(a, b)')
      const random = createRandom(seed)
      const bob = await edit(await join('member'))
      // Where the words are, as a person would say it: edits move them, and what is typed inside belongs to them.
      let from = source.indexOf('total')
      let to = from + data.quote.length
      const log: string[] = []
      for (let round = 0; round < 100; round++) {
        const at = random.below(bob.text.length + 1)
        if (random.chance(0.6)) {
          const word = random.pick(['x', 'new\n', '  ', '§§'])
          log.push(`insert ${at} ${JSON.stringify(word)}`)
          bob.text.insert(at, word)
          if (at <= from) from += word.length
          if (at < to) to += word.length
        } else {
          const end = Math.min(bob.text.length, at + random.between(1, 4))
          // Not all of the words: something is left of them in the end.
          if (at <= from && end > from) continue
          if (at < to && end >= to) continue
          log.push(`delete ${at} ${end}`)
          bob.text.delete(at, end - at)
          if (end <= from) from -= end - at
          if (at < to) to -= end - at
        }
      }
      await bob.saved()
      const [place] = locateAnchors(bob.text, [data.anchor])
      expect(place, `seed ${seed}\n${log.join('\n')}`).toEqual({ from, to })
      const expected = bob.text.toJSON().slice(from, to)
      // As any client would find it, with Yjs alone.
      const found = [data.anchor.start, data.anchor.end].map((position) => {
        const relative = Y.decodeRelativePosition(Buffer.from(position, 'base64'))
        return Y.createAbsolutePositionFromRelativePosition(relative, bob.document, false)?.index
      })
      expect(found).toEqual([from, to])
      await until(() => wordsAt(data.anchor) === expected, 'the owner to see the edits')

      const before = bob.text.toJSON().slice(0, from).split('\n').length
      const lines = { first: before, last: before + expected.split('\n').length - 1 }
      const read = async () => (await owner.get<PlacedThread>(`${url}/${data.id}`)).data.lines
      expect(await read()).toEqual(lines)
      await compactDocument(stage.db, file.id)
      const options = { stored: true }
      const stored = await stage.documents.readContent(
        file.id,
        (content) => locateAnchors(content, [data.anchor]),
        options,
      )
      expect(stored).toEqual([{ from, to }])
      const again = await edit(owner)
      expect(locateAnchors(again.text, [data.anchor])).toEqual([{ from, to }])
    }
  })

  test('[K1] a text that is replaced, as by a restored version, keeps the words that stay', async () => {
    const { owner, url, path, file, text, saved, anchor, wordsAt } = await stage.open(
      'restore',
      source,
    )
    const { data } = await owner.post<CodeThread>(url, {
      anchor: anchor('add(a, b)'),
      content: '?',
    })
    text.insert(0, '// a header\n\n')
    text.insert(text.length, 'six\n')
    text.delete(text.toJSON().indexOf('four'), 5)
    await saved()
    await owner.patch(`${path}/files/${file.id}`, { content: source })
    await until(() => text.toJSON() === source)
    expect(wordsAt(data.anchor)).toBe('add(a, b)')
    expect((await owner.get<PlacedThread[]>(url)).data[0]?.lines).toEqual({ first: 3, last: 3 })
  })

  test('[K2] who may not write any more when the text was found attaches nothing', async () => {
    const { owner, join, url, path, file, anchor, project } = await stage.open('demoted', source)
    const member = await join('member')
    const body = { anchor: anchor('two'), content: 'x' }
    const { data: thread } = await member.post<CodeThread>(url, body)
    const options = {
      ...stage,
      publish: () => undefined,
      emit: { toUser: () => undefined },
      documents: {
        async readContent<Result>(fileId: string, use: (content: Y.Text) => Result) {
          await owner.patch(`${path}/members/${member.user.id}`, { role: 'guest' })
          return stage.documents.readContent(fileId, use)
        },
      },
    }
    const at = { slug: project.slug, fileId: file.id, threadId: thread.id }
    const actor = await stage.accounts.authenticate(member.token)
    const moved = changeThread(options, actor, at, { anchor: anchor('four') })
    await expect(moved).rejects.toMatchObject({ code: 'INSUFFICIENT_PERMISSIONS' })
    expect((await owner.get<CodeThread>(`${url}/${thread.id}`)).data).toMatchObject({
      rev: 1,
      anchor: body.anchor,
    })
  })

  test('[K2] deleted text is said to be, and is attached again where it was undone', async () => {
    const { owner, join, url, file, text, saved, anchor } = await stage.open('undone', source)
    const { data } = await owner.post<CodeThread>(url, { anchor: anchor('total'), content: '?' })
    const thread = `${url}/${data.id}`
    const undo = new Y.UndoManager(text)
    text.delete(text.toJSON().indexOf('const'), 20)
    await saved()
    const read = async () => (await owner.get<PlacedThread>(thread)).data
    expect(await read()).toMatchObject({ lines: null, quote: 'total' })
    await compactDocument(stage.db, file.id)
    text.insert(0, 'top\n')
    undo.undo()
    undo.undo()
    await saved()
    expect((await read()).lines).toBeNull()
    // The document where it was undone knows.
    const [place] = locateAnchors(text, [data.anchor], { followUndone: true })
    if (typeof place !== 'object') throw new Error('the undone text was not found')
    expect(text.toJSON().slice(place.from, place.to)).toBe('total')
    const moved = { anchor: createAnchor(text, place) }
    expect((await (await join('guest')).patch(thread, moved)).status).toBe(403)
    expect((await owner.patch<CodeThread>(thread, moved)).data).toMatchObject({
      quote: 'total',
      rev: 2,
    })
    expect((await read()).lines).toEqual({ first: 3, last: 3 })
  })

  test('[K2] what is written in place of all of it is something else', async () => {
    const { owner, url, text, saved, anchor, wordsAt } = await stage.open('replaced', source)
    const { data } = await owner.post<CodeThread>(url, { anchor: anchor('two'), content: '?' })
    const at = text.toJSON().indexOf('two')
    text.delete(at, 3)
    text.insert(at, 'new')
    await saved()
    expect(wordsAt(data.anchor)).toBeNull()
    expect((await owner.get<PlacedThread[]>(url)).data).toMatchObject([
      { lines: null, quote: 'two' },
    ])
  })
})

describe('an anchor', () => {
  test('[K3] is at characters of the text, and anything else is refused with what is wrong', async () => {
    const { owner, url, text, anchor } = await stage.open('nonsense', source)
    const good = anchor('two')
    const other = new Y.Doc().getText(CONTENT)
    other.insert(0, 'elsewhere')
    const foreign = createAnchor(other, { from: 1, to: 3 })
    const end = encode(Y.createRelativePositionFromTypeIndex(text, text.length, 0))
    for (const wrong of [
      { ...good, start: 'garbage!' },
      { ...good, start: '' },
      { ...good, start: good.end },
      { ...good, end: good.start },
      { ...good, start: end },
      { ...good, start: `${good.start}AAAA` },
      { ...good, start: 'A'.repeat(10_000) },
      {
        ...good,
        start: Buffer.from([0, 255, 255, 255, 255, 255, 255, 255, 255, 255]).toString('base64'),
      },
      foreign,
    ]) {
      const { status, error } = await owner.post(url, { anchor: wrong, content: 'x' })
      expect([status, error.code], JSON.stringify(wrong)).toEqual([400, 'VALIDATION_ERROR'])
      expect(error.message).toMatch(/^anchor/)
    }
    expect((await owner.post(url, { content: 'nowhere' })).error.message).toMatch(
      /anchor or with lines/,
    )
    const both = { anchor: good, lines: { first: 1, last: 1 }, content: 'x' }
    expect((await owner.post(url, both)).status).toBe(400)
    expect((await owner.post(url, { anchor: good, content: 'x' })).status).toBe(201)
  })

  test('[K3] of text that was deleted meanwhile is UNPROCESSABLE', async () => {
    const { owner, url, text, saved, anchor } = await stage.open('late', source)
    const late = anchor('two')
    text.delete(0, text.length)
    await saved()
    const { status, error } = await owner.post(url, { anchor: late, content: 'x' })
    expect([status, error.code]).toEqual([422, 'UNPROCESSABLE'])
  })

  test('[K3] is made of lines for programs without the live text', async () => {
    const { owner, url, wordsAt } = await stage.open('lines', `a\n\nb\nc`)
    const at = (first: number, last: number) =>
      owner.post<CodeThread>(url, { lines: { first, last }, content: 'x' })
    const made = await at(3, 4)
    expect(made.data.quote).toBe('b\nc')
    expect(wordsAt(made.data.anchor)).toBe('b\nc')
    expect((await owner.get<PlacedThread[]>(url)).data[0]?.lines).toEqual({ first: 3, last: 4 })
    for (const [first, last] of [
      [2, 2],
      [4, 5],
      [9, 9],
      [0, 1],
      [2, 1],
    ] as const)
      expect((await at(first, last)).status, `${first}-${last}`).toBe(400)
  })
})
