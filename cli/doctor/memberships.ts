import type { Finding } from '../../lib/usecases/inspect/diagnose.ts'
import type { connect } from '../connect.ts'
import { currentPolicy } from '../current-policy.ts'
import type { OutputFlags } from '../output.ts'
import { progressOf } from '../progress.ts'
import type { StackOptions } from '../stack-location.ts'
import { domainOf } from '../target.ts'

/** Checks that the catalog role is a contributor of every project that the policy can reach. Skips a local stack. */
export const membershipFindings = async (
  { location, client }: Pick<Awaited<ReturnType<typeof connect>>, 'location' | 'client'>,
  options: StackOptions & OutputFlags & { readonly domain?: string },
): Promise<readonly Finding[]> => {
  const { catalogRoleArn: roleArn } = location
  if (roleArn === undefined) return []
  const [{ dataZoneMemberships }, { checkMemberships }, { dataZoneClient }] = await Promise.all([
    import('../../lib/adapters/datazone/memberships.ts'),
    import('../../lib/usecases/inspect/memberships.ts'),
    import('../catalog.ts'),
  ])
  const { policy } = await currentPolicy({ location, client })
  const domainId = domainOf(options.domain, location)
  const progress = progressOf('projects checked', options)
  const report = await checkMemberships(
    { domainId, roleArn },
    policy,
    dataZoneMemberships(dataZoneClient(location, options)),
    progress.report,
  ).finally(progress.end)
  const lacking = report.projects.filter(({ access }) => access !== 'contributor')
  const found = `contributor of ${report.projects.length - lacking.length} of ${report.projects.length} projects`
  return [
    ...report.problems.map(
      (problem): Finding => ({ check: 'membership', severity: 'error', found: problem }),
    ),
    ...lacking.map(
      ({ projectId, name, access }): Finding => ({
        check: 'membership',
        severity: 'error',
        found: `${name} (${projectId}): ${access}`,
        fix: 'the catalog role cannot start runs there',
        command: ['membership', 'add', '--domain', domainId],
      }),
    ),
    ...(lacking.length === 0 ? [{ check: 'membership', severity: 'ok' as const, found }] : []),
  ]
}
