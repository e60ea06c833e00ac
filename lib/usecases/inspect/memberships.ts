import { CatalogRefused } from '../../errors.ts'
import type { Memberships } from '../../ports/memberships.ts'
import { applyPolicy, type Policy } from '../../run/policy.ts'

/** What a project needs so that the catalog role can work in it. */
export interface ProjectAccess {
  readonly projectId: string
  readonly name: string
  readonly access: 'contributor' | 'read-only' | 'missing'
}

export interface MembershipReport {
  readonly domainId: string
  readonly roleArn: string
  /** The status of the role's profile, or NONE. */
  readonly profile: string
  /** The projects whose assets the policy may run. */
  readonly projects: readonly ProjectAccess[]
  /** The obstacles, one sentence each, with the fix. */
  readonly problems: readonly string[]
}

/** Designations that may start runs. Assumption: DataZone documents the designations, not the calls that each allows. */
const mayStart: ReadonlySet<string> = new Set([
  'PROJECT_OWNER',
  'PROJECT_CONTRIBUTOR',
  'PROJECT_CATALOG_STEWARD',
])

const problemOfProfile = (status: string): readonly string[] => {
  switch (status) {
    case 'ACTIVATED':
    case 'NONE':
      return []
    case 'ASSIGNED':
      return [
        'the profile of the role is ASSIGNED, and DataZone denies its calls until it is activated: assume the role, call aws datazone get-iam-portal-login-url once, or have the administrator of the domain activate it',
      ]
    default:
      return [`the profile of the role is ${status}: have the administrator of the domain activate it`]
  }
}

const problemOfKey = (kmsKeyArn: string | undefined): readonly string[] =>
  kmsKeyArn === undefined
    ? []
    : [
        `the domain is encrypted with ${kmsKeyArn}: set DomainKmsKeyArn to it, and let its key policy allow the role kms:Decrypt and kms:GenerateDataKey`,
      ]

/**
 * Reads the role's profile in a domain, and its membership in every project whose assets the policy may run.
 * @throws CatalogRefused
 */
export const checkMemberships = async (
  target: { readonly domainId: string; readonly roleArn: string },
  policy: Pick<Policy, 'rules'>,
  memberships: Memberships,
  onProgress: (checked: number, total: number) => void = () => {},
): Promise<MembershipReport> => {
  const { domainId, roleArn } = target
  const { kmsKeyArn } = await memberships.domain(domainId)
  const profile = await memberships.profile(domainId, roleArn)
  const projects: ProjectAccess[] = []
  const all = await memberships.projects(domainId)
  for (const [checked, { projectId, name }] of all.entries()) {
    onProgress(checked, all.length)
    if (applyPolicy(policy, { domainId, projectId }).decision === 'skip') continue
    const members = profile === undefined ? [] : await memberships.members(domainId, projectId)
    const own = members.filter(({ userId }) => userId === profile?.userId)
    const isContributor = own.some(({ designation }) => mayStart.has(designation))
    const access = isContributor ? 'contributor' : own.length > 0 ? 'read-only' : 'missing'
    projects.push({ projectId, name, access })
  }
  const status = profile?.status ?? 'NONE'
  const problems = [...problemOfProfile(status), ...problemOfKey(kmsKeyArn)]
  return { domainId, roleArn, profile: status, projects, problems }
}

/** The AWS CLI commands that give the role what it lacks. */
export const membershipCommands = ({ domainId, roleArn, profile, projects }: MembershipReport) => [
  ...(profile === 'NONE'
    ? [
        `aws datazone create-user-profile --domain-identifier ${domainId} --user-identifier ${roleArn} --user-type IAM_ROLE`,
      ]
    : []),
  ...projects
    .filter(({ access }) => access !== 'contributor')
    .map(
      ({ projectId }) =>
        `aws datazone create-project-membership --domain-identifier ${domainId} --project-identifier ${projectId} --designation PROJECT_CONTRIBUTOR --member userIdentifier=${roleArn}`,
    ),
]

export type AddResult =
  | { readonly projectId: string; readonly outcome: 'added' }
  | { readonly projectId: string; readonly outcome: 'refused'; readonly reason: string }

/** Explains a refusal with what operators have to change. */
const explainRefusal = (error: CatalogRefused, executionRoleArn: string | undefined): string =>
  /iam:GetRole/.test(error.message)
    ? `${error.message}; allow iam:GetRole on the role to ${executionRoleArn ?? 'the execution role of the domain'}`
    : error.message

/**
 * Creates the role's profile where it has none, and makes the role a contributor of each project that lacks it. A
 * refusal is reported, and the other projects are still tried.
 */
export const addMemberships = async (
  report: MembershipReport,
  memberships: Memberships,
): Promise<readonly AddResult[]> => {
  const { domainId, roleArn, profile, projects } = report
  const { executionRoleArn } = await memberships.domain(domainId)
  const attempt = async (projectId: string, change: () => Promise<unknown>): Promise<AddResult> => {
    try {
      await change()
      return { projectId, outcome: 'added' }
    } catch (error) {
      if (!(error instanceof CatalogRefused)) throw error
      return { projectId, outcome: 'refused', reason: explainRefusal(error, executionRoleArn) }
    }
  }
  const lacking = projects.filter(({ access }) => access !== 'contributor')
  if (profile === 'NONE' && lacking.length > 0) {
    const created = await attempt('', () => memberships.createProfile(domainId, roleArn))
    if (created.outcome === 'refused') return lacking.map(({ projectId }) => ({ ...created, projectId }))
  }
  const results: AddResult[] = []
  for (const { projectId } of lacking)
    results.push(await attempt(projectId, () => memberships.addContributor(domainId, projectId, roleArn)))
  return results
}
