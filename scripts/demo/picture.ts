// A picture for the demo's chat, made on the spot: an orbit that drifts, as PNG.
import { crc32, deflateSync } from 'node:zlib'

const WIDTH = 640
const HEIGHT = 360
/** Of the palette */
const BACKGROUND = 0
const EARTH = 1
const ORBIT = 2
const DRIFT = 3
const palette = [0x101828, 0x4dabf7, 0x69db7c, 0xff8787]

/** PNG, third edition, section 5.3 */
function chunk(type: string, data: Buffer) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}

export function drawOrbit(): Blob {
  // Each row begins with its filter: none.
  const rows = Buffer.alloc((WIDTH + 1) * HEIGHT, BACKGROUND)
  const dot = (x: number, y: number, radius: number, colour: number) => {
    for (let row = Math.ceil(y - radius); row <= y + radius; row++)
      for (let column = Math.ceil(x - radius); column <= x + radius; column++)
        if (Math.hypot(column - x, row - y) <= radius) rows[row * (WIDTH + 1) + column + 1] = colour
  }
  const [x, y] = [WIDTH / 2, HEIGHT / 2]
  for (let turn = 0; turn < 4; turn += 0.001) {
    const angle = turn * 2 * Math.PI
    const far = 110 + 12 * turn
    dot(x + 1.6 * far * Math.cos(angle), y + far * Math.sin(angle), 1.2, DRIFT)
    dot(x + 176 * Math.cos(angle), y + 110 * Math.sin(angle), 1.8, ORBIT)
  }
  dot(x, y, 34, EARTH)

  const header = Buffer.alloc(13)
  header.writeUInt32BE(WIDTH, 0)
  header.writeUInt32BE(HEIGHT, 4)
  // 8 bits, by palette
  header.set([8, 3], 8)
  const colours = palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255])
  const png = Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(colours)),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
  return new Blob([png], { type: 'image/png' })
}
