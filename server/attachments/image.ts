// Which image a file is, and how large, by its first bytes: what the uploader says is not believed. Only the formats that
// browsers show, only their headers, and never a loop that does not move on; image-size had three of those
// (CVE-2025-71319, CVE-2025-71329, GHSA-w3rx-r6r6-pgpr).

export interface ImageHeader {
  type: string
  /** Pixels; null when the header does not say, or not within the bytes given */
  width: number | null
  height: number | null
}

/** Enough for the header of every image but a photograph with a preview before its frame. */
export const HEAD_BYTES = 64 * 1024

type Size = [width: number, height: number]
interface Format {
  type: string
  is(head: Buffer): boolean
  /** @throws RangeError beyond the end */
  size(head: Buffer): Size | undefined
}

const ascii = (head: Buffer, start: number, length: number) =>
  head.toString('latin1', start, start + length)

const formats: Format[] = [
  {
    // https://www.w3.org/TR/png-3/#5PNG-file-signature
    type: 'image/png',
    is: (head) => head.subarray(0, 8).equals(Buffer.from('89504e470d0a1a0a', 'hex')),
    size: (head) => [head.readUInt32BE(16), head.readUInt32BE(20)],
  },
  {
    type: 'image/jpeg',
    is: (head) => head.subarray(0, 3).equals(Buffer.from('ffd8ff', 'hex')),
    size: jpegSize,
  },
  {
    type: 'image/gif',
    is: (head) => /^GIF8[79]a$/.test(ascii(head, 0, 6)),
    size: (head) => [head.readUInt16LE(6), head.readUInt16LE(8)],
  },
  {
    type: 'image/webp',
    is: (head) => ascii(head, 0, 4) === 'RIFF' && ascii(head, 8, 4) === 'WEBP',
    size: webpSize,
  },
  {
    type: 'image/avif',
    is: (head) => ascii(head, 4, 4) === 'ftyp' && /^avi[fs]$/.test(ascii(head, 8, 4)),
    size: avifSize,
  },
]

export const imageTypes: ReadonlySet<string> = new Set(formats.map(({ type }) => type))

/** @param start the first bytes of a file, up to HEAD_BYTES; undefined: not an image that browsers show */
export function readImageHeader(start: Uint8Array): ImageHeader | undefined {
  const head = Buffer.from(start.buffer, start.byteOffset, start.byteLength)
  const format = formats.find(({ is }) => is(head))
  if (!format) return undefined
  const [width, height] = sizeOf(format, head) ?? [null, null]
  // Columns are 32 bits wide, and nothing that large is shown.
  const known = width !== null && width > 0 && height > 0 && Math.max(width, height) < 2 ** 31
  return { type: format.type, width: known ? width : null, height: known ? height : null }
}

function sizeOf(format: Format, head: Buffer) {
  try {
    return format.size(head)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** Segments up to the frame header, SOF0 to SOF15 (ITU-T T.81, B.2.2). */
function jpegSize(head: Buffer): Size | undefined {
  for (let at = 2; at < head.length;) {
    if (head.readUInt8(at) !== 0xff) return undefined
    const marker = head.readUInt8(at + 1)
    // Any number of fill bytes may stand before a marker.
    if (marker === 0xff) {
      at += 1
      continue
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrame) return [head.readUInt16BE(at + 7), head.readUInt16BE(at + 5)]
    at += 2 + Math.max(2, head.readUInt16BE(at + 2))
  }
  return undefined
}

/** RFC 9649, sections 2.5 to 2.7 */
function webpSize(head: Buffer): Size | undefined {
  const chunk = ascii(head, 12, 4)
  if (chunk === 'VP8X') return [head.readUIntLE(24, 3) + 1, head.readUIntLE(27, 3) + 1]
  if (chunk === 'VP8 ') return [head.readUInt16LE(26) & 0x3fff, head.readUInt16LE(28) & 0x3fff]
  if (chunk !== 'VP8L') return undefined
  const bits = head.readUInt32LE(21)
  return [(bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1]
}

/** The largest `ispe` of meta → iprp → ipco (ISO/IEC 23008-12, 6.5.3): tiles and thumbnails have smaller ones. */
function avifSize(head: Buffer): Size | undefined {
  let largest: Size | undefined
  const read = (start: number, end: number, depth = 0) => {
    for (let at = start; at + 8 <= end;) {
      const size = head.readUInt32BE(at)
      // 0 and 1 mean "to the end" and "64 bits": nothing that we look for is written so.
      if (size < 8) return
      const name = ascii(head, at + 4, 4)
      const boxEnd = Math.min(at + size, end)
      if (name === 'meta' && depth === 0) read(at + 12, boxEnd, 1)
      else if (name === 'iprp' && depth === 1) read(at + 8, boxEnd, 2)
      else if (name === 'ipco' && depth === 2) read(at + 8, boxEnd, 3)
      else if (name === 'ispe') {
        const found: Size = [head.readUInt32BE(at + 12), head.readUInt32BE(at + 16)]
        if (!largest || found[0] * found[1] > largest[0] * largest[1]) largest = found
      }
      at += size
    }
  }
  read(0, head.length)
  return largest
}
