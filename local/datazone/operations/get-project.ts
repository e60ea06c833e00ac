import type { Project } from '../world/domains.ts'
import { defaultUser, domainOf, notFound, type World } from '../world/world.ts'

/** The input of GetProject, which satisfies the constraints of the model. */
export type GetProjectInput = Readonly<{ domainIdentifier: string; identifier: string }>

/** Returns the fields of both GetProject and ListProjects. */
export const projectSummary = (domainId: string, { id, name }: Project) => ({
  domainId,
  id,
  name,
  projectStatus: 'ACTIVE',
  createdBy: defaultUser,
})

/** Answers a project. Assumption: every user of the domain may read it, because the portal shows it to all of them. */
export const getProject = (world: World, input: GetProjectInput) => {
  const { domainIdentifier: domainId, identifier } = input
  const project = domainOf(world, domainId).projects.get(identifier)
  if (project === undefined) throw notFound(`Project ${identifier}`)
  return projectSummary(domainId, project)
}
