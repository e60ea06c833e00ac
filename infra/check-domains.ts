import { DataZoneClient, DataZoneServiceException, GetDomainCommand } from '@aws-sdk/client-datazone'

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
  /** Why a domain was not looked up, and what to check instead. */
  readonly notes: readonly string[]
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown error')

/** Why DataZone could not be asked, in words for the person who deploys. */
const reasonOf = (error: unknown): string => {
  switch (nameOf(error)) {
    case 'AccessDeniedException':
      return 'these credentials may not call datazone:GetDomain on it'
    case 'CredentialsProviderError':
      return 'there are no AWS credentials'
    case 'SyntaxError':
      return "the endpoint gave an answer that is not DataZone's"
    default:
      return error instanceof DataZoneServiceException
        ? `DataZone answered ${error.name}`
        : 'DataZone cannot be reached'
  }
}

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
    return {
      problems: [],
      notes: [
        `Domains not looked up, because account ${domainAccountId} owns them; make sure that they are in ${region}`,
      ],
    }
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
      else
        notes.push(
          `Domain ${identifier} not looked up: ${reasonOf(error)}; make sure that it is in ${region}, because its events reach no other Region`,
        )
    }
  }
  return { problems, notes }
}
