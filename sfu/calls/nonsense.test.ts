// Whatever a client sends, it gets an answer in words, and neither the worker nor anybody else's call suffers.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { callReactions, type CallRequests } from '../../protocol/calls.ts'
import { AppError } from '../../protocol/errors.ts'
import type { Caller } from '../../protocol/requests.ts'
import { createLocalBus } from '../../realtime/bus.ts'
import { createRandom } from '../../test/random.ts'
import chromium from './chromium.json' with { type: 'json' }
import { joinCall, openStage, type StageNode } from './stage.ts'

const { dtlsParameters, rtpCapabilities, camera } = chromium

let stage: Awaited<ReturnType<typeof openStage>>
let node: StageNode
let projectId: string
let caller: Caller
let sendId: string
let receiveId: string
/** Of somebody else */
let producerId: string
let pids: number[]

beforeAll(async () => {
  stage = await openStage()
  node = stage.addNode(createLocalBus(), { portMin: 21_300, portMax: 21_350, workers: 1 })
  projectId = await stage.addProject()
  const other = await joinCall(node, { projectId }, await stage.addPerson(projectId))
  producerId = (await other.produce('camera')).producerId
  caller = await stage.addPerson(projectId)
  ;({ sendId, receiveId } = await joinCall(node, { projectId }, caller))
  pids = node.calls.workerPids()
}, 600_000)
afterAll(() => stage.close())

const connect = (value: unknown) => () => ({ transportId: sendId, dtlsParameters: value })
const fingerprint = (algorithm: string, value: string) => ({ fingerprints: [{ algorithm, value }] })
const produce =
  (rtpParameters: unknown, more: object = {}) =>
  () => ({
    transportId: sendId,
    kind: 'video',
    source: 'camera',
    rtpParameters,
    ...more,
  })
const consume =
  (more: object = {}) =>
  () => ({
    transportId: receiveId,
    producerId,
    rtpCapabilities,
    ...more,
  })

type Row = [keyof CallRequests, string, () => object, string]
const rows: Row[] = [
  ['call_join', 'a project that is no uuid', () => ({ projectId: 'x' }), 'VALIDATION_ERROR'],
  ['call_join', 'an unknown project', () => ({ projectId: randomUUID() }), 'NOT_FOUND'],
  ['call_create_transport', 'no direction', () => ({}), 'VALIDATION_ERROR'],
  ['call_connect_transport', 'nothing', connect(undefined), 'VALIDATION_ERROR'],
  ['call_connect_transport', 'no fingerprints', connect({ fingerprints: [] }), 'VALIDATION_ERROR'],
  [
    'call_connect_transport',
    'an empty fingerprint',
    connect(fingerprint('sha-256', '')),
    'VALIDATION_ERROR',
  ],
  [
    'call_connect_transport',
    'a short fingerprint',
    connect(fingerprint('sha-256', 'AB:CD')),
    'VALIDATION_ERROR',
  ],
  [
    'call_connect_transport',
    'an unknown hash',
    connect(fingerprint('md5', 'AB:CD')),
    'VALIDATION_ERROR',
  ],
  [
    'call_connect_transport',
    'an unknown role',
    connect({ ...dtlsParameters, role: 'boss' }),
    'VALIDATION_ERROR',
  ],
  [
    'call_connect_transport',
    'a foreign transport',
    () => ({ transportId: randomUUID(), dtlsParameters }),
    'NOT_FOUND',
  ],
  ['call_restart_ice', 'a foreign transport', () => ({ transportId: randomUUID() }), 'NOT_FOUND'],
  ['call_produce', 'a text as parameters', produce('x'), 'VALIDATION_ERROR'],
  ['call_produce', 'no codecs', produce({ ...camera, codecs: [] }), 'VALIDATION_ERROR'],
  [
    'call_produce',
    'an unknown codec',
    produce({ ...camera, codecs: [{ ...camera.codecs[0], mimeType: 'video/what' }] }),
    'VALIDATION_ERROR',
  ],
  [
    'call_produce',
    'only RTX',
    produce({ ...camera, codecs: [camera.codecs[1]] }),
    'VALIDATION_ERROR',
  ],
  [
    'call_produce',
    'an encoding of nothing',
    produce({ ...camera, encodings: [{}], mid: undefined }),
    'VALIDATION_ERROR',
  ],
  [
    'call_produce',
    'parameters in parameters',
    produce({ ...camera, codecs: [{ ...camera.codecs[0], parameters: { deep: { deeper: [] } } }] }),
    'VALIDATION_ERROR',
  ],
  ['call_produce', 'sound as picture', produce(chromium.microphone), 'VALIDATION_ERROR'],
  [
    'call_produce',
    'a microphone that is video',
    produce(camera, { source: 'microphone' }),
    'VALIDATION_ERROR',
  ],
  ['call_produce', 'an unknown source', produce(camera, { source: 'smell' }), 'VALIDATION_ERROR'],
  [
    'call_produce',
    'the receiving transport',
    () => ({ ...produce(camera)(), transportId: receiveId }),
    'VALIDATION_ERROR',
  ],
  [
    'call_produce',
    'a foreign transport',
    produce(camera, { transportId: randomUUID() }),
    'NOT_FOUND',
  ],
  ['call_consume', 'an unknown producer', consume({ producerId: randomUUID() }), 'NOT_FOUND'],
  ['call_consume', 'a foreign transport', consume({ transportId: randomUUID() }), 'NOT_FOUND'],
  [
    'call_consume',
    'the sending transport',
    () => ({ ...consume()(), transportId: sendId }),
    'VALIDATION_ERROR',
  ],
  ['call_consume', 'no capabilities', consume({ rtpCapabilities: {} }), 'VALIDATION_ERROR'],
  [
    'call_consume',
    'capabilities without a common codec',
    consume({ rtpCapabilities: { codecs: rtpCapabilities.codecs.slice(0, 1) } }),
    'VALIDATION_ERROR',
  ],
  ['call_pause_producer', 'a foreign producer', () => ({ producerId, paused: true }), 'NOT_FOUND'],
  ['call_close_producer', 'a foreign producer', () => ({ producerId }), 'NOT_FOUND'],
  [
    'call_resume_consumer',
    'an unknown consumer',
    () => ({ consumerId: randomUUID() }),
    'NOT_FOUND',
  ],
  [
    'call_set_layers',
    'an unknown consumer',
    () => ({ consumerId: randomUUID(), spatialLayer: 0 }),
    'NOT_FOUND',
  ],
  [
    'call_set_layers',
    'a layer below zero',
    () => ({ consumerId: randomUUID(), spatialLayer: -1 }),
    'VALIDATION_ERROR',
  ],
  ['call_pause_consumer', 'an unknown consumer', () => ({ consumerId: randomUUID() }), 'NOT_FOUND'],
  [
    'call_raise_hand',
    'an unknown peer',
    () => ({ raised: false, peerId: randomUUID() }),
    'NOT_FOUND',
  ],
  ['call_raise_hand', 'no hand', () => ({}), 'VALIDATION_ERROR'],
  [
    'call_standup',
    'people who are not there',
    () => ({ action: 'start', order: [randomUUID()] }),
    'VALIDATION_ERROR',
  ],
  ['call_standup', 'no round', () => ({ action: 'next' }), 'CONFLICT'],
  ['call_standup', 'an unknown action', () => ({ action: 'dance' }), 'VALIDATION_ERROR'],
  ['call_react', 'a text', () => ({ emoji: 'hello' }), 'VALIDATION_ERROR'],
  ['call_join', 'an unknown channel', () => ({ channelId: randomUUID() }), 'NOT_FOUND'],
]

test.each(rows)('[CA3] %s with %s', async (name, _, payload, code) => {
  await expect(node.ask(caller, name, { projectId, ...payload() })).rejects.toMatchObject({ code })
  expect(node.calls.workerPids()).toEqual(pids)
})

test('requests of somebody who never joined', async () => {
  const stranger = await stage.addPerson(projectId)
  /** For whoever is not in the call */
  const own = ['call_join', 'call_leave', 'call_decline', 'call_knock']
  const names = Object.keys(node.calls.handlers).filter(
    (name) => name.startsWith('call_') && !own.includes(name),
  ) as (keyof CallRequests)[]
  const ids = {
    transportId: sendId,
    producerId,
    consumerId: producerId,
    dtlsParameters,
    rtpCapabilities,
  }
  const anything = {
    ...produce(camera)(),
    ...ids,
    direction: 'send',
    paused: true,
    spatialLayer: 0,
    raised: true,
    emoji: callReactions[0],
    peerId: randomUUID(),
    source: 'microphone',
    locked: true,
    action: 'stop',
    knockId: randomUUID(),
    admit: true,
  }
  for (const name of names) {
    await expect(node.ask(stranger, name, { projectId, ...anything })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      details: { joined: false },
    })
  }
})

const oddities = [
  null,
  undefined,
  0,
  -1,
  1,
  255,
  2 ** 31,
  2 ** 40,
  0.5,
  '',
  'x',
  '\u0000',
  'é'.repeat(300),
  true,
  [],
  {},
  [[]],
]

/** Changes one place anywhere inside. */
function spoil(value: unknown, random: () => number): unknown {
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)]
  if (typeof value !== 'object' || value === null || random() < 0.15) return pick(oddities)
  const entries = Object.entries(value)
  const [key] = pick(entries) ?? []
  if (key === undefined) return pick(oddities)
  if (Array.isArray(value)) {
    const copy: unknown[] = [...(value as unknown[])]
    const index = Number(key)
    if (random() < 0.3)
      copy.splice(index, random() < 0.5 ? 1 : 0, copy[Math.floor(random() * copy.length)])
    else copy[index] = spoil(copy[index], random)
    return copy
  }
  return { ...value, [key]: spoil((value as Record<string, unknown>)[key], random) }
}

test('spoiled requests are answered, and the worker goes on', async () => {
  const seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
  const rounds = Number(process.env['FUZZ_ROUNDS'] ?? 300)
  const random = createRandom(seed).next
  const operations: string[] = []
  for (let round = 0; round < rounds; round += 1) {
    const [name, payload] = [
      ['call_produce', produce(camera)()],
      ['call_produce', produce(chromium.microphone, { kind: 'audio', source: 'microphone' })()],
      ['call_consume', consume()()],
      ['call_connect_transport', connect(dtlsParameters)()],
    ][Math.floor(random() * 4)] as [keyof CallRequests, object]
    const spoiled = spoil({ projectId, ...payload }, random)
    operations.push(`${name} ${JSON.stringify(spoiled)}`)
    const context = () => `FUZZ_SEED=${seed}, round ${round}:\n${operations.slice(-5).join('\n')}`
    const result = await node.ask(caller, name, spoiled).catch((error: unknown) => error)
    const isRefused = result instanceof AppError && result.code !== 'INTERNAL_ERROR'
    expect(!(result instanceof Error) || isRefused, `${context()}\n${String(result)}`).toBe(true)
    expect(node.calls.workerPids(), context()).toEqual(pids)
    // Some are still good: then everything starts anew.
    if (result instanceof Error) continue
    ;({ sendId, receiveId } = await joinCall(node, { projectId }, caller))
  }
  const sent = await (await joinCall(node, { projectId }, caller)).produce('camera')
  expect(sent.producerId, `FUZZ_SEED=${seed}`).toBeTypeOf('string')
})
