// The whole test in a sentence or two.
import type { Tested } from './run.ts'
import type { Trial } from './trial.ts'
import { isPrivate } from './ways.ts'
import { lossOf, sayWay, time, works, type Finding } from './words.ts'

export interface Verdict extends Finding {
  title: string
}

/** Of a test that is over */
export function sayVerdict({ socket, devices, refusal, ways, host }: Tested): Verdict {
  const media = mediaVerdict()
  const broken = (devices ?? []).filter(({ label }) => label === null).map(({ device }) => device)
  if (broken.length === 0 || media.grade === 'bad') return media
  const what = broken.map((device) => (device === 'camera' ? 'see' : 'hear')).join(' and ')
  return {
    ...media,
    grade: 'fair',
    text: `${media.text} But nobody will ${what} you: see below.`,
  }

  function mediaVerdict(): Verdict {
    if (socket?.transport === null)
      return {
        grade: 'bad',
        title: 'The server cannot be reached',
        text: 'Without a connection to it there are no calls. Check whether other pages open.',
      }
    if (refusal !== null) return { grade: 'bad', title: 'Calls could not be tested', text: refusal }
    const trials = (ways ?? []).flatMap(({ trial }) => trial ?? [])
    const best = bestOf(trials)
    if (!best) return nothingWorks(trials, host)
    const { grade, text } = sayWay(best, trials, host)
    if (grade !== 'good') return { grade: 'fair', title: 'Calls work, but the line is poor', text }
    const measured = best.echo ? `${time(best.echo.roundTrip)} there and back` : ''
    if (best.way.kind === 'udp')
      return {
        grade: 'good',
        title: 'Calls work well here',
        text: `Picture and sound go straight to the server over UDP, ${measured}.`,
      }
    if (best.way.kind === 'tcp')
      return {
        grade: 'fair',
        title: 'Calls work, but not the best way',
        text:
          `UDP does not get through, so they go over TCP, ${measured}. Picture and sound stutter when the line loses ` +
          'packets. Whoever looks after your network can let UDP out.',
      }
    return {
      grade: 'fair',
      title: 'Calls work through a relay',
      text:
        `Nothing goes straight to the server from here, so a relay passes it on over ${best.way.transport}, ` +
        `${measured}. Whoever looks after your network can let UDP out to the server.`,
    }
  }
}

/** As calls choose: UDP, else TCP, else a relay; of these, the one that loses least */
function bestOf(trials: Trial[]): Trial | undefined {
  const kinds = ['udp', 'tcp', 'relay']
  const rank = ({ way, echo }: Trial) => kinds.indexOf(way.kind) + (echo ? lossOf(echo) : 1)
  return trials.filter(works).toSorted((a, b) => rank(a) - rank(b))[0]
}

function nothingWorks(trials: Trial[], host: string): Verdict {
  const title = 'Calls do not work here'
  const direct = trials.filter(({ way }) => way.kind !== 'relay')
  if (trials.every(({ offered }) => !offered))
    return { grade: 'bad', title, text: 'Your browser gives WebRTC no address to send from.' }
  const unreachable = direct.every(({ way }) => isPrivate(way.address) && way.address !== host)
  if (unreachable && direct.length > 0)
    return {
      grade: 'bad',
      title,
      text:
        'The server announces addresses of a private network only, and none of them can be reached from here. Whoever runs ' +
        'it sets MEDIA_ANNOUNCED_ADDRESSES to one that can.',
    }
  return {
    grade: 'bad',
    title,
    text:
      'Picture and sound get through on no way. A firewall is in between, here or at the server; try another network, such ' +
      'as a phone’s, to see where.',
  }
}
