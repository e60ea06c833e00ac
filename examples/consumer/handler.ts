import type { EventBridgeEvent } from 'aws-lambda'

/** The fields of an ending that this consumer uses; ignore fields that you do not know. */
interface Ending {
  readonly metadata: { readonly id: string; readonly correlationId?: string }
  readonly data: {
    readonly status: string
    readonly willRetry: boolean
    readonly domainId: string
    readonly asset?: { readonly id: string; readonly revision: string }
    readonly dataSource?: { readonly id: string }
    readonly error?: { readonly name: string; readonly message: string }
  }
}

/** Replace this set with a conditional put in a table of yours: events arrive at least once. */
const seen = new Set<string>()

/** Reports each run that failed for good, once. Returns what it did, so that a test can see it. */
export const handler = async (
  event: EventBridgeEvent<string, Ending>,
): Promise<'reported' | 'duplicate' | 'will retry'> => {
  const { metadata, data } = event.detail
  if (seen.has(metadata.id)) return 'duplicate'
  seen.add(metadata.id)
  if (data.willRetry) return 'will retry'
  console.log(
    JSON.stringify({
      message: 'metadata was not generated',
      status: data.status,
      subject: data.asset ?? data.dataSource,
      load: metadata.correlationId,
      error: data.error,
    }),
  )
  return 'reported'
}
