/** The facts of a domain that matter to a role that calls it. */
interface DomainFacts {
  readonly executionRoleArn?: string
  /** Set when a customer managed key encrypts the domain. */
  readonly kmsKeyArn?: string
}

/** The user profile of a role. */
export interface UserProfile {
  readonly userId: string
  /** ASSIGNED, NOT_ASSIGNED, ACTIVATED or DEACTIVATED; any other value is kept. */
  readonly status: string
}

interface ProjectMember {
  readonly userId: string
  readonly designation: string
}

/**
 * Profiles and project memberships of a domain, for the operator who grants them; no function of the stack needs them.
 * Every method throws CatalogRefused when DataZone refuses the call.
 */
export interface Memberships {
  domain(domainId: string): Promise<DomainFacts>
  /** Returns undefined where the role has no profile in the domain. */
  profile(domainId: string, roleArn: string): Promise<UserProfile | undefined>
  /** Returns every project of the domain that the caller may see. */
  projects(domainId: string): Promise<readonly { readonly projectId: string; readonly name: string }[]>
  members(domainId: string, projectId: string): Promise<readonly ProjectMember[]>
  createProfile(domainId: string, roleArn: string): Promise<UserProfile>
  addContributor(domainId: string, projectId: string, roleArn: string): Promise<void>
}
