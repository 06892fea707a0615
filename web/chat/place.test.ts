import { expect, it } from 'vitest'
import { placePath, readPlace, type Place } from './place.ts'

it('reads from an address what was written into it', () => {
  const places: Place[] = [
    { view: 'channels' },
    { view: 'threads' },
    { view: 'search' },
    { view: 'channel', channelId: null },
    { view: 'channel', channelId: 'c1', seq: 12 },
    { view: 'channel', channelId: 'c1', threadId: 't1', seq: 3 },
  ]
  for (const place of places) {
    const url = new URL(placePath('moon', place), 'http://a')
    const part = url.pathname.split('/')[4]
    expect(readPlace(part, url.search)).toEqual(place)
  }
  expect(readPlace('c1', 'm=x')).toEqual({ view: 'channel', channelId: 'c1' })
})
