// Everything that may break, as a table: what happens to the cluster while people use it. The checker judges the end.
import type { Scenario } from './stage.ts'

const kill: Scenario = {
  title: 'kill -9 of a node under load',
  async run({ cluster, random, isFull, pause, goesOn }) {
    for (let round = 0; round < (isFull ? 5 : 1); round++) {
      const node = random.pick(cluster.nodes)
      await pause(random.between(0, 400))
      await node.end('SIGKILL')
      await goesOn()
      await node.start()
      await goesOn()
    }
  },
}

export const scenarios: Scenario[] = [kill]
