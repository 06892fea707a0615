// Banning somebody, and the list of those who are.
import { useState } from 'react'
import { Button, Textarea } from '@mantine/core'
import type { PublicUser } from '../../protocol/events.ts'
import { Confirm } from '../confirm.tsx'
import { notifyError } from '../notice.ts'
import { useOpenProject } from '../room/context.tsx'
import { Ago } from '../time.tsx'
import { PersonAvatar } from './avatar.tsx'
import { ban, liftBan, useBans } from './requests.ts'
import classes from './people.module.css'

const MAX_REASON = 500

export function BanPerson({ person, onClose }: { person: PublicUser; onClose: () => void }) {
  const { project } = useOpenProject()
  const [reason, setReason] = useState('')
  return (
    <Confirm
      opened
      title={`Ban ${person.displayName}`}
      action="Ban from project"
      onClose={onClose}
      onConfirm={() => ban(project.slug, person.id, reason.trim())}
    >
      {person.displayName} leaves the room at once, and cannot come back until a maintainer lifts
      the ban, not even with an invitation.
      <Textarea
        component="textarea"
        mt="sm"
        label="Reason"
        description="Other maintainers read it in the list of banned people."
        maxLength={MAX_REASON}
        minRows={2}
        autosize
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </Confirm>
  )
}

export function BannedPeople() {
  const { project } = useOpenProject()
  const { data: bans } = useBans(project.slug, true)
  if (!bans || bans.length === 0) return null
  const lift = (user: PublicUser) =>
    void liftBan(project.slug, user.id).catch((error: unknown) =>
      notifyError(error, 'The ban was not lifted'),
    )
  return (
    <section className={classes.group} aria-label="Banned people">
      <h3 className={classes.groupName}>Banned · {bans.length}</h3>
      <ul className={classes.list}>
        {bans.map(({ user, reason, bannedBy, createdAt }) => (
          <li key={user.id} className={classes.row}>
            <PersonAvatar user={user} size={30} title={false} />
            <div className={classes.names}>
              <span className={classes.name}>{user.displayName}</span>
              <span className={classes.dim} title={reason}>
                {reason || 'No reason given'}
              </span>
              <span className={classes.dim}>
                {bannedBy && `by ${bannedBy.displayName}, `}
                <Ago at={createdAt} />
              </span>
            </div>
            <Button
              size="compact-xs"
              variant="default"
              aria-label={`Lift the ban of ${user.displayName}`}
              onClick={() => lift(user)}
            >
              Lift
            </Button>
          </li>
        ))}
      </ul>
    </section>
  )
}
