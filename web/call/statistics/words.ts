// Statistics as people say them, and as text to send to whoever helps.
import type { PathStats } from '../stats.ts'
import type { Rates, ReceivingRate, SendingRate } from './rates.ts'

export const bitrate = (bits: number) =>
  bits >= 1e6 ? `${(bits / 1e6).toFixed(2)} Mbit/s` : `${Math.round(bits / 1e3)} kbit/s`
export const percent = (share: number) => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`
export const milliseconds = (seconds: number) => `${Math.round(seconds * 1e3)} ms`
export const picture = (one: {
  frameWidth: number
  frameHeight: number
  framesPerSecond: number
}) =>
  one.frameWidth > 0
    ? `${one.frameWidth}×${one.frameHeight}, ${Math.round(one.framesPerSecond)} fps`
    : '–'

export const sourceNames = {
  camera: 'Camera',
  microphone: 'Microphone',
  screen: 'Screen',
  'screen-audio': 'Sound of the screen',
}

/** Counted from 1: people do. */
export function layerName({ layers, layer, wantedLayer }: ReceivingRate): string {
  if (layers <= 1) return '–'
  const now = layer ?? wantedLayer
  const wanted = wantedLayer !== null && wantedLayer !== now ? `, ${wantedLayer + 1} wanted` : ''
  return now === null ? `? of ${layers}` : `${now + 1} of ${layers}${wanted}`
}

export const pathName = ({ direction }: PathStats) =>
  direction === 'send' ? 'From here' : 'To here'

interface Facts {
  at: Date
  browser: string
  nameOf(peerId: string): string
}

export function asText(
  { receiving, sending, paths }: Rates,
  { at, browser, nameOf }: Facts,
): string {
  const pathLine = (path: PathStats) =>
    `${pathName(path)}: ${path.state}, ${path.protocol}, ${path.local} → ${path.remote}, round trip ` +
    `${milliseconds(path.roundTrip)}${path.available ? `, ${bitrate(path.available)} free` : ''}`
  const sendingLine = (one: SendingRate) =>
    `Sending ${one.source} (${one.codec}): ${bitrate(one.bitrate)}, ${picture(one)}, layers ${one.layers}, lost ` +
    `${percent(one.lost)}, round trip ${milliseconds(one.roundTrip)}${one.limit && `, limited by ${one.limit}`}`
  const receivingLine = (one: ReceivingRate) =>
    `Receiving ${one.source} of ${nameOf(one.peerId)} (${one.codec}): ${
      one.paused ? 'paused' : `${bitrate(one.bitrate)}, ${picture(one)}`
    }, layer ${layerName(one)}, lost ${percent(one.lost)} (${one.packetsLost} packets in all), jitter ` +
    milliseconds(one.jitter)
  return [
    `Call statistics, ${at.toISOString()}`,
    browser,
    ...paths.map(pathLine),
    ...sending.map(sendingLine),
    ...receiving.map(receivingLine),
  ].join('\n')
}
