// Who is shown where: a grid of equals, or one in the light and the others beside.
import type { PublicUser } from '../../../protocol/events.ts'
import type { CallState, RemoteMedia } from '../state.ts'

export const layouts = ['auto', 'grid', 'speaker', 'presentation'] as const
export type Layout = (typeof layouts)[number]

/** One picture, or the face of somebody without one. */
export interface Item {
  /** Of this picture, for as long as the person is in the call */
  key: string
  peerId: string
  user: PublicUser
  source: 'camera' | 'screen'
  self: boolean
  muted: boolean
  hand: string | null
  score: number | null
  track: MediaStreamTrack | null
  /** Of another's picture, where there is one to receive */
  producerId: string | undefined
}

export interface Arrangement {
  kind: 'grid' | 'spotlight'
  main: readonly Item[]
  side: readonly Item[]
}

const received = (media: RemoteMedia | undefined) =>
  media && !media.muted
    ? { track: media.track, producerId: media.producerId }
    : { track: null, producerId: undefined }

/** Everything that can be shown: screens first, oneself last. */
export function itemsOf({ status, peers, own, hand, score }: CallState, user: PublicUser): Item[] {
  const mine = {
    peerId: status.state === 'joined' ? status.peerId : 'self',
    user,
    self: true,
    muted: !own.microphone || own.microphone.muted,
    hand,
    score,
    producerId: undefined,
  }
  const others = peers.map(({ peerId, user: person, media, ...peer }) => ({
    media,
    common: {
      peerId,
      user: person,
      self: false,
      hand: peer.hand,
      score: peer.score,
      muted: !media.microphone || media.microphone.muted,
    },
  }))
  const screens = others
    .filter(({ media }) => media.screen)
    .map(({ common, media }): Item => ({
      ...common,
      key: `${common.peerId} screen`,
      source: 'screen',
      ...received(media.screen),
    }))
  const ownScreen: Item[] = own.screen
    ? [{ ...mine, key: 'self screen', source: 'screen', track: own.screen.track }]
    : []
  const cameras = others.map(({ common, media }): Item => ({
    ...common,
    key: common.peerId,
    source: 'camera',
    ...received(media.camera),
  }))
  const myself: Item = { ...mine, key: 'self', source: 'camera', track: own.camera?.track ?? null }
  return [...screens, ...ownScreen, ...cameras, myself]
}

interface Wishes {
  layout: Layout
  /** Key of an item */
  pinned: string | null
  /** peerId */
  speaker: string | null
}

export function arrange(items: readonly Item[], { layout, pinned, speaker }: Wishes): Arrangement {
  const find = (is: (item: Item) => boolean) => items.find(is)
  const chosen = find(({ key }) => key === pinned)
  const screen = find(({ source, self }) => source === 'screen' && !self)
  const speaking =
    find(({ peerId, source, self }) => peerId === speaker && source === 'camera' && !self) ??
    find(({ source, self }) => source === 'camera' && !self) ??
    items.at(-1)
  const lit = {
    grid: undefined,
    auto: chosen ?? screen,
    speaker: chosen ?? speaking,
    presentation: (chosen?.source === 'screen' ? chosen : screen) ?? chosen ?? speaking,
  }[layout]
  // Alone, there is nobody to stand beside.
  if (!lit || items.length === 1) return { kind: 'grid', main: items, side: [] }
  return { kind: 'spotlight', main: [lit], side: items.filter(({ key }) => key !== lit.key) }
}

/**
 * In a large call only these cameras are received: of who is pinned, and of who spoke last. The others are faces.
 * @param recent peerIds, the latest speaker first
 */
export function receivedCameras(
  items: readonly Item[],
  { pinned, recent, most }: { pinned: string | null; recent: readonly string[]; most: number },
): ReadonlySet<string> {
  const rank = ({ key, peerId }: Item) => {
    if (key === pinned) return -1
    const at = recent.indexOf(peerId)
    return at === -1 ? recent.length : at
  }
  const filmed = items.filter(({ source, producerId }) => source === 'camera' && producerId)
  return new Set(
    filmed
      .toSorted((a, b) => rank(a) - rank(b))
      .slice(0, most)
      .map(({ peerId }) => peerId),
  )
}
