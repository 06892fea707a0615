// Goes where the followed person goes, from file to file, and says whom one follows.
import { useEffect, useRef, useState } from 'react'
import { Button } from '@mantine/core'
import { Eye } from 'lucide-react'
import { useLocation, useRoute } from 'wouter'
import { useUser } from '../accounts/gate.tsx'
import { useKnownFiles } from '../files/queries.ts'
import { usePersonColor } from '../people/color.ts'
import { useOpenProject, useRoomState } from '../room/context.tsx'
import { useStore } from '../store.ts'
import { following, stopFollowing } from './following.ts'
import { createTrail } from './trail.ts'
import classes from './follower.module.css'

export function Follower() {
  const leader = useStore(following)
  const { project } = useOpenProject()
  const { present, state } = useRoomState()
  const self = useUser().id
  const color = usePersonColor(leader?.id ?? '')
  const { data: files } = useKnownFiles(project.slug)
  const [path, navigate] = useLocation()
  const [, route] = useRoute('/p/:slug/files/:fileId/*?')
  const current = route?.fileId
  const person = present.find(({ id }) => id === leader?.id)
  const theirs = (person?.places ?? []).flatMap((place) =>
    place.kind === 'file' ? [place.fileId] : [],
  )
  const key = theirs.join(' ')
  const [trail] = useState(() => createTrail())
  /** Where following brought, or found, this page */
  const brought = useRef('')

  useEffect(() => {
    if (!leader) return trail.end()
    if (!person) return
    const next = trail.next({ leader: leader.id, files: key ? key.split(' ') : [], current })
    if (next === 'swapped') return stopFollowing(`${leader.name} follows you now`)
    if (next === null) return
    brought.current = `/p/${project.slug}/files/${next}`
    navigate(brought.current)
    // oxlint-disable-next-line react/exhaustive-deps -- a page that one opens oneself is no news of theirs
  }, [leader, key, person !== undefined])

  // Another page by one's own choice ends it.
  const began = useRef<typeof leader>(null)
  useEffect(() => {
    if (leader && began.current === leader && path !== brought.current) stopFollowing()
    else if (leader && began.current !== leader) brought.current ||= path
    began.current = leader
    if (!leader) brought.current = ''
  }, [leader, path])

  const left = leader !== null && state === 'joined' && !person
  useEffect(() => {
    if (left) stopFollowing(`${leader.name} left; you do not follow them any more`)
  }, [left, leader])
  // Nobody is followed into another project.
  useEffect(() => () => stopFollowing(), [self])

  if (!leader || !person) return null
  const known = files?.some(({ id }) => theirs.includes(id))
  return (
    <>
      <div className={classes.frame} style={{ borderColor: color }} aria-hidden />
      <div className={classes.banner} style={{ background: color }} role="status">
        <Eye size={14} aria-hidden />
        <span className={classes.name}>
          Following {leader.name}
          {!known && ', who has no file open now'}
        </span>
        <Button size="compact-xs" variant="white" color="dark" onClick={() => stopFollowing()}>
          Stop
        </Button>
      </div>
    </>
  )
}
