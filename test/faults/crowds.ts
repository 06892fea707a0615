// Scenarios of the clients themselves: many at once, one that does not read, and who is seen when a node dies.
import type { Device } from './device.ts'
import type { Scenario } from './stage.ts'

const STORM = 200
/** What the kernel keeps for one that does not read can be tens of MiB: tcp_rmem and tcp_wmem, on two connections. */
const FLOOD = 64 * 1024 * 1024
const LONG_MESSAGE = 'x'.repeat(15_000)

export const crowds: Scenario[] = [
  {
    title: `${STORM} clients come back at once`,
    isQuiet: true,
    async run({ cluster, people, random, isFull, addDevice, until, goesOn }) {
      const crowd = Array.from({ length: isFull ? 2 * STORM : STORM }, () =>
        addDevice(random.pick(people), random.between(0, 2)),
      )
      const isBack = (device: Device) => device.isReady()
      await until('all are in', 60_000, () => crowd.every(isBack))
      for (let round = 0; round < (isFull ? 3 : 1); round++) {
        const before = crowd.map(({ link }) => link.connection())
        for (const { front } of cluster.nodes) front.reset()
        await until('all are back', 60_000, () =>
          crowd.every((device, n) => device.link.connection() > before[n]! && isBack(device)),
        )
      }
      await goesOn()
    },
  },
  {
    title: 'a client that stops reading is cut off, and the others do not feel it',
    isLong: true,
    async run({ cluster, devices, people, random, addDevice, send, until, goesOn, demand }) {
      const others = [...devices]
      // It only listens: who waits for an answer would leave by itself.
      const slow = addDevice(random.pick(people), random.between(0, 2))
      await until('it is in', 10_000, () => slow.isReady())
      const connections = others.map(({ link }) => link.connection())
      const { front } = cluster.nodes[slow.link.node()]!
      const [before, connection] = [front.connections(), slow.link.connection()]
      slow.link.stopReading()
      let flooded = 0
      while (front.connections() === before && flooded < FLOOD) {
        await Promise.all(others.map((device) => send(device, LONG_MESSAGE)))
        flooded += others.length * LONG_MESSAGE.length
      }
      await until(
        `it is cut off after ${flooded} bytes`,
        15_000,
        () => front.connections() < before,
      )
      slow.link.read()
      await until('it is back', 15_000, () => slow.link.connection() > connection && slow.isReady())
      const stayed = others.every(({ link }, n) => link.connection() === connections[n])
      demand('the others stay connected', stayed)
      await goesOn()
    },
  },
  {
    title: 'presence after kill -9: who is gone goes within 10 s, nobody else flickers',
    isQuiet: true,
    async run({ cluster, devices, people, pause, until, demand, addDevice, quit }) {
      const gone = devices[2]!
      const others = devices.filter((device) => device !== gone)
      const others0 = others.map(({ presence }) => presence.length)
      const node = cluster.nodes[gone.link.node()]!
      await quit(gone)
      await node.end('SIGKILL')
      const sees = (device: Device) => device.present().includes(gone.person.id)
      await until('who is gone is gone', 10_000, () => others.every((device) => !sees(device)))
      await pause(1_000)
      others.forEach(({ name, presence }, n) => {
        const told = presence.slice(others0[n])
        const wrong = told.filter(
          ({ userId, status }) => status === 'offline' && userId !== gone.person.id,
        )
        demand(`${name} sees people leave who are there`, wrong.length === 0)
        const ofGone = told.filter(({ userId }) => userId === gone.person.id)
        const statuses = ofGone.map(({ status }) => status)
        const once = statuses.indexOf('offline') === statuses.length - 1
        demand(`${name} is told of who is gone: ${statuses.join()}`, once)
      })
      await node.start()
      const late = addDevice(gone.person, node.n)
      await until('who is back is back', 5_000, () => others.every(sees))
      await until('there is no ghost', 1_000, () => late.present().length === people.length)
    },
  },
]
