import { expect, test } from 'vitest'
import type { PublicUser } from '../../../protocol/events.ts'
import type { MediaSource } from '../../../protocol/calls.ts'
import { idleState, type RemotePeer } from '../state.ts'
import { arrange, itemsOf, receivedCameras } from './arrange.ts'

const user = (id: string): PublicUser => ({ id, username: id, displayName: id, avatar: '' })
const peer = (peerId: string, ...sources: MediaSource[]): RemotePeer => ({
  peerId,
  user: user(peerId),
  hand: null,
  score: null,
  media: Object.fromEntries(
    sources.map((source) => [
      source,
      { producerId: `${source} of ${peerId}`, kind: 'video' as const, muted: false, track: null },
    ]),
  ),
})
const itemsWith = (...peers: RemotePeer[]) =>
  itemsOf({ ...idleState, status: { state: 'joined', peerId: 'me' }, peers }, user('me'))
const keys = (items: readonly { key: string }[]) => items.map(({ key }) => key)
const wishes = { layout: 'auto' as const, pinned: null, speaker: null }

test('by itself: a grid, a share in the light, and before both whoever is pinned', () => {
  const faces = itemsWith(peer('a', 'camera'), peer('b'))
  expect(arrange(faces, wishes)).toMatchObject({ kind: 'grid', side: [] })
  const shared = itemsWith(peer('a', 'camera'), peer('b', 'screen'))
  const lit = arrange(shared, wishes)
  expect(keys(lit.main)).toEqual(['b screen'])
  expect(keys(lit.side)).toEqual(['a', 'b', 'self'])
  expect(keys(arrange(shared, { ...wishes, pinned: 'a' }).main)).toEqual(['a'])
})

test('of several shares, the one that was chosen is in the light', () => {
  const items = itemsWith(peer('a', 'screen'), peer('b', 'screen'))
  const presented = (pinned: string | null) =>
    keys(arrange(items, { ...wishes, layout: 'presentation', pinned }).main)
  expect(presented(null)).toEqual(['a screen'])
  expect(presented('b screen')).toEqual(['b screen'])
  expect(keys(arrange(items, { ...wishes, layout: 'grid' }).main)).toHaveLength(5)
})

test('the speaker is in the light, but never oneself, and alone one fills the grid', () => {
  const items = itemsWith(peer('a'), peer('b'))
  const lit = (speaker: string | null) =>
    keys(arrange(items, { ...wishes, layout: 'speaker', speaker }).main)
  expect([lit('b'), lit('me'), lit(null)]).toEqual([['b'], ['a'], ['a']])
  expect(arrange(itemsWith(), { ...wishes, layout: 'speaker' }).kind).toBe('grid')
})

test('in a large call the cameras of who is pinned and who spoke last are received', () => {
  const items = itemsWith(...['a', 'b', 'c', 'd'].map((id) => peer(id, 'camera')), peer('e'))
  const received = (pinned: string | null, recent: string[], most = 2) =>
    [...receivedCameras(items, { pinned, recent, most })].toSorted()
  expect(received(null, [])).toEqual(['a', 'b'])
  expect(received('d', ['e', 'c', 'b'])).toEqual(['c', 'd'])
  expect(received(null, ['c'], 10)).toEqual(['a', 'b', 'c', 'd'])
})
