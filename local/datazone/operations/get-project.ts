import type { Project } from '../world/domains.ts'
import { defaultUser, domainOf, notFound, type World } from '../world/world.ts'

/** What GetProject takes, once the model's constraints hold. */
export type GetProjectInput = Readonly<{ domainIdentifier: string; identifier: string }>

/** What GetProject and ListProjects share. */
export const projectSummary = (domainId: string, { id, name }: Project) => ({
  domainId,
  id,
  name,
  projectStatus: 'ACTIVE',
  createdBy: defaultUser,
})

/** A project. Assumption: every user of the domain may read it, because the portal shows projects to all of them. */
export const getProject = (world: World, input: GetProjectInput) => {
  const { domainIdentifier: domainId, identifier } = input
  const project = domainOf(world, domainId).projects.get(identifier)
  if (project === undefined) throw notFound(`Project ${identifier}`)
  return projectSummary(domainId, project)
}
