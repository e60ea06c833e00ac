import type { Answer, ReportUnreadableFields } from '../../ports/datazone.ts'
import { classify, hasStaleCredentials } from './classify.ts'
import { rawAnswer } from './raw-answer.ts'
import type { ReportUnreadable } from './read-answer.ts'

/** A call that DataZone refused for an old signature or expired credentials is sent this often, each time signed anew. */
const maxSends = 3

interface Call<T> {
  readonly operation: string
  readonly send: () => Promise<object>
  readonly read: (answer: unknown, report: ReportUnreadable) => T
}

const sendOnce = async <T>({ operation, send, read }: Call<T>, report: ReportUnreadableFields) => {
  const fields: string[] = []
  try {
    const value = read(rawAnswer(await send()), (unreadable) => fields.push(...unreadable))
    return { outcome: 'answered', value } as const
  } catch (error) {
    return { outcome: 'refused', refusal: classify(error) } as const
  } finally {
    if (fields.length > 0) report(operation, fields)
  }
}

/** Sends a call, and sends it again at once while only its signature or credentials were too old. */
export const answer = async <T>(call: Call<T>, report: ReportUnreadableFields): Promise<Answer<T>> => {
  for (let sends = 1; ; sends += 1) {
    const result = await sendOnce(call, report)
    const isStale = result.outcome === 'refused' && hasStaleCredentials(result.refusal)
    if (!isStale || sends >= maxSends) return result
  }
}
