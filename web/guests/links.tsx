// Links by which guests come to calls: made, copied, and revoked.
import { useState } from 'react'
import { Alert, Button, Group, Loader, Modal, Select, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link2 } from 'lucide-react'
import type { ProjectDetails } from '../../server/projects/schema.ts'
import type { CallLink, CreatedCallLink } from '../../server/guests/schema.ts'
import { api } from '../api.ts'
import { useChats } from '../chat/context.ts'
import { Confirm } from '../confirm.tsx'
import { CopyLink } from '../copylink.tsx'
import { Failure } from '../failure.tsx'
import { useSubmit } from '../fields.ts'
import { refreshProjects } from '../projects/queries.ts'
import { queryClient } from '../query.ts'
import { useCan, useOpenProject } from '../room/context.tsx'
import { durations, fullTime } from '../time.tsx'
import classes from './links.module.css'

/** The project's own call */
const OWN = ''

interface Props {
  /** Of the call that is chosen at first */
  channelId?: string | undefined
  onClose: () => void
}

export function GuestLinks({ channelId, onClose }: Props) {
  const { project } = useOpenProject()
  return (
    <Modal opened onClose={onClose} title="Guests by link" size="md">
      {project.callGuests ? <Links channelId={channelId} /> : <NotAllowed />}
    </Modal>
  )
}

function NotAllowed() {
  const { project } = useOpenProject()
  const can = useCan()
  const { busy, refusal, submit } = useSubmit([])
  const allow = () =>
    submit(async () => {
      const path = `/projects/${project.slug}`
      await refreshProjects(await api.patch<ProjectDetails>(path, { callGuests: true }))
    })
  return (
    <Stack gap="sm">
      <Text size="sm">
        {project.name} lets no guests into its calls. With guests allowed, whoever has a link can
        ask to be let into one call, without an account; a moderator in the call decides. Guests see
        and hear the call, and nothing else of the project.
      </Text>
      {refusal.message && (
        <Alert color="red" role="alert">
          {refusal.message}
        </Alert>
      )}
      {can('project:write') ? (
        <Button loading={busy} onClick={allow}>
          Allow guests
        </Button>
      ) : (
        <Text size="sm" c="var(--text-dim)">
          A maintainer can allow them in the settings of the project.
        </Text>
      )}
    </Stack>
  )
}

function Links({ channelId }: { channelId: string | undefined }) {
  const { project } = useOpenProject()
  const path = `/projects/${project.slug}/call-links`
  const key = ['call links', project.id]
  const { data, error, refetch } = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => api.get<CallLink[]>(path, signal),
  })
  const [made, setMade] = useState<CreatedCallLink | null>(null)
  const refresh = () => queryClient.invalidateQueries({ queryKey: key })
  const onMade = (link: CreatedCallLink) => {
    setMade(link)
    return refresh()
  }
  const onRevoked = (id: string) => {
    if (id === made?.id) setMade(null)
    return refresh()
  }
  return (
    <Stack gap="lg">
      <NewLink path={path} channelId={channelId} link={made} onMade={onMade} />
      {error ? (
        <Failure error={error} onRetry={() => void refetch()} />
      ) : data ? (
        <LinkList links={data} shown={made?.id} path={path} onRevoked={onRevoked} />
      ) : (
        <Loader size="sm" aria-label="Loading" />
      )}
    </Stack>
  )
}

interface NewLinkProps {
  path: string
  channelId: string | undefined
  /** That was just made, and works */
  link: CreatedCallLink | null
  onMade: (link: CreatedCallLink) => Promise<unknown>
}

function NewLink({ path, channelId, link, onMade }: NewLinkProps) {
  const { project } = useOpenProject()
  const named = useChats().channels.flatMap(({ id, name, archivedAt }) =>
    name === null || archivedAt !== null ? [] : [{ value: id, label: `#${name}` }],
  )
  const isNamed = named.some(({ value }) => value === channelId)
  const [call, setCall] = useState(isNamed && channelId ? channelId : OWN)
  const [expiresIn, setExpiresIn] = useState('168')
  const { busy, refusal, submit } = useSubmit([])
  const create = () =>
    submit(async () => {
      const body = { expiresIn: Number(expiresIn), ...(call !== OWN && { channelId: call }) }
      await onMade(await api.post<CreatedCallLink>(path, body))
    })
  // The address that this person uses works for others in their network, too.
  const address = link ? `${location.origin}/guest/${link.token}` : ''
  return (
    <Stack gap="sm">
      <Text size="sm">
        Whoever has the link can ask to be let into the call, without an account. A moderator in the
        call decides.
      </Text>
      <Group grow align="start">
        <Select
          label="Call"
          allowDeselect={false}
          data={[{ value: OWN, label: project.name }, ...named]}
          value={call}
          onChange={(value) => setCall(value ?? OWN)}
        />
        <Select
          label="Works for"
          allowDeselect={false}
          data={durations}
          value={expiresIn}
          onChange={(value) => setExpiresIn(value ?? '168')}
        />
      </Group>
      {refusal.message && (
        <Alert color="red" role="alert">
          {refusal.message}
        </Alert>
      )}
      <Button
        loading={busy}
        onClick={create}
        autoFocus
        data-autofocus
        leftSection={<Link2 size={16} />}
        variant={link ? 'default' : 'filled'}
      >
        {link ? 'Create another link' : 'Create link'}
      </Button>
      {link && (
        <>
          <CopyLink label="Link for guests" address={address} />
          <Text size="xs" c="var(--text-dim)">
            Copy it now: it is not shown again.
          </Text>
        </>
      )}
    </Stack>
  )
}

interface LinkListProps {
  links: readonly CallLink[]
  /** Of the one whose address is on the page */
  shown: string | undefined
  path: string
  onRevoked: (id: string) => Promise<unknown>
}

function LinkList({ links, shown, path, onRevoked }: LinkListProps) {
  const { project } = useOpenProject()
  const [revoking, setRevoking] = useState<CallLink | null>(null)
  if (links.length === 0) return null
  return (
    <section aria-label="Links">
      <Text size="sm" fw={600}>
        Links
      </Text>
      <ul className={classes.links}>
        {links.map((link) => (
          <li key={link.id}>
            <div>
              <strong>
                {link.channel ? `#${link.channel.name}` : project.name}
                {link.id === shown && ' (the one above)'}
              </strong>
              <span>
                by {link.createdBy?.displayName ?? 'somebody whose account is gone'}, until{' '}
                {fullTime(link.expiresAt)}
              </span>
            </div>
            <Button size="compact-sm" variant="default" onClick={() => setRevoking(link)}>
              Revoke
            </Button>
          </li>
        ))}
      </ul>
      <Confirm
        opened={revoking !== null}
        title="Revoke this link?"
        action="Revoke"
        onClose={() => setRevoking(null)}
        onConfirm={async () => {
          if (!revoking) return
          await api.delete(`${path}/${revoking.id}`)
          await onRevoked(revoking.id)
        }}
      >
        Nobody comes in by it any more, and guests who did are out of the call at once.
      </Confirm>
    </section>
  )
}
