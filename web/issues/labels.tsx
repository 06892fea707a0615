// The labels of an issue.
import type { CSSProperties } from 'react'
import { labelHue } from './words.tsx'
import classes from './issues.module.css'

export function Labels({ labels }: { labels: readonly string[] }) {
  if (labels.length === 0) return null
  return (
    <span className={classes.labels}>
      {labels.map((label) => (
        <span
          key={label}
          className={classes.label}
          style={{ '--hue': labelHue(label) } as CSSProperties}
        >
          {label}
        </span>
      ))}
    </span>
  )
}
