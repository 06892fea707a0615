// The test as text, with what a person who helps would ask for.
import type { Tested } from './run.ts'
import { sayVerdict } from './verdict.ts'
import type { Trial } from './trial.ts'
import { nameWay, noRelay, placeOf, sayDevice, saySocket, sayWay, type Grade } from './words.ts'

const marks: Record<Grade, string> = { good: '[ok]', fair: '[so-so]', bad: '[fails]', spare: '[-]' }

export function asText(tested: Tested, browser: string): string {
  const { startedAt, host, socket, devices, ways, refusal, state } = tested
  const verdict = sayVerdict(tested)
  const trials = (ways ?? []).flatMap(({ trial }) => trial ?? [])
  const line = ({ grade, text }: { grade: Grade; text: string }, what: string) =>
    `${marks[grade]} ${what}: ${text}`
  return [
    `OpenLaunch connection test, ${startedAt.toISOString()}, ${host}${state === 'cancelled' ? ' (cancelled)' : ''}`,
    browser,
    ...(state === 'done' ? [`${verdict.title}. ${verdict.text}`] : []),
    '',
    ...(socket ? [line(saySocket(socket), `Server (${socket.transport ?? 'no connection'})`)] : []),
    ...(devices ?? []).map((one) => line(sayDevice(one), one.device)),
    ...(refusal === null ? [] : [`${marks.bad} ${refusal}`]),
    ...trials.flatMap((trial) => [
      line(sayWay(trial, trials, host), `${nameWay(trial.way)} (${placeOf(trial.way)})`),
      `    ${facts(trial)}`,
    ]),
    ...(ways && !hasRelay(ways) ? [line(noRelay(trials), 'Through a relay')] : []),
  ].join('\n')
}

export const hasRelay = (ways: NonNullable<Tested['ways']>) =>
  ways.some(({ way }) => way.kind === 'relay')

function facts({ reached, arrived, took, echo, errors, pair, refused }: Trial): string {
  const told = [
    `came to: ${reached}`,
    `${refused ? 'refused after' : 'took'} ${Math.round(took)} ms`,
    `arrived at the server: ${arrived === null ? 'unknown' : arrived ? 'yes' : 'no'}`,
    ...(echo
      ? [
          `${echo.received} of ${echo.sent} messages back, median ${echo.roundTrip.toFixed(1)} ms, jitter ${echo.jitter.toFixed(1)} ms`,
        ]
      : []),
    ...errors.map(({ code, text }) => `ICE error ${code} ${text}`),
    ...(pair ? [pair] : []),
  ]
  return told.join('; ')
}
