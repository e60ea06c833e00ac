import { TransactionCanceledException } from '@aws-sdk/client-dynamodb'

/**
 * Every write goes through this wrapper. Rules:
 * 1. A write that certainly had no effect, because of a conflict or of throttling, is retried in place with jitter.
 * 2. A failed condition is an answer and is never retried, whatever else the transaction met.
 * 3. A write whose effect is unknown is not retried here. The SDK repeats it, and a claim then recognizes itself
 *    (lib/adapters/dynamodb/claim.ts).
 */

/**
 * Waits before a retry: longer after each try, and for a random time, so that writers that collided do not collide again.
 */
export type BackOff = (tries: number) => Promise<void>

/** Counters and the pace are hot: every starter may write the same item. */
const maxTries = 12

/** Returns the wait before the next try: up to 20 ms before the second, 40 ms before the third, and so on up to 400 ms. */
export const backOffMs = (tries: number, random: number): number => random * Math.min(400, 10 * 2 ** tries)

const jitteredBackOff: BackOff = (tries) =>
  new Promise((resolve) => setTimeout(resolve, backOffMs(tries, Math.random())))

const transientErrors: ReadonlySet<string> = new Set([
  'TransactionConflictException',
  'TransactionInProgressException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
  'ThrottlingError',
])

const transientReasons: ReadonlySet<string> = new Set([
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
])

const reasonsOf = (error: unknown): readonly (string | undefined)[] =>
  error instanceof TransactionCanceledException
    ? (error.CancellationReasons ?? []).map(({ Code }) => Code)
    : []

/** Returns which conditions of a canceled transaction failed, in its order. */
export const failedConditions = (error: unknown): readonly boolean[] =>
  reasonsOf(error).map((code) => code === 'ConditionalCheckFailed')

/** Whether a write that failed so certainly had no effect, and may be tried again at once. */
export const isTransient = (error: unknown): boolean => {
  const reasons = reasonsOf(error)
  if (reasons.includes('ConditionalCheckFailed')) return false
  return (
    reasons.some((code) => code !== undefined && transientReasons.has(code)) ||
    (error instanceof Error && transientErrors.has(error.name))
  )
}

/** Returns a function that makes a write and retries it by the rules above; throws the last error as it is. */
export const retryWrites =
  (backOff: BackOff = jitteredBackOff) =>
  async <T>(write: () => Promise<T>): Promise<T> => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await write()
      } catch (error) {
        if (tries >= maxTries || !isTransient(error)) throw error
        await backOff(tries)
      }
    }
  }
