import { ServiceError } from '../model/service-error.ts'
import type { Project } from '../world/domains.ts'
import { createProfile, findUser } from '../world/profiles.ts'
import { domainOf, notFound, type World } from '../world/world.ts'

type Member = Readonly<{ userIdentifier?: string; groupIdentifier?: string }>

/** The input of CreateProjectMembership, which satisfies the constraints of the model. */
export type CreateProjectMembershipInput = Readonly<{
  domainIdentifier: string
  projectIdentifier: string
  member: Member
  designation: string
}>

/** The input of DeleteProjectMembership, which satisfies the constraints of the model. */
export type DeleteProjectMembershipInput = Omit<CreateProjectMembershipInput, 'designation'>

type KnownMember = NonNullable<Project['members']>[number]

const projectOf = (world: World, domainId: string, projectId: string): Project => {
  const project = domainOf(world, domainId).projects.get(projectId)
  if (project === undefined) throw notFound(`Project ${projectId}`)
  return project
}

/** Replaces the members of a project. A project that was open to every caller stays open. */
const setMembers = (world: World, domainId: string, project: Project, members: KnownMember[]): void => {
  const isOpen = project.isOpen ?? project.members === undefined
  domainOf(world, domainId).projects.set(project.id, { ...project, isOpen, members })
}

/**
 * Returns the id of a member. Creates a user profile for an ARN. Throws AccessDeniedException or
 * ResourceNotFoundException.
 */
const identityOf = (world: World, domainId: string, { userIdentifier, groupIdentifier }: Member) => {
  if (userIdentifier === undefined) return { groupId: groupIdentifier ?? '' }
  if (!domainOf(world, domainId).addsRoles && userIdentifier.includes(':role/'))
    throw new ServiceError(
      'AccessDeniedException',
      'IAM roles cannot be added to the projects of this domain',
    )
  if (userIdentifier.startsWith('arn:')) return { userId: createProfile(world, domainId, userIdentifier).id }
  const user = findUser(world, domainId, userIdentifier)
  if (user === undefined) throw notFound(`User profile ${userIdentifier}`)
  return { userId: user.id }
}

const isSame = (one: KnownMember, other: ReturnType<typeof identityOf>): boolean =>
  'userId' in other ? one.userId === other.userId : one.groupId === other.groupId

/** Makes a user or group a member, at once. Assumption: a present member gets the new designation. */
export const createProjectMembership = (world: World, input: CreateProjectMembershipInput) => {
  const { domainIdentifier, projectIdentifier, member, designation } = input
  const project = projectOf(world, domainIdentifier, projectIdentifier)
  const identity = identityOf(world, domainIdentifier, member)
  const others = (project.members ?? []).filter((one) => !isSame(one, identity))
  setMembers(world, domainIdentifier, project, [...others, { ...identity, designation }])
  return {}
}

/** Removes a member. Throws ResourceNotFoundException when there is no such member. */
export const deleteProjectMembership = (world: World, input: DeleteProjectMembershipInput) => {
  const { domainIdentifier, projectIdentifier, member } = input
  const project = projectOf(world, domainIdentifier, projectIdentifier)
  const { userIdentifier = '', groupIdentifier } = member
  const userId = findUser(world, domainIdentifier, userIdentifier)?.id ?? userIdentifier
  const identity = groupIdentifier === undefined ? { userId } : { groupId: groupIdentifier }
  const left = (project.members ?? []).filter((one) => !isSame(one, identity))
  if (left.length === (project.members ?? []).length)
    throw notFound(`Membership of ${userIdentifier || groupIdentifier}`)
  setMembers(world, domainIdentifier, project, left)
  return {}
}
