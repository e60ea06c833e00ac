import { TransactionCanceledException } from '@aws-sdk/client-dynamodb'

const reasonsOf = (error: unknown): readonly (string | undefined)[] =>
  error instanceof TransactionCanceledException
    ? (error.CancellationReasons ?? []).map(({ Code }) => Code)
    : []

/** Of a transaction that was cancelled: whose condition failed, in its order. */
export const failedConditions = (error: unknown): readonly boolean[] =>
  reasonsOf(error).map((code) => code === 'ConditionalCheckFailed')

/** Whether a transaction was cancelled only because another one had hold of an item just then; it had no effect. */
export const isConflict = (error: unknown): boolean => reasonsOf(error).includes('TransactionConflict')
