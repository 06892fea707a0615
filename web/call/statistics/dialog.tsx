// What a person who helps would want to know: which way packets take, and what comes of whom.
import { useEffect, useState } from 'react'
import { Button, Center, Loader, Modal, ScrollArea, Table, Text } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { Copy } from 'lucide-react'
import { nameOf } from '../../people/names.ts'
import { useCall } from '../context.tsx'
import { ratesBetween, type Rates, type Reading } from './rates.ts'
import {
  asText,
  bitrate,
  layerName,
  milliseconds,
  pathName,
  percent,
  picture,
  sourceNames,
} from './words.ts'

const EVERY = 2_000

function useRates(): Rates | null {
  const { session } = useCall()
  const [rates, setRates] = useState<Rates | null>(null)
  useEffect(() => {
    if (!session) return
    let before: Reading | null = null
    let over = false
    const read = async () => {
      const now = { at: performance.now(), stats: await session.stats() }
      if (over) return
      setRates(ratesBetween(before, now))
      before = now
    }
    // A transport that closes meanwhile has nothing to tell.
    const readAgain = () => void read().catch(() => undefined)
    readAgain()
    const timer = setInterval(readAgain, EVERY)
    return () => {
      over = true
      clearInterval(timer)
    }
  }, [session])
  return rates
}

export function StatisticsDialog({ onClose }: { onClose: () => void }) {
  const { state } = useCall()
  const rates = useRates()
  const clipboard = useClipboard()
  const nameOfPeer = (peerId: string) => {
    const peer = state.peers.find((one) => one.peerId === peerId)
    return peer ? nameOf(peer.user) : 'Somebody who left'
  }
  const copy = () =>
    rates &&
    clipboard.copy(
      asText(rates, { at: new Date(), browser: navigator.userAgent, nameOf: nameOfPeer }),
    )
  return (
    <Modal opened onClose={onClose} title="Statistics" size="xl">
      {rates ? (
        <>
          <Block title="The way to the server">
            <Rows
              head={['', 'State', 'Protocol', 'Here', 'Server', 'Round trip', 'Free']}
              rows={rates.paths.map((path) => [
                pathName(path),
                path.state,
                path.protocol,
                path.local,
                path.remote,
                milliseconds(path.roundTrip),
                path.available ? bitrate(path.available) : '–',
              ])}
            />
          </Block>
          <Block title="You send">
            <Rows
              head={[
                '',
                'Codec',
                'Bitrate',
                'Picture',
                'Layers',
                'Lost',
                'Round trip',
                'Limited by',
              ]}
              rows={rates.sending.map((one) => [
                sourceNames[one.source],
                one.codec,
                bitrate(one.bitrate),
                picture(one),
                one.layers > 0 ? String(one.layers) : '–',
                percent(one.lost),
                milliseconds(one.roundTrip),
                one.limit || '–',
              ])}
            />
          </Block>
          <Block title="You receive">
            <Rows
              head={['', '', 'Codec', 'Bitrate', 'Picture', 'Layer', 'Lost', 'Jitter']}
              rows={rates.receiving.map((one) => [
                nameOfPeer(one.peerId),
                sourceNames[one.source],
                one.codec,
                one.paused ? 'paused' : bitrate(one.bitrate),
                picture(one),
                layerName(one),
                percent(one.lost),
                milliseconds(one.jitter),
              ])}
            />
          </Block>
        </>
      ) : (
        <Center py="xl">
          <Loader size="sm" aria-label="Reading the statistics" />
        </Center>
      )}
      <Button
        mt="md"
        variant="default"
        leftSection={<Copy size={15} />}
        disabled={!rates}
        onClick={copy}
      >
        {clipboard.copied ? 'Copied' : 'Copy as text'}
      </Button>
      {clipboard.error && (
        <Text size="sm" c="red" mt={6} role="alert">
          The browser does not let this page copy: select the text instead.
        </Text>
      )}
    </Modal>
  )
}

function Block({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section aria-label={title}>
      <Text fw={600} size="sm" mt="sm" mb={4}>
        {title}
      </Text>
      <ScrollArea type="auto" offsetScrollbars="x">
        {children}
      </ScrollArea>
    </section>
  )
}

function Rows({ head, rows }: { head: string[]; rows: string[][] }) {
  if (rows.length === 0)
    return (
      <Text size="sm" c="dimmed">
        Nothing at the moment
      </Text>
    )
  return (
    <Table fz={12.5} horizontalSpacing={8} verticalSpacing={4} style={{ whiteSpace: 'nowrap' }}>
      <Table.Thead>
        <Table.Tr>
          {head.map((name, at) => (
            <Table.Th key={at}>{name}</Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map((cells, at) => (
          <Table.Tr key={at}>
            {cells.map((cell, column) => (
              <Table.Td key={column}>{cell}</Table.Td>
            ))}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}
