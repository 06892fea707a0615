// The smallest beginnings of images, 300 by 200, by their specifications.

const hex = (text: string) => Buffer.from(text.replaceAll(/\s/g, ''), 'hex')

/** An ISO BMFF box */
function box(name: string, ...content: Buffer[]) {
  const body = Buffer.concat(content)
  const head = Buffer.alloc(8)
  head.writeUInt32BE(8 + body.length)
  head.write(name, 4, 'latin1')
  return Buffer.concat([head, body])
}
const ispe = (size: string) => box('ispe', hex('00000000'), hex(size))

export const images = {
  'image/png': hex('89504e470d0a1a0a 0000000d 49484452 0000012c 000000c8 08060000 00'),
  'image/jpeg': hex('ffd8 ffe0 0004 0000 ffff ffc2 000b 08 00c8 012c 01 011100 ffd9'),
  'image/gif': hex('474946383961 2c01 c800 000000 3b'),
  'image/webp': Buffer.concat([
    Buffer.from('RIFF----WEBPVP8X----\u0000\u0000\u0000\u0000'),
    hex('2b0100 c70000'),
  ]),
  'image/avif': Buffer.concat([
    box('ftyp', Buffer.from('avif----mif1')),
    box(
      'meta',
      hex('00000000'),
      box('hdlr', Buffer.alloc(24)),
      box('iprp', box('ipco', ispe('00000040 00000040'), ispe('0000012c 000000c8'))),
    ),
  ]),
}
