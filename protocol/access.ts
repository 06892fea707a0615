// Roles and permissions of the specification, with ours beside them. Pure: the browser hides what a person may not do.
import type { CallAddress } from './calls.ts'
import type { PublicUser } from './events.ts'

/** A person's role in a project, strongest first; `admin` is also the role of the whole installation. */
export const roles = ['admin', 'maintainer', 'contributor', 'member', 'guest'] as const
export type Role = (typeof roles)[number]

/** Roles that can be given in a project. */
export const projectRoles = ['maintainer', 'contributor', 'member', 'guest'] as const
export type ProjectRole = (typeof projectRoles)[number]

export const permissions = [
  'user:read',
  'user:write',
  'user:delete',
  'project:read',
  'project:write',
  'project:delete',
  'project:manage_members',
  'issue:read',
  'issue:write',
  'issue:delete',
  'issue:assign',
  'admin:users',
  'admin:projects',
  'admin:system',
  // Ours: the room with its chat, live files and calls.
  'room:join',
  'chat:write',
  'chat:moderate',
  'file:comment',
  'file:write',
  'call:join',
  'call:moderate',
] as const
export type Permission = (typeof permissions)[number]

const visitor: Permission[] = ['project:read', 'issue:read']
const guest: Permission[] = [...visitor, 'room:join', 'file:comment']
const member: Permission[] = [...guest, 'issue:write', 'chat:write', 'file:write', 'call:join']
const contributor: Permission[] = [...member, 'issue:assign']
const maintainer: Permission[] = [
  ...contributor,
  'chat:moderate',
  'call:moderate',
  'issue:delete',
  'project:write',
  'project:delete',
  'project:manage_members',
]

/** What each role may do in a project; `visitor` is a signed-in person who is not a member of a public project. */
export const projectPermissions: Record<Role | 'visitor', readonly Permission[]> = {
  visitor,
  guest,
  member,
  contributor,
  maintainer,
  admin: permissions,
}

/** What each system role may do outside of any project; carried in the access token. */
export const systemPermissions: Record<'admin' | 'member', readonly Permission[]> = {
  admin: permissions,
  member: ['user:read', 'user:write', 'project:read', 'issue:read'],
}
export type SystemRole = keyof typeof systemPermissions

/** Somebody who proved who they are, on whichever plane. */
export interface Principal {
  id: string
  role: SystemRole
  user: PublicUser
  /** The sign-in that the proof belongs to; it ends with it */
  sessionId: string
  /** A guest: of this call, and of nothing else. `id` and `sessionId` are the guest's own then */
  guest?: CallAddress
}

/** @throws AppError AUTHENTICATION_FAILED or INVALID_TOKEN */
export type Authenticate = (token: string) => Promise<Principal>
