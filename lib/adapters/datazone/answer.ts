import type { Answer, ReportUnreadableFields } from '../../ports/datazone.ts'
import { classify } from './classify.ts'
import { rawAnswer } from './raw-answer.ts'
import type { ReportUnreadable } from './read-answer.ts'
import { signAnew } from './sign-anew.ts'

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

/** Sends a call, again while its signature was too old, and reads the answer. */
export const answer = <T>(call: Call<T>, report: ReportUnreadableFields): Promise<Answer<T>> =>
  signAnew(() => sendOnce(call, report))
