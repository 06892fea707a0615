// A part of the application that did not load: because the server is away, or because a newer release replaced it.
import { useEffect, useState } from 'react'
import { Button, EmptyState, Group, Loader } from '@mantine/core'
import { CircleAlert } from 'lucide-react'

const INTERVAL = 3_000

const answers = () =>
  fetch('/', { method: 'HEAD', cache: 'no-store' }).then(
    ({ ok }) => ok,
    () => false,
  )

/**
 * A failed import stays failed for as long as the page lives, so only a new page helps; but never while the server is
 * away, for then there would be no page at all.
 */
export function MissingPart() {
  const [away, setAway] = useState(false)
  const [busy, setBusy] = useState(false)
  useEffect(() => {
    let ended = false
    const look = async () => {
      const here = await answers()
      if (ended) return
      if (!here) setAway(true)
      else if (away) location.reload()
    }
    void look()
    const timer = away ? setInterval(() => void look(), INTERVAL) : undefined
    return () => {
      ended = true
      clearInterval(timer)
    }
  }, [away])
  const load = async () => {
    setBusy(true)
    if (await answers()) location.reload()
    else setAway(true)
    setBusy(false)
  }
  return (
    <EmptyState
      p="xl"
      my="10vh"
      role="alert"
      icon={away ? <Loader size="sm" /> : <CircleAlert />}
      title="This part could not be loaded"
      description={
        away
          ? 'The server cannot be reached. The page loads again by itself as soon as it can.'
          : 'The connection failed, or there is a newer version of OpenLaunch. Loading the page again helps in both cases.'
      }
    >
      {!away && (
        <Group justify="center" mt="md">
          <Button loading={busy} onClick={() => void load()}>
            Load again
          </Button>
        </Group>
      )}
    </EmptyState>
  )
}
