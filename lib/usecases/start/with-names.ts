import { portalLink } from '../../contracts/portal-link.ts'
import { present } from '../../run/present.ts'
import { type ParkedRun, unknownProject } from '../../run/run.ts'
import type { StartContext } from './start-context.ts'

/**
 * Returns a request with the name of its project and the address of its asset's page in the portal. No decision depends on
 * them: without an answer within two seconds, the request has no project name.
 */
export const withNames = async (waiting: ParkedRun, context: StartContext): Promise<ParkedRun> => {
  const { subject, projectId } = waiting
  if (projectId === unknownProject) return waiting
  const { region } = context.settings
  const portalUrl =
    subject.kind === 'METADATA_GENERATION' && region !== undefined
      ? portalLink(subject, projectId, region)
      : undefined
  const projectName = await context.projectNames?.nameOf(subject.domainId, projectId)
  return { ...waiting, ...present({ projectName, portalUrl }) }
}
