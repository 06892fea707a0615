// Scenarios of the clients themselves: many at once, one that does not read, and who is seen when a node dies.
import type { Device } from './device.ts'
import type { Scenario } from './stage.ts'

const STORM = 200
/** As JSON, six bytes for each character */
const LONG_MESSAGE = '\u0001'.repeat(15_000)
const LONG_BYTES = 6 * LONG_MESSAGE.length
/** What the kernel keeps for one that does not read is some MiB (tcp_wmem), or tens of them if it read much before. */
const FLOOD = 8 * 1024 * 1024
const MAX_FLOOD = 8 * FLOOD

export const crowds: Scenario[] = [
  {
    title: `${STORM} clients come back at once`,
    pace: 300,
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
    async run({ cluster, devices, people, addDevice, quit, send, until, goesOn, demand }) {
      const person = people.at(-1)!
      await Promise.all(devices.filter((one) => one.person.id === person.id).map(quit))
      const others = [...devices]
      const connections = others.map(({ link }) => link.connection())
      // It only listens: who waits for an answer would leave by itself. And no proxy reads for it.
      const addresses = cluster.nodes.map(({ direct }) => direct())
      const slow = addDevice(person, 0, addresses)
      const isSeen = () => others.some((device) => device.present().includes(person.id))
      await until('it is in', 10_000, () => slow.isReady() && isSeen())
      const connection = slow.link.connection()
      slow.link.stopReading()
      let flooded = 0
      for (; isSeen() && flooded < MAX_FLOOD; flooded += FLOOD) {
        for (let bytes = 0; bytes < FLOOD; bytes += others.length * LONG_BYTES)
          await Promise.all(others.map((device) => send(device, LONG_MESSAGE)))
        await until('it is cut off', 10_000, () => !isSeen()).catch(() => undefined)
      }
      demand(`it is cut off after ${flooded} bytes`, !isSeen())
      slow.link.read()
      await until('it is back', 15_000, () => slow.link.connection() > connection && slow.isReady())
      const stayed = others.every(({ link }, n) => link.connection() === connections[n])
      demand('the others stay connected', stayed)
      await goesOn()
    },
  },
  {
    title: 'presence after kill -9: who is gone goes within 10 s, nobody else flickers',
    pace: 300,
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
