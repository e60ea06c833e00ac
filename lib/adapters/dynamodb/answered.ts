import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { PortUnavailable } from '../../errors.ts'

/** Returns undefined for a failed condition, which is an answer; throws PortUnavailable for any other error. */
export const answered = async <T>(call: Promise<T>): Promise<T | undefined> => {
  try {
    return await call
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined
    throw new PortUnavailable('table', error)
  }
}
