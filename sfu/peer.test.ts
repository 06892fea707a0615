// A peer may replace a transport; without any it is gone.
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { CallRequests } from '../protocol/calls.ts'
import type { Caller } from '../protocol/requests.ts'
import { createLocalBus } from '../realtime/bus.ts'
import { joinHeadless, openTransport, type AskCall } from '../test/headless.ts'
import { openStage, type StageNode } from './calls/stage.ts'

const soon = { timeout: 15_000 }
let stage: Awaited<ReturnType<typeof openStage>>
let node: StageNode
beforeAll(async () => {
  stage = await openStage()
  const config = { listenAddresses: ['127.0.0.1'], portMin: 21_830, portMax: 21_839, workers: 1 }
  node = stage.addNode(createLocalBus(), config)
}, 600_000)
afterAll(() => stage.close())

async function usePerson() {
  const projectId = await stage.addProject()
  const caller = await stage.addPerson(projectId)
  const ask: AskCall = (name, payload) => node.ask(caller, name, { projectId, ...payload })
  return { caller, ask }
}

const endings = ({ socketId }: Caller) =>
  stage.heardBy(socketId, 'call_ended').map(({ reason }) => reason)

/** Its DTLS fails: the client proves to be somebody else. */
async function connectInVain(ask: AskCall) {
  const parameters = await ask('call_create_transport', { direction: 'send' })
  const { ice } = await openTransport(parameters, (name, payload) => {
    const { dtlsParameters } = payload as CallRequests['call_connect_transport'][0]
    const fingerprints = dtlsParameters.fingerprints.map(({ algorithm, value }) => ({
      algorithm,
      value: value.replace(/^../, (byte) => (byte === '00' ? '01' : '00')),
    }))
    return ask(name, { ...payload, dtlsParameters: { ...dtlsParameters, fingerprints } })
  })
  onTestFinished(() => ice.stop())
  return parameters.transportId
}

test('[CA15] one transport ends, and what goes over the others goes on', async () => {
  const { caller, ask } = await usePerson()
  const peer = await joinHeadless(ask)
  onTestFinished(() => peer.close())
  const producerId = await peer.produce('camera')
  const transportId = await connectInVain(ask)
  const restart = () =>
    ask('call_restart_ice', { transportId }).catch((error: { code: string }) => error.code)
  await expect.poll(restart, soon).toBe('NOT_FOUND')
  expect(endings(caller)).toEqual([])
  await ask('call_pause_producer', { producerId, paused: true })
})

test('[CA15] with its last transport a peer is gone', async () => {
  const { caller, ask } = await usePerson()
  await ask('call_join')
  // This one is not in use.
  await ask('call_create_transport', { direction: 'receive' })
  await connectInVain(ask)
  await expect.poll(() => endings(caller), soon).toEqual(['connection_lost'])
})
