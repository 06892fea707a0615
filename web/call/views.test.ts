import { expect, test } from 'vitest'
import { createViews, layerFor } from './views.ts'

test('a picture is wanted as large as its largest view, and not when nobody sees one', () => {
  const changes: string[] = []
  const views = createViews((producerId) => changes.push(producerId))
  const [tile, window] = [views.open('a'), views.open('a')]
  expect(views.lines('a')).toBe(null)
  tile.resize({ width: 160, height: 90 })
  window.resize({ width: 640, height: 200 })
  expect(views.lines('a')).toBe(360)
  tile.resize({ width: 160, height: 100 })
  expect(changes).toEqual(['a', 'a'])
  window.end()
  expect(views.lines('a')).toBe(100)
  tile.resize(null)
  expect(views.lines('a')).toBe(null)
  tile.end()
  expect(changes).toEqual(['a', 'a', 'a', 'a'])
})

test('the smallest layer that is good enough is asked for', () => {
  expect([90, 225, 226, 450, 451, 2_000].map((lines) => layerFor(lines, 3))).toEqual([
    0, 0, 1, 1, 2, 2,
  ])
  expect([90, 301].map((lines) => layerFor(lines, 2))).toEqual([0, 1])
  expect(layerFor(90, 1)).toBe(0)
})
