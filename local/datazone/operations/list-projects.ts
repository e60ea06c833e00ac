import { domainOf, type World } from '../world/world.ts'
import { projectSummary } from './get-project.ts'
import { itemPageOf } from './item-page.ts'

/** The input of ListProjects, which satisfies the constraints of the model. */
export type ListProjectsInput = Readonly<{
  domainIdentifier: string
  name?: string
  userIdentifier?: string
  groupIdentifier?: string
  nextToken?: string
  maxResults?: number
}>

/** Answers the projects of a domain, in the order of the catalogue. Assumption: `name` has to be the whole name. */
export const listProjects = (world: World, input: ListProjectsInput) => {
  const { domainIdentifier: domainId, name, userIdentifier, groupIdentifier, nextToken, maxResults } = input
  const found = [...domainOf(world, domainId).projects.values()].filter(
    (project) =>
      (name === undefined || project.name === name) &&
      (userIdentifier === undefined || project.members?.some(({ userId }) => userId === userIdentifier)) &&
      (groupIdentifier === undefined || project.members?.some(({ groupId }) => groupId === groupIdentifier)),
  )
  return itemPageOf(world, {
    key: ['projects', domainId, name ?? null, userIdentifier ?? null, groupIdentifier ?? null],
    items: found.map((project) => projectSummary(domainId, project)),
    nextToken,
    maxResults,
  })
}
