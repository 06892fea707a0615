// Archives of strangers: what must not be believed of them, and what is done with the rest.
import { describe, expect, test } from 'vitest'
import { MAX_ARCHIVE, MAX_ARCHIVE_ENTRIES } from '../../../protocol/limits.ts'
import { kinds, openArchives, pack, rename, type Content } from '../../../test/archives.ts'

describe.each(kinds)('strange archives on %s', async (kind) => {
  const { makeProject, importZip, list, readText } = await openArchives(kind)

  test('[F5] names that lead elsewhere, links and what has no place are skipped, each with a reason; the rest is imported', async () => {
    const made = await makeProject('hostile')
    await made.owner.post(`${made.path}/files`, { path: 'taken', content: 'a file' })
    await made.owner.post(`${made.path}/files`, { path: 'dir', kind: 'folder' })
    let zip = await pack([
      ['good.txt', 'good'],
      ['up1/evil', '1'],
      ['Xabs/evil', '2'],
      ['c1/evil', '3'],
      ['back1evil', '4'],
      ['nul1evil', '5'],
      ['link', { content: '/etc/passwd', mode: 0o120777 }],
      ['pipe', { content: '', mode: 0o010644 }],
      ['taken/below', 'x'],
      ['dir', 'x'],
      ['twice', 'first'],
      ['twicE', 'second'],
      ['__MACOSX/good.txt', 'x'],
      ['sub/.DS_Store', 'x'],
      ['字'.repeat(900), 'x'],
      ['last.txt', 'last'],
    ])
    zip = rename(zip, 'up1/evil', '../.evil')
    zip = rename(zip, 'Xabs/evil', '/abs/evil')
    zip = rename(zip, 'c1/evil', 'c:/evil')
    zip = rename(zip, 'back1evil', 'back\\evil')
    zip = rename(zip, 'nul1evil', 'nul\0evil')
    zip = rename(zip, 'twicE', 'twice')
    const { data } = await importZip(made, zip)
    expect(data.created).toBe(3)
    expect(Object.fromEntries(data.skipped.map(({ path, reason }) => [path, reason]))).toEqual({
      '../.evil': expect.stringContaining('no path within'),
      '/abs/evil': expect.stringContaining('no path within'),
      'c:/evil': expect.stringContaining('no path within'),
      'back\\evil': expect.stringContaining('no path within'),
      'nul\ufffdevil': expect.stringContaining('no path within'),
      link: expect.stringContaining('symbolic link'),
      pipe: expect.stringContaining('no ordinary file'),
      'taken/below': expect.stringContaining('taken is a file'),
      dir: expect.stringContaining('There is a folder'),
      twice: expect.stringContaining('twice'),
      ['字'.repeat(900)]: expect.stringContaining('2560 bytes'),
    })
    expect((await list(made)).map(({ path }) => path)).toEqual([
      'dir',
      'good.txt',
      'last.txt',
      'taken',
      'twice',
    ])
    expect(await readText(made, 'twice')).toBe('first')
  })

  test('[F5] of much that is skipped the first 200 are told, and how many there are', async () => {
    const made = await makeProject('lots')
    const entries = Array.from({ length: 250 }, (_, n): [string, Content] => [
      `n${n}`,
      { content: '', mode: 0o120777 },
    ])
    const { data } = await importZip(made, await pack([...entries, ['last', 'x']]))
    expect(data).toMatchObject({ created: 1, skippedCount: 250 })
    expect(data.skipped.map(({ path }) => path)).toEqual(
      entries.slice(0, 200).map(([path]) => path),
    )
  })

  test('[F5] names are UTF-8, also where nobody says so, or of code page 437', async () => {
    const made = await makeProject('names')
    let zip = await pack([
      ['grXX.txt', '1'],
      ['caX.txt', '2'],
      ['baX.txt', '3'],
    ])
    // Bit 11 of the flags says UTF-8; yazl always sets it.
    const clear = (bytes: Buffer, name: Buffer) => {
      const central = bytes.lastIndexOf(name)
      bytes.writeUInt16LE(bytes.readUInt16LE(central - 46 + 8) & ~0x800, central - 46 + 8)
      return bytes
    }
    zip = clear(rename(zip, 'grXX.txt', 'grü.txt'), Buffer.from('grü.txt'))
    const cp437 = Buffer.concat([Buffer.from('ca'), Buffer.from([0x82]), Buffer.from('.txt')])
    zip = clear(rename(zip, 'caX.txt', cp437), cp437)
    zip = rename(
      zip,
      'baX.txt',
      Buffer.concat([Buffer.from('ba'), Buffer.from([0xff]), Buffer.from('.txt')]),
    )
    const { data } = await importZip(made, zip)
    expect((await list(made)).map(({ path }) => path)).toEqual(['caé.txt', 'grü.txt'])
    expect(data.skipped).toEqual([{ path: 'baÿ.txt', reason: expect.stringContaining('UTF-8') }])
  })

  test('[F5] a bomb is not unpacked: sizes are counted, not believed', async () => {
    const made = await makeProject('bomb')
    const zeros = Buffer.alloc(40 * 1024 * 1024, 'a')
    const honest = await importZip(
      made,
      await pack([
        ['bomb', zeros],
        ['ok', 'ok'],
      ]),
    )
    expect(honest.data).toMatchObject({
      created: 1,
      skipped: [{ path: 'bomb', reason: expect.stringContaining('1048576 bytes') }],
    })
    // It says to be small.
    const liar = await pack([['liar', zeros]])
    for (let at = liar.indexOf('liar'); at >= 0; at = liar.indexOf('liar', at + 1))
      if (liar.readUInt32LE(Math.max(at - 46, 0)) === 0x02014b50)
        liar.writeUInt32LE(10, at - 46 + 24)
    const { data } = await importZip(made, liar)
    expect(data).toMatchObject({ created: 0, skipped: [{ path: 'liar' }] })
    const quota = await importZip(
      made,
      await pack(
        Array.from({ length: 4 }, (_, n): [string, Content] => [`q${n}`, Buffer.alloc(1_000_000)]),
      ),
    )
    expect(quota.data).toMatchObject({
      created: 3,
      skipped: [{ path: 'q3', reason: expect.stringContaining('3145728 bytes') }],
    })
  })

  test('[F5] what is no archive, or too much of one, is refused whole', async () => {
    const made = await makeProject('refused')
    expect((await importZip(made, 'no zip')).error.message).toContain('zip archive')
    expect((await importZip(made, '')).status).toBe(400)
    const whole = await pack([['a', 'a'.repeat(1_000)]])
    expect((await importZip(made, whole.subarray(0, -10))).status).toBe(400)
    // APPNOTE.TXT, section 4.3.16: how many entries there are, 22 bytes before the end.
    const many = Buffer.from(whole)
    many.writeUInt16LE(MAX_ARCHIVE_ENTRIES + 1, many.length - 12)
    expect((await importZip(made, many)).error).toMatchObject({
      code: 'UNPROCESSABLE',
      message: expect.stringContaining(String(MAX_ARCHIVE_ENTRIES)),
    })
    let sent = 0
    const endless = new ReadableStream({
      pull(controller) {
        sent += 1_048_576
        controller.enqueue(new Uint8Array(1_048_576))
      },
    })
    expect((await importZip(made, endless)).error.code).toBe('PAYLOAD_TOO_LARGE')
    expect(sent).toBeLessThan(MAX_ARCHIVE * 1.2)
    expect(await list(made)).toEqual([])
  })

  // APPNOTE.TXT, sections 4.3.14 to 4.3.16 and 4.5.3
  const signature = (bytes: string) => Buffer.from(`504b${bytes}`, 'hex')
  const nowhere = Buffer.alloc(8, 0xff)
  const locate = (place: Buffer) =>
    Buffer.concat([signature('0607'), Buffer.alloc(4), place, Buffer.alloc(4)])
  const end = Buffer.concat([signature('0506'), Buffer.alloc(18)])

  test('[F5] an archive that names a place in no file is refused', async () => {
    const made = await makeProject('nowhere')
    const inDirectory = Buffer.concat([signature('0606'), Buffer.alloc(52)])
    inDirectory.writeUInt8(1, 32)
    nowhere.copy(inDirectory, 48)
    for (const zip of [
      Buffer.concat([locate(nowhere), end]),
      Buffer.concat([inDirectory, locate(Buffer.alloc(8)), end]),
    ]) {
      const { status, error } = await importZip(made, zip)
      expect([status, error.message]).toEqual([400, expect.stringContaining('a place that it')])
    }
  })

  test('[F5] an entry that is nowhere is skipped, and keeps nobody waiting', async () => {
    const made = await makeProject('lost')
    const zip = await pack([
      ['lost', 'lost'],
      ['good', 'good'],
    ])
    const entry = zip.indexOf(signature('0102'))
    zip.writeUInt16LE(zip.readUInt16LE(entry + 30) + 12, entry + 30)
    zip.writeUInt32LE(0xffffffff, entry + 42)
    const name = entry + 46 + 'lost'.length
    const extra = Buffer.concat([Buffer.from('01000800', 'hex'), nowhere])
    const { data } = await importZip(
      made,
      Buffer.concat([zip.subarray(0, name), extra, zip.subarray(name)]),
    )
    expect(data).toMatchObject({
      created: 1,
      skipped: [{ path: 'lost', reason: expect.stringContaining('a place that it') }],
    })
    expect((await importZip(made, await pack([['next', 'next']]))).data.created).toBe(1)
  })
})
