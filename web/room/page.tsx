// /p/:slug and below: loads the project, and shows its room, or to visitors what they could join.
import { lazy, Suspense } from 'react'
import { Button, EmptyState, Skeleton } from '@mantine/core'
import { DoorClosed } from 'lucide-react'
import { Link } from 'wouter'
import { Failure } from '../failure.tsx'
import { useProject } from '../projects/queries.ts'
import { useTitle } from '../title.ts'
import { TopBar } from '../topbar.tsx'
import { isAppError } from '../wire.ts'
import { ProjectProvider } from './context.tsx'
import { RoomLayout } from './layout.tsx'
import classes from './room.module.css'

const Landing = lazy(() => import('./landing.tsx').then(({ Landing }) => ({ default: Landing })))

export function RoomPage({ slug }: { slug: string }) {
  const { data: project, error, refetch } = useProject(slug)
  useTitle(project?.name)
  if (isAppError(error) && error.code === 'NOT_FOUND') return <NoProject name={project?.name} />
  if (!project && error) {
    return (
      <>
        <TopBar />
        <Failure error={error} onRetry={() => void refetch()} />
      </>
    )
  }
  if (!project) return <RoomSkeleton />
  const mayJoin = project.permissions.includes('room:join')
  return (
    <ProjectProvider key={project.id} project={project}>
      <Suspense fallback={<RoomSkeleton />}>{mayJoin ? <RoomLayout /> : <Landing />}</Suspense>
    </ProjectProvider>
  )
}

/** @param name of a project that was open until now */
function NoProject({ name }: { name: string | undefined }) {
  return (
    <>
      <TopBar />
      <EmptyState
        mt="12vh"
        icon={<DoorClosed />}
        title={name ? `${name} is not open to you any more` : 'This project is not open to you'}
        description={
          name
            ? `You are no longer a member of ${name}, or it was deleted. A maintainer can invite you again.`
            : 'It is private and you are not a member (any more), or it does not exist. A maintainer can invite you.'
        }
      >
        <Button component={Link} href="/projects">
          Go to projects
        </Button>
      </EmptyState>
    </>
  )
}

function RoomSkeleton() {
  return (
    <div className={classes.skeleton} role="status" aria-label="Loading project">
      <Skeleton height={28} width={220} />
      <div className={classes.skeletonColumns}>
        <Skeleton height="100%" />
        <Skeleton height="100%" />
        <Skeleton height="100%" />
      </div>
    </div>
  )
}
