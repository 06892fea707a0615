// How long from the click on "join" to the first picture of somebody who is in the call already, on loopback, both
// pages in the same headless Chromium. Every run is a new page; devices are open in no time, as they are fake.
import { openCallPages } from '../../test/callpages.ts'
import { quantiles, type Quantiles } from '../numbers.ts'

export async function measureFirstFrame(runs: number): Promise<Quantiles> {
  const pages = await openCallPages({ portMin: 21_800, portMax: 21_850, workers: 1 })
  try {
    const projectId = await pages.stage.addProject()
    const both = { audio: true, video: true }
    const sender = await pages.openPage(projectId)
    await sender.evaluate((choice) => window.stage.session.join(choice), both)
    const times: number[] = []
    for (let run = 0; run <= runs; run += 1) {
      const page = await pages.openPage(projectId)
      const elapsed = await page.evaluate(async (choice) => {
        const start = performance.now()
        await window.stage.session.join(choice)
        for (;;) {
          const [peer] = window.stage.session.get().peers
          const shown = window.stage.shown[peer?.media.camera?.producerId ?? '']
          if (shown !== undefined) return shown - start
          await new Promise((resolve) => setTimeout(resolve, 5))
        }
      }, both)
      // The first one warms up: worker, encoder, code.
      if (run > 0) times.push(elapsed)
      await page.context().close()
    }
    return quantiles(times)
  } finally {
    await pages.close()
  }
}
