// Whether this computer may be in another network now.

/** Not in every browser, and its type only on devices with several kinds of network */
interface Connection extends EventTarget {
  type?: string
}

/** @returns a function that ends it */
export function onNetworkChange(listener: () => void): () => void {
  const { connection } = navigator as { connection?: Connection }
  let type = connection?.type
  const look = () => {
    // The event is for its speed, too, which is guessed anew all the time.
    const before = type
    type = connection?.type
    if (type !== before && type !== 'none') listener()
  }
  addEventListener('online', listener)
  connection?.addEventListener('change', look)
  return () => {
    removeEventListener('online', listener)
    connection?.removeEventListener('change', look)
  }
}
