// What was found, in words for people: what works and how well, what does not, and the likely reason.
import type { DeviceTrial } from './devices.ts'
import type { Echo } from './echo.ts'
import type { SocketTrial } from './run.ts'
import { steps, type Reached, type Trial } from './trial.ts'
import { isLoopback, isPrivate, type Way } from './ways.ts'

/** `spare`: it does not work, and nobody needs it */
export type Grade = 'good' | 'fair' | 'bad' | 'spare'

export interface Finding {
  grade: Grade
  text: string
}

/** From here on people notice. */
const SLOW = 300
const LOSSY = 0.03

export const nameWay = ({ kind, transport }: Way) =>
  kind === 'relay'
    ? `Through a relay, over ${transport}`
    : `Straight to the server, over ${transport}`
export const placeOf = ({ address, port }: Way) =>
  `${address.includes(':') && !address.startsWith('[') ? `[${address}]` : address}:${port}`

export const time = (milliseconds: number) => `${Math.max(1, Math.round(milliseconds))} ms`
export const lossOf = ({ sent, received }: Echo) => (sent === 0 ? 1 : 1 - received / sent)
export const works = ({ reached }: Trial) => reached === 'echo'
const cameTo = ({ reached }: Trial, step: Reached) => steps.indexOf(reached) >= steps.indexOf(step)

export function saySocket({ transport, roundTrip }: SocketTrial): Finding {
  if (transport === null)
    return {
      grade: 'bad',
      text: 'The server does not answer. It may be stopped, or this computer is in no network.',
    }
  if (transport !== 'websocket')
    return {
      grade: 'fair',
      text:
        `Works by polling, ${time(roundTrip)} there and back: something on the way does not let WebSockets ` +
        'through, probably a proxy. Everything is a little slower; calls are possible.',
    }
  const slow = roundTrip > SLOW
  return {
    grade: slow ? 'fair' : 'good',
    text: `Works: ${time(roundTrip)} there and back.${slow ? ' That is slow; joining a call takes a while.' : ''}`,
  }
}

export function sayDevice({ device, label, problem, silent, size }: DeviceTrial): Finding {
  if (label === null) return { grade: 'bad', text: problem ?? `No ${device} was found.` }
  if (silent && device === 'microphone')
    return {
      grade: 'fair',
      text: `${label} gives nothing but silence: it may be muted at the device or in the system.`,
    }
  if (silent)
    return { grade: 'fair', text: `${label} gives no picture: it may be covered or switched off.` }
  return { grade: 'good', text: `Works: ${label}${size && `, ${size}`}.` }
}

/** @param all those of the same test: one way that works tells of another one that does not */
export function sayWay(trial: Trial, all: Trial[], host: string): Finding {
  if (trial.echo && works(trial)) return sayQuality(trial, trial.echo)
  const same = all.filter(({ way }) => way.kind === trial.way.kind)
  const spare = same.some(works)
  const reason = trial.way.kind === 'relay' ? sayRelay(trial) : sayDirect(trial, all, host)
  if (!spare) return { grade: 'bad', text: reason }
  const other = trial.way.kind === 'relay' ? 'another relay' : 'another address of the server'
  return { grade: 'spare', text: `${reason} It is not needed: ${other} works.` }
}

function sayQuality({ way }: Trial, echo: Echo): Finding {
  const loss = lossOf(echo)
  const lost = loss === 0 ? 'nothing lost' : `${Number((loss * 100).toPrecision(2))} % lost`
  const measured = `${time(echo.roundTrip)} there and back, ${lost}`
  if (loss > LOSSY)
    return {
      grade: 'fair',
      text: `Works badly: ${measured}. Voices get choppy and pictures freeze; a cable or a place nearer to the Wi-Fi may help.`,
    }
  if (echo.roundTrip > SLOW)
    return {
      grade: 'fair',
      text: `Works, but slowly: ${measured}. People will talk over each other.`,
    }
  const use = {
    udp: 'The best way for calls.',
    tcp: 'Calls take it where UDP does not work; it stutters when the line loses packets.',
    relay: 'Calls take it where nothing goes straight to the server.',
  }
  return { grade: 'good', text: `Works: ${measured}. ${use[way.kind]}` }
}

const tooLarge =
  'but the encrypted connection does not come about: larger packets get lost on the way, as with a VPN whose packet ' +
  'size (MTU) is wrong.'

function sayDirect(trial: Trial, all: Trial[], host: string): string {
  const { way, refused, arrived } = trial
  const place = placeOf(way)
  if (cameTo(trial, 'encrypted'))
    return `The connection to ${place} stands, but nothing that is sent on it comes back.`
  if (cameTo(trial, 'server')) return `${place} answers, ${tooLarge}`
  if (!trial.offered)
    return 'Your browser has no address to send from: it is in no network, or an extension or a policy keeps WebRTC from using it.'
  // A worker that listens everywhere answers from the address that the browser on its machine sent from.
  if (
    arrived &&
    isLoopback(way.address) &&
    all.some((one) => one.way.kind === way.kind && works(one))
  )
    return `Packets from here reach ${place}, but this machine answers from its other address, and browsers take no such answers.`
  if (arrived)
    return `Packets from here reach ${place}, but its answers do not come back: a firewall or router on the way drops them.`
  const here = all.filter((other) => other.way.address === way.address && other !== trial)
  if (here.some(works))
    return way.kind === 'udp'
      ? `Your network, or a firewall at the server, blocks UDP to ${place}. Calls go over TCP instead, which is worse ` +
          'when the line loses packets.'
      : `Your network, or a firewall at the server, blocks TCP to ${place}.`
  if (isPrivate(way.address) && way.address !== host) {
    const what = isLoopback(way.address)
      ? 'which means your own machine'
      : 'an address of a private network'
    return (
      `The server announces ${way.address}, ${what}, and your machine does not find it there. Whoever runs it sets ` +
      'MEDIA_ANNOUNCED_ADDRESSES to an address that can be reached from here.'
    )
  }
  if (way.address.includes(':'))
    return `No answer from ${place}: your network has no IPv6, or a firewall blocks it.`
  if (way.kind === 'tcp' && refused)
    return `${place} refuses the connection: a firewall rejects it, or nothing listens there.`
  return (
    `No answer from ${place}: a firewall blocks ${way.kind.toUpperCase()}, or the server announces a wrong ` +
    'address (MEDIA_ANNOUNCED_ADDRESSES).'
  )
}

function sayRelay(trial: Trial): string {
  const { way, errors, arrived } = trial
  const place = placeOf(way)
  if (cameTo(trial, 'encrypted'))
    return `The connection through ${place} stands, but nothing that is sent on it comes back.`
  if (cameTo(trial, 'server')) return `The server answers through ${place}, ${tooLarge}`
  if (cameTo(trial, 'relay')) {
    return arrived
      ? `The relay ${place} reaches the server, but the server's answers do not come back: a firewall at the relay drops them.`
      : `The relay ${place} takes us, but does not get through to the server's media ports: a firewall is in between, ` +
          'or the relay forbids the address that the server announces.'
  }
  const [error] = errors.filter(({ code }) => code !== 701)
  if (error?.code === 401 || error?.code === 441)
    return (
      `The relay ${place} turned down the password that the server gave: TURN_SECRET is not the relay's secret, or ` +
      'the clocks of the two differ.'
    )
  if (error?.code === 403) return `The relay ${place} forbids this: its rules do not allow us.`
  if (error?.code === 486 || error?.code === 508)
    return `The relay ${place} is full: it takes no more connections at the moment.`
  if (error) return `The relay ${place} answers with error ${error.code}: ${error.text}`
  return (
    `The relay ${place} cannot be reached over ${way.transport}: a firewall blocks it, it is not running, or ` +
    'TURN_URLS names the wrong address.'
  )
}

export const noRelay = (all: Trial[]): Finding =>
  all.some(works)
    ? {
        grade: 'spare',
        text: 'No TURN server is set up. It is not needed from here: picture and sound go straight to the server.',
      }
    : {
        grade: 'bad',
        text: 'No TURN server is set up. One that listens on a port which your network lets out, such as 443, would help.',
      }
