import { expect, test } from 'vitest'
import { readImageHeader } from './image.ts'
import { images } from './fixture.ts'

test.each(Object.entries(images))('recognises %s and its size by the bytes', (type, bytes) => {
  expect(readImageHeader(bytes)).toEqual({ type, width: 300, height: 200 })
})

test('looks behind the preview in a photograph, and admits not to know what is too far', () => {
  const [start, frame] = [images['image/jpeg'].subarray(0, 2), images['image/jpeg'].subarray(2)]
  const preview = Buffer.concat([Buffer.from('ffe1fffe', 'hex'), Buffer.alloc(0xfffc, 0xff)])
  expect(readImageHeader(Buffer.concat([start, preview, frame]))).toMatchObject({ width: 300 })
  expect(readImageHeader(Buffer.concat([start, preview]))).toMatchObject({ width: null })
})

test('anything else is no image', () => {
  const texts = ['', 'GIF', '<svg xmlns="http://www.w3.org/2000/svg"/>', '<html>', 'RIFF....WAVE']
  for (const text of texts) expect(readImageHeader(Buffer.from(text))).toBeUndefined()
})

test('no damage makes it fail or run on', () => {
  let state = 1
  const random = (end: number) => (state = (state * 48_271) % 0x7fffffff) % end
  for (let round = 0; round < 3_000; round++) {
    const source = Object.values(images)[round % 5] ?? Buffer.alloc(0)
    const bytes = Buffer.concat([source, Buffer.alloc(random(200))]).subarray(0, 1 + random(300))
    // The first twelve say which format it is.
    for (let hits = random(8); hits > 0 && bytes.length > 12; hits--) {
      bytes[12 + random(bytes.length - 12)] = [0, 1, 0xff, random(256)][random(4)] ?? 0
    }
    const header = readImageHeader(bytes)
    for (const side of [header?.width ?? 1, header?.height ?? 1]) expect(side).toBeGreaterThan(0)
  }
})
