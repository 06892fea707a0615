// The open project for everything below it: what it is, its room, and what this person may do there.
import { createContext, useContext, useEffect, useState, type ReactNode } from 'react'
import type { Permission } from '../../protocol/access.ts'
import type { ProjectDetails } from '../../server/projects/schema.ts'
import { useUser } from '../accounts/gate.tsx'
import { useOptionalSocket } from '../connection.tsx'
import { notify } from '../notice.ts'
import { projectKey } from '../projects/queries.ts'
import { queryClient } from '../query.ts'
import type { AppSocket } from '../socket.ts'
import { createStore, useStore } from '../store.ts'
import { assignColors, projectColors } from '../people/color.ts'
import { createRoom, joiningRoom, type Room, type RoomState } from './room.ts'
import { applyUpdate, describeUpdate, refreshRoom } from './updates.ts'

interface OpenProject {
  project: ProjectDetails
  /** null for visitors of a public project, who are in no room, and for the moment before the room is made */
  room: Room | null
  socket: AppSocket | null
  /** Was in the room since these pages were opened, and may not be any more */
  removed: boolean
}

const ProjectContext = createContext<OpenProject | null>(null)

export function ProjectProvider({
  project,
  children,
}: {
  project: ProjectDetails
  children: ReactNode
}) {
  const room = useRoomOf(project)
  const socket = useOptionalSocket()
  const mayJoin = project.permissions.includes('room:join')
  const [hadRoom, setHadRoom] = useState(mayJoin)
  if (mayJoin && !hadRoom) setHadRoom(true)
  const removed = hadRoom && !mayJoin
  return <ProjectContext value={{ project, room, socket, removed }}>{children}</ProjectContext>
}

const isAbout = (data: unknown, id: string) => (data as { id?: unknown } | null)?.id === id

/** Told only when somebody's changed. */
function shareColors({ members, present }: RoomState) {
  const idsOf = (people: readonly { id: string }[]) => people.map(({ id }) => id)
  const next = assignColors(idsOf(members), idsOf(present))
  const now = projectColors.get()
  if (next.size !== now.size || [...next].some(([id, color]) => now.get(id) !== color))
    projectColors.set(next)
}

function useRoomOf({ id, slug, permissions }: ProjectDetails) {
  const user = useUser()
  const socket = useOptionalSocket()
  const [store] = useState(() => createStore<Room | null>(null))
  const mayJoin = permissions.includes('room:join')
  useEffect(() => {
    if (!socket || !mayJoin) return
    const opened = createRoom({
      projectId: id,
      userId: user.id,
      socket,
      storage: globalThis.localStorage,
      onUpdate(update, actorId) {
        applyUpdate(slug, update)
        if (actorId === undefined || actorId === user.id) return
        // Whoever is removed reads it on the page that is left to them.
        if (update.updateType === 'member_left' && isAbout(update.data, user.id)) return
        const { members, present } = opened.get()
        const actor = [...members, ...present].find((person) => person.id === actorId)
        const text = describeUpdate(slug, update, actor?.displayName ?? 'Somebody')
        if (text) notify(text)
      },
      onReload: () => refreshRoom(slug),
    })
    const { restored } = opened.chats
    if (restored > 0) {
      const [what, is] = restored === 1 ? ['1 message', 'was'] : [`${restored} messages`, 'were']
      notify(`${what} that ${is} not sent before this page was closed will be sent now`)
    }
    let role = opened.get().role
    const end = opened.subscribe(() => {
      const now = opened.get()
      shareColors(now)
      const changed = now.state === 'refused' || (role !== null && now.role !== role)
      role = now.role
      // What may be done here changed: the project says what is left of it.
      if (changed) void queryClient.invalidateQueries({ queryKey: projectKey(slug) })
    })
    store.set(opened)
    return () => {
      end()
      projectColors.set(new Map())
      opened.close()
      store.set(null)
    }
  }, [store, socket, id, slug, mayJoin, user.id])
  return useStore(store)
}

export function useOpenProject(): OpenProject {
  const open = useContext(ProjectContext)
  if (!open) throw new Error('No project is open')
  return open
}

const absent = createStore(joiningRoom)

export const useRoomState = (): RoomState => useStore(useOpenProject().room ?? absent)

/** The room knows best; before it is joined, the project's answer counts. */
export function useCan() {
  const { project } = useOpenProject()
  const { permissions, state } = useRoomState()
  const known: readonly Permission[] =
    state === 'joined' || state === 'refused' || permissions.length > 0
      ? permissions
      : project.permissions
  return (permission: Permission) => known.includes(permission)
}
