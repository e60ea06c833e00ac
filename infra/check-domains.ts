import { DataZoneClient, GetDomainCommand } from '@aws-sdk/client-datazone'

interface Stage {
  readonly region: string
  /** The value of the setting DomainIds. */
  readonly domainIds: string
  /** The value of the setting DomainAccountId. */
  readonly domainAccountId: string
}

interface DomainCheck {
  /** Domains that are not in the Region, one sentence each: the deployment would receive no event. */
  readonly problems: readonly string[]
  /** Why a domain was not checked. */
  readonly notes: readonly string[]
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown error')

/** Errors that say that the Region has no such domain. */
const absent: ReadonlySet<string> = new Set(['ResourceNotFoundException'])

/**
 * Asks DataZone for each domain of a stage in the stage's Region. Where DataZone cannot be asked, the check is skipped
 * and a note says why: a deployer needs no permission for DataZone.
 */
export const checkDomains = async (
  { region, domainIds, domainAccountId }: Stage,
  client: DataZoneClient = new DataZoneClient({ region, maxAttempts: 2 }),
): Promise<DomainCheck> => {
  if (domainAccountId !== '')
    return { problems: [], notes: [`Region of the domains not checked: account ${domainAccountId} has them`] }
  const problems: string[] = []
  const notes: string[] = []
  for (const identifier of domainIds.split(',').filter((id) => id !== '' && id !== '*')) {
    try {
      await client.send(new GetDomainCommand({ identifier }))
    } catch (error) {
      if (absent.has(nameOf(error)))
        problems.push(
          `DomainIds: ${region} has no domain ${identifier}; set Region to the Region of the domain, because its events reach no other`,
        )
      else notes.push(`Region of domain ${identifier} not checked: ${nameOf(error)}`)
    }
  }
  return { problems, notes }
}
