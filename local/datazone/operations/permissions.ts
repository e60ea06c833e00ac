import { ServiceError } from '../model/service-error.ts'
import { defaultUser, type World } from '../world/world.ts'

/** The access to a project that a call needs. */
export type Access = 'read' | 'change'

/** Assumption: every member may read, and only these designations may make changes. */
const mayChange = new Set(['PROJECT_OWNER', 'PROJECT_CONTRIBUTOR', 'PROJECT_CATALOG_STEWARD'])

/** Returns the user whose access key signed a call, or the default user for a key that no user of the domain has. */
export const userOf = (world: World, domainId: string, accessKeyId: string | undefined): string => {
  const users = world.domains.get(domainId)?.users ?? []
  const found = users.find(
    ({ accessKeyIds }) => accessKeyId !== undefined && accessKeyIds.includes(accessKeyId),
  )
  return found?.id ?? defaultUser
}

/**
 * Throws AccessDeniedException when a project has members and the user is not a member, directly or through a group, may
 * only read, or has a profile that is not ACTIVATED. Every caller may act in a project without `members`.
 */
export const requireAccess = (
  world: World,
  domainId: string,
  call: Readonly<{ projectId: string | undefined; userId: string; access: Access }>,
): void => {
  const { projectId, userId, access } = call
  const domain = world.domains.get(domainId)
  const project = projectId === undefined ? undefined : domain?.projects.get(projectId)
  if (project?.members === undefined || project.isOpen === true) return
  const { groupIds: groups = [], status = 'ACTIVATED' } = domain?.users.find(({ id }) => id === userId) ?? {}
  const isMember = project.members.some(
    ({ userId: member, groupId, designation }) =>
      (member === userId || (groupId !== undefined && groups.includes(groupId))) &&
      (access === 'read' || mayChange.has(designation)),
  )
  if (!isMember || status !== 'ACTIVATED')
    throw new ServiceError(
      'AccessDeniedException',
      `User ${userId} is not permitted to ${access === 'read' ? 'read from' : 'make changes in'} project ${projectId}`,
    )
}
