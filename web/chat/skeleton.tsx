// Where messages will be.
import { Skeleton } from '@mantine/core'
import classes from './chat.module.css'

export function ChatSkeleton() {
  return (
    <div className={classes.skeleton} role="status" aria-label="Loading messages">
      {[70, 50, 85, 40].map((width) => (
        <div key={width} className={classes.skeletonRow}>
          <Skeleton circle height={30} />
          <div style={{ flex: 1 }}>
            <Skeleton height={10} width={90} mb={8} />
            <Skeleton height={10} width={`${width}%`} />
          </div>
        </div>
      ))}
    </div>
  )
}
