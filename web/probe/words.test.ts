// What is said for what was found. That the findings are real: test/probe.test.ts, in a real Chromium.
import { expect, test } from 'vitest'
import { asText } from './report.ts'
import type { Tested } from './run.ts'
import type { Trial } from './trial.ts'
import { sayVerdict } from './verdict.ts'
import { isPrivate, planWays, type Way } from './ways.ts'
import { noRelay, sayDevice, saySocket, sayWay } from './words.ts'

const HOST = 'launch.example.org'
const way = (kind: Way['kind'], address = '203.0.113.5'): Way =>
  kind === 'relay'
    ? { kind, address, port: 3_478, url: `turn:${address}:3478`, transport: 'UDP' }
    : { kind, address, port: 20_000, url: null, transport: kind.toUpperCase() }

const echo = { sent: 200, received: 200, roundTrip: 12, jitter: 1 }
const trial = (of: Way, more: Partial<Trial> = {}): Trial => ({
  way: of,
  reached: 'nothing',
  arrived: false,
  offered: true,
  errors: [],
  took: 10_000,
  refused: false,
  echo: null,
  pair: '',
  ...more,
})
const good = (of: Way, more: Partial<typeof echo> = {}) =>
  trial(of, { reached: 'echo', arrived: true, echo: { ...echo, ...more } })
const say = (first: Trial, ...others: Trial[]) => sayWay(first, [first, ...others], HOST)
const tested = (trials: Trial[], more: Partial<Tested> = {}): Tested => ({
  state: 'done',
  startedAt: new Date(0),
  host: HOST,
  socket: { transport: 'websocket', roundTrip: 20 },
  devices: [],
  refusal: null,
  ways: trials.map((one) => ({ way: one.way, trial: one })),
  ...more,
})

test('a way that works: how fast, and what it is good for', () => {
  expect(say(good(way('udp')))).toEqual({
    grade: 'good',
    text: 'Works: 12 ms there and back, nothing lost. The best way for calls.',
  })
  expect(say(good(way('udp'), { received: 180 }))).toMatchObject({
    grade: 'fair',
    text: expect.stringContaining('10 % lost'),
  })
  expect(say(good(way('tcp'), { roundTrip: 450 })).text).toContain('talk over each other')
})

test('UDP is blocked: TCP to the same address tells so', () => {
  expect(say(trial(way('udp')), good(way('tcp')))).toEqual({
    grade: 'bad',
    text:
      'Your network, or a firewall at the server, blocks UDP to 203.0.113.5:20000. Calls go over TCP instead, which is ' +
      'worse when the line loses packets.',
  })
  expect(say(trial(way('udp'), { arrived: true })).text).toContain('its answers do not come back')
  const loopback = trial(way('udp', '127.0.0.1'), { arrived: true })
  expect(say(loopback).text).toContain('a firewall or router')
  expect(say(loopback, good(way('udp')))).toMatchObject({
    grade: 'spare',
    text: expect.stringContaining('answers from its other address'),
  })
  expect(say(trial(way('udp'), { offered: false })).text).toContain('no address to send from')
})

test('a wrong address is the server’s matter, unless another one works', () => {
  const wrong = trial(way('udp', '10.0.0.5'))
  expect(say(wrong)).toMatchObject({
    grade: 'bad',
    text: expect.stringMatching(/^The server announces 10\.0\.0\.5, .* MEDIA_ANNOUNCED_ADDRESSES/),
  })
  expect(say(wrong, good(way('udp')))).toMatchObject({
    grade: 'spare',
    text: expect.stringContaining('It is not needed: another address of the server works.'),
  })
  expect(say(trial(way('tcp'), { refused: true })).text).toContain('refuses the connection')
  expect(isPrivate('172.31.0.1') && isPrivate('100.64.0.1') && isPrivate('fd00::1')).toBe(true)
  expect(isPrivate('172.32.0.1') || isPrivate('2001:db8::1')).toBe(false)
})

test('it stops halfway: what came through says where', () => {
  expect(say(trial(way('udp'), { reached: 'server' })).text).toContain('larger packets get lost')
  expect(say(trial(way('udp'), { reached: 'encrypted' })).text).toContain('nothing that is sent')
})

test('a relay says why in numbers; people read it in words', () => {
  const relay = (code: number | null, more: Partial<Trial> = {}) =>
    say(trial(way('relay'), { errors: code === null ? [] : [{ code, text: 'Odd' }], ...more })).text
  expect(relay(401)).toContain('turned down the password')
  expect(relay(701)).toContain('cannot be reached over UDP')
  expect(relay(null)).toContain('cannot be reached over UDP')
  expect(relay(486)).toContain('is full')
  expect(relay(500)).toContain('error 500: Odd')
  expect(relay(null, { reached: 'relay' })).toContain('forbids the address')
  expect(relay(null, { reached: 'relay', arrived: true })).toContain('do not come back')
  expect(noRelay([good(way('udp'))]).grade).toBe('spare')
  expect(noRelay([trial(way('udp'))])).toMatchObject({ grade: 'bad' })
})

test('the socket and the devices', () => {
  expect(saySocket({ transport: 'websocket', roundTrip: 20.4 }).text).toBe(
    'Works: 20 ms there and back.',
  )
  expect(saySocket({ transport: 'polling', roundTrip: 20 })).toMatchObject({
    grade: 'fair',
    text: expect.stringContaining('WebSockets'),
  })
  expect(saySocket({ transport: null, roundTrip: 0 }).grade).toBe('bad')
  const microphone = { device: 'microphone' as const, problem: null, silent: false, size: '' }
  expect(sayDevice({ ...microphone, label: 'USB' }).text).toBe('Works: USB.')
  expect(sayDevice({ ...microphone, label: 'USB', silent: true }).text).toContain('silence')
  expect(sayDevice({ ...microphone, label: null, problem: 'No microphone was found.' })).toEqual({
    grade: 'bad',
    text: 'No microphone was found.',
  })
})

test('in a sentence: the best way that works decides', () => {
  const [udp, tcp, relay] = [way('udp'), way('tcp'), way('relay')]
  const title = (...trials: Trial[]) => sayVerdict(tested(trials)).title
  expect(title(good(udp), good(tcp))).toBe('Calls work well here')
  expect(title(trial(udp), good(tcp))).toBe('Calls work, but not the best way')
  expect(title(trial(udp), trial(tcp), good(relay))).toBe('Calls work through a relay')
  expect(title(good(udp, { received: 150 }), good(tcp))).toBe('Calls work, but the line is poor')
  expect(title(trial(udp), trial(tcp))).toBe('Calls do not work here')
  const hidden = trial(way('udp', '10.0.0.5'))
  expect(sayVerdict(tested([hidden])).text).toContain('private network only')
  const deaf = {
    device: 'microphone' as const,
    label: null,
    problem: 'No',
    silent: false,
    size: '',
  }
  expect(sayVerdict(tested([good(udp)], { devices: [deaf] }))).toMatchObject({
    grade: 'fair',
    text: expect.stringContaining('nobody will hear you'),
  })
  const silent = tested([], { socket: { transport: null, roundTrip: 0 } })
  expect(sayVerdict(silent).title).toBe('The server cannot be reached')
  expect(sayVerdict(tested([], { refusal: 'Being prepared' })).text).toBe('Being prepared')
})

test('the ways of a server; loopback only for browsers beside it', () => {
  const candidate = (address: string, protocol: 'udp' | 'tcp') => {
    return {
      foundation: '1',
      priority: 1,
      address,
      ip: address,
      protocol,
      port: 1,
      type: 'host' as const,
    }
  }
  const parameters = {
    transportId: '',
    iceParameters: { usernameFragment: '', password: '' },
    dtlsParameters: { fingerprints: [] },
    iceCandidates: (['udp', 'tcp'] as const).flatMap((protocol) => [
      candidate('203.0.113.5', protocol),
      candidate('127.0.0.1', protocol),
    ]),
    iceServers: [
      {
        urls: ['turn:relay.example:80?transport=tcp', 'turns:[2001:db8::1]', 'turn:relay.example'],
        username: '',
        credential: '',
      },
    ],
  }
  const told = (host: string) =>
    planWays(parameters, host).map(
      ({ address, port, transport }) => `${transport} ${address} ${port}`,
    )
  expect(told(HOST)).toEqual([
    'UDP 203.0.113.5 1',
    'TCP 203.0.113.5 1',
    'TCP relay.example 80',
    'TLS [2001:db8::1] 5349',
    'UDP relay.example 3478',
  ])
  expect(told('localhost')).toHaveLength(7)
})

test('the report has what a person who helps asks for', () => {
  const failed = trial(way('relay'), { errors: [{ code: 401, text: 'Unauthorized' }] })
  const text = asText(tested([good(way('udp')), failed]), 'Browser 1.0')
  expect(text).toContain('[ok] Straight to the server, over UDP (203.0.113.5:20000): Works')
  expect(text).toContain('ICE error 401 Unauthorized')
  expect(text).toContain('200 of 200 messages back, median 12.0 ms')
  expect(text).toContain('Browser 1.0')
})
