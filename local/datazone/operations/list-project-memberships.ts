import { domainOf, notFound, type World } from '../world/world.ts'
import { itemPageOf } from './item-page.ts'

/** The input of ListProjectMemberships, which satisfies the constraints of the model. */
export type ListProjectMembershipsInput = Readonly<{
  domainIdentifier: string
  projectIdentifier: string
  sortBy?: string
  sortOrder?: string
  nextToken?: string
  maxResults?: number
}>

/** Answers the users and groups of a project, in the order of the catalogue or sorted by id. */
export const listProjectMemberships = (world: World, input: ListProjectMembershipsInput) => {
  const { domainIdentifier, projectIdentifier, sortBy, sortOrder, nextToken, maxResults } = input
  const project = domainOf(world, domainIdentifier).projects.get(projectIdentifier)
  if (project === undefined) throw notFound(`Project ${projectIdentifier}`)
  const members = project.members ?? []
  const idOf = (member: (typeof members)[number]): string => member.userId ?? member.groupId ?? ''
  const ascending =
    sortBy === undefined ? members : members.toSorted((one, other) => (idOf(one) < idOf(other) ? -1 : 1))
  const page = itemPageOf(world, {
    key: ['memberships', domainIdentifier, projectIdentifier, sortBy ?? null, sortOrder ?? null],
    items: sortOrder === 'DESCENDING' ? ascending.toReversed() : ascending,
    nextToken,
    maxResults,
  })
  return {
    members: page.items.map(({ userId, groupId, designation }) => ({
      memberDetails: userId === undefined ? { group: { groupId } } : { user: { userId } },
      designation,
    })),
    nextToken: page.nextToken,
  }
}
