import { PortUnavailable } from '../../errors.ts'

/** The most entries that SQS takes in one call. */
export const maxBatch = 10

/** Waits for the answer of a queue. Throws PortUnavailable when there is none. */
export const answered = async <T>(call: Promise<T>): Promise<T> => {
  try {
    return await call
  } catch (error) {
    throw new PortUnavailable('queue', error)
  }
}
