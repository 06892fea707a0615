// How well somebody's media gets through, as three bars.
import { Tooltip } from '@mantine/core'
import classes from './tile.module.css'

const signOf = (score: number) => (score >= 7 ? 'good' : score >= 4 ? 'fair' : 'poor')

/** Good is no news. */
export function QualitySign({ score, self }: { score: number | null; self: boolean }) {
  const sign = score === null ? 'good' : signOf(score)
  if (sign === 'good') return null
  const whose = self ? 'Your connection' : 'The connection of this person'
  const label = `${whose} is ${sign === 'fair' ? 'unsteady' : 'poor'}`
  return (
    <Tooltip label={label}>
      <span className={classes.quality} data-sign={sign} role="img" aria-label={label}>
        <i />
        <i />
        <i />
      </span>
    </Tooltip>
  )
}
