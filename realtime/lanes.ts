/** Lets so many do something at the same time; the others wait for their turn. */
export function createLanes(count: number) {
  let busy = 0
  const waiting: (() => void)[] = []
  return async <Result>(act: () => Promise<Result>): Promise<Result> => {
    if (busy === count) await new Promise<void>((resolve) => waiting.push(resolve))
    else busy += 1
    try {
      return await act()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else busy -= 1
    }
  }
}
