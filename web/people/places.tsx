// What somebody has before them, each with the way there.
import { CircleDot, FileText, Phone } from 'lucide-react'
import { Link } from 'wouter'
import type { Place } from '../../protocol/presence.ts'
import { useCall } from '../call/context.tsx'
import { useKnownFiles } from '../files/queries.ts'
import { useCan, useOpenProject } from '../room/context.tsx'
import classes from './people.module.css'

/** More are said as a number. */
const SHOWN = 2

export function Places({ places, inCall }: { places: readonly Place[]; inCall: boolean }) {
  const { project } = useOpenProject()
  const { data: files } = useKnownFiles(project.slug)
  const home = `/p/${project.slug}`
  // A file that is not known was deleted, or is not loaded.
  const known = places.flatMap((place) => {
    if (place.kind === 'issue') {
      const name = `#${place.number}`
      return {
        name,
        title: `Issue ${name}`,
        icon: CircleDot,
        path: `${home}/issues/${place.number}`,
      }
    }
    const file = files?.find(({ id }) => id === place.fileId)
    if (!file) return []
    const name = file.path.split('/').at(-1) ?? file.path
    return { name, title: file.path, icon: FileText, path: `${home}/files/${file.id}` }
  })
  if (known.length === 0 && !inCall) return null
  return (
    <span className={classes.places}>
      {inCall && <InCall />}
      {known.slice(0, SHOWN).map(({ name, title, icon: Icon, path }) => (
        <Link key={path} href={path} className={classes.place} title={title}>
          <Icon size={12} aria-hidden />
          <span>{name}</span>
        </Link>
      ))}
      {known.length > SHOWN && <span className={classes.dim}>+{known.length - SHOWN}</span>}
    </span>
  )
}

function InCall() {
  const can = useCan()
  const { state, open, worker } = useCall()
  const may = can('call:join') && worker === null && state.status.state === 'idle'
  const content = (
    <>
      <Phone size={12} aria-hidden />
      <span>In the call</span>
    </>
  )
  if (!may) return <span className={classes.inCall}>{content}</span>
  return (
    <button type="button" className={classes.inCall} title="Join the call" onClick={() => open()}>
      {content}
    </button>
  )
}
