// Whom a socket stands for, and what they were let into.
import { can, type ProjectAccess } from '../../db/access.ts'
import type { Principal } from '../../protocol/access.ts'
import type { AccessChange, Holding } from '../../protocol/requests.ts'

export interface Grant {
  principal: Principal
  /** Not known yet while access is being decided */
  access: ProjectAccess | undefined
}

const mayWrite = ({ access }: Grant) => access && can(access, 'file:write')
const isSame = (a: Grant, b: Grant) =>
  a.principal.id === b.principal.id &&
  a.principal.sessionId === b.principal.sessionId &&
  a.principal.role === b.principal.role &&
  a.access?.project.id === b.access?.project.id &&
  mayWrite(a) === mayWrite(b)

export function createGrants() {
  const grants = new Set<Grant>()
  return {
    add(principal: Principal): Grant {
      const grant: Grant = { principal, access: undefined }
      grants.add(grant)
      return grant
    },

    /** It was decided; without access, they were not let in. The newest of those that say the same stays. */
    settle(grant: Grant, access?: ProjectAccess) {
      grants.delete(grant)
      if (!access) return
      grant.access = access
      for (const other of grants) if (isSame(other, grant)) grants.delete(other)
      grants.add(grant)
    },

    isAffectedBy: ({ userId, sessionId, projectId }: AccessChange) =>
      [...grants].some(
        (grant) =>
          grant.principal.id === userId &&
          (sessionId === undefined || grant.principal.sessionId === sessionId) &&
          (projectId === undefined ||
            grant.access === undefined ||
            grant.access.project.id === projectId),
      ),

    holds: (): Holding[] =>
      [...grants].map(({ principal, access }) => ({
        principal,
        ...(access && {
          project: {
            id: access.project.id,
            fits: (now) =>
              now.includes('room:join') && now.includes('file:write') === can(access, 'file:write'),
          },
        }),
      })),
  }
}
