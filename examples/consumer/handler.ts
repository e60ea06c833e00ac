import type { EventBridgeEvent } from 'aws-lambda'

/** The fields of an ending that this consumer uses. Ignore the others: more will be added. */
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

/** Events arrive at least once. Replace this set with a conditional put in your own table. */
const seen = new Set<string>()

/** Reports each run that did not succeed and is not retried, once. Returns what it did, for tests. */
export const handler = async (
  event: EventBridgeEvent<string, Ending>,
): Promise<'reported' | 'duplicate' | 'will retry'> => {
  const { metadata, data } = event.detail
  if (seen.has(metadata.id)) return 'duplicate'
  seen.add(metadata.id)
  if (data.willRetry) return 'will retry'
  console.log(
    JSON.stringify({
      message: 'Run did not succeed',
      status: data.status,
      subject: data.asset ?? data.dataSource,
      load: metadata.correlationId,
      error: data.error,
    }),
  )
  return 'reported'
}
