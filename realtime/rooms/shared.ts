// Reads that are the same for everybody in a project: after a restart all come back in the same moment.

/** One read at a time for each key, for all who asked before it began: what they get is never older than their asking. */
export function shareReads<Result>(read: (key: string) => Promise<Result>) {
  const underWay = new Map<string, Promise<unknown>>()
  const next = new Map<string, Promise<Result>>()

  return (key: string): Promise<Result> => {
    const waiting = next.get(key)
    if (waiting) return waiting
    const before = underWay.get(key)?.catch(() => undefined) ?? Promise.resolve()
    const shared = before.then(async () => {
      next.delete(key)
      underWay.set(key, shared)
      try {
        return await read(key)
      } finally {
        if (underWay.get(key) === shared) underWay.delete(key)
      }
    })
    next.set(key, shared)
    return shared
  }
}
