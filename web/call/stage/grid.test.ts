import { expect, test } from 'vitest'
import { fitGrid } from './grid.ts'

test('tiles fill what there is, wide or high, and never overflow it while they are large enough', () => {
  expect(fitGrid(1, 1600, 900)).toEqual({ columns: 1, width: 1600, height: 900 })
  expect(fitGrid(2, 1600, 700).columns).toBe(2)
  expect(fitGrid(2, 366, 640).columns).toBe(1)
  // Between files and chat there is about as much height as width.
  const between = fitGrid(3, 668, 682)
  expect(between.width / between.height).toBeGreaterThan(1.3)
  for (let count = 1; count <= 24; count += 1) {
    const { columns, width, height } = fitGrid(count, 1200, 800)
    const rows = Math.ceil(count / columns)
    expect(columns * width + (columns - 1) * 8).toBeLessThanOrEqual(1200)
    expect(rows * height + (rows - 1) * 8).toBeLessThanOrEqual(800)
  }
})

test('very many tiles stay large enough to recognise somebody, and are scrolled', () => {
  const { columns, width, height } = fitGrid(60, 366, 500)
  expect(columns).toBe(2)
  expect(width).toBeGreaterThan(132)
  expect(Math.ceil(60 / columns) * height).toBeGreaterThan(500)
})
