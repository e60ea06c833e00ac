import { DataZoneClient, DataZoneServiceException, GetDomainCommand } from '@aws-sdk/client-datazone'

interface Stage {
  readonly region: string
  /** The value of the setting DomainIds. */
  readonly domainIds: string
  /** The value of the setting DomainAccountId. */
  readonly domainAccountId: string
}

interface DomainCheck {
  /** One sentence for each domain that the Region lacks: the deployment would receive none of its events. */
  readonly problems: readonly string[]
  /** One sentence for each domain that was not looked up: why, and what to check instead. */
  readonly notes: readonly string[]
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown error')

/** Returns why the lookup of a domain failed, in words for the deployer. */
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

/** Errors with which DataZone says that the Region has no such domain. */
const absent: ReadonlySet<string> = new Set(['ResourceNotFoundException'])

/**
 * Looks up each domain of a stage in the stage's Region. A lookup that fails for any other reason than a missing domain
 * becomes a note, because a deployer needs no permission for DataZone.
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
          `DomainIds: ${region} has no domain ${identifier}; set Region to the Region of the domain, because DataZone sends its events to no other`,
        )
      else
        notes.push(
          `Domain ${identifier} not looked up: ${reasonOf(error)}; make sure that it is in ${region}, because DataZone sends its events to no other Region`,
        )
    }
  }
  return { problems, notes }
}
