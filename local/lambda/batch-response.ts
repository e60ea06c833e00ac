/**
 * Returns the ids of the messages that stay on the queue after a function that reports item failures has returned.
 * An empty report means that every message was handled. As in Lambda, an invalid report fails the whole batch.
 */
export function failedMessageIds(response: unknown, batchIds: readonly string[]): ReadonlySet<string> {
  const everything = new Set(batchIds)
  if (response === null || response === undefined) return new Set()
  if (typeof response !== 'object') return everything
  const failures = 'batchItemFailures' in response ? response.batchItemFailures : undefined
  if (failures === null || failures === undefined) return new Set()
  if (!Array.isArray(failures)) return everything
  const failed = failures.map(itemIdentifier)
  return failed.every((id) => id !== undefined && everything.has(id))
    ? new Set(failed.filter((id) => id !== undefined))
    : everything
}

function itemIdentifier(failure: unknown): string | undefined {
  if (typeof failure !== 'object' || failure === null || !('itemIdentifier' in failure)) return undefined
  return typeof failure.itemIdentifier === 'string' ? failure.itemIdentifier : undefined
}
