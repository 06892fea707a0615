// What was measured, in few numbers.
export interface Quantiles {
  p50: number
  p95: number
  p99: number
}

export function quantiles(values: readonly number[]): Quantiles {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? NaN
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) }
}

export const whole = (n: number) => Math.round(n).toLocaleString('en')
export const ms = (n: number) => (n < 10 ? n.toFixed(1) : n.toFixed(0))
