/** What has the same key is done one after another, in the order in which it was asked for. */
export function createTurns() {
  const last = new Map<string, Promise<unknown>>()
  return <Result>(key: string, act: () => Promise<Result>): Promise<Result> => {
    const turn = (last.get(key) ?? Promise.resolve()).then(act)
    const done: Promise<unknown> = turn
      .catch(() => undefined)
      .then(() => last.get(key) === done && last.delete(key))
    last.set(key, done)
    return turn
  }
}
