// Whom a socket stands for, and what they were let into.
import { can, type ProjectAccess } from '../../db/access.ts'
import type { Principal } from '../../protocol/access.ts'
import type { AccessChange, Holding } from '../../protocol/requests.ts'

export interface Grant {
  principal: Principal
  /** Not known yet while access is being decided */
  access: ProjectAccess | undefined
}

export function createGrants() {
  const grants = new Set<Grant>()
  return {
    add(principal: Principal): Grant {
      const grant: Grant = { principal, access: undefined }
      grants.add(grant)
      return grant
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
