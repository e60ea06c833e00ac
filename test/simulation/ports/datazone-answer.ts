import { classify } from '../../../lib/adapters/datazone/classify.ts'
import { UnreadableAnswer } from '../../../lib/adapters/datazone/raw-answer.ts'
import type { ReportUnreadable } from '../../../lib/adapters/datazone/read-answer.ts'
import type { Answer } from '../../../lib/ports/datazone.ts'
import type { Answer as ServiceAnswer, Transport } from '../../../local/datazone/calls/answer.ts'
import { withUnreadableFields } from '../../../local/datazone/calls/unreadable-fields.ts'
import { serialize } from '../../../local/datazone/http/rest-json.ts'
import { outputShape } from '../../../local/datazone/model/validation.ts'

/** Returns what the SDK throws for an error of the service. */
const sdkError = ({ name, message, status }: { name: string; message: string; status: number }): Error =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } })

const refused = (error: unknown): Answer<never> => ({ outcome: 'refused', refusal: classify(error) })

const bodyOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UnreadableAnswer('the body is not JSON', { cause: error })
  }
}

/** Returns the body of a 2xx answer, as the adapter parses it from the wire. */
const receivedBody = <Out extends object>(operation: string, answer: ServiceAnswer<Out>): unknown => {
  const { transport, unreadable } = answer
  if (transport?.kind === 'raw' && transport.status < 300) return bodyOf(transport.body)
  if (answer.outcome === 'error') throw sdkError(answer.error)
  // `serialize` returns what JSON would make of an answer, so only a truncated one is written out as text.
  const body = withUnreadableFields(serialize(outputShape(operation), answer.output), unreadable)
  if (transport?.kind !== 'truncated') return body
  const text = JSON.stringify(body)
  return bodyOf(text.slice(0, text.length / 2))
}

const isBroken = (transport: Transport | undefined): boolean =>
  transport?.kind === 'hang' || transport?.kind === 'reset'

/**
 * Returns an answer of the simulator as the DataZone port gives it to its caller: the production code parses the body and
 * classifies the error.
 */
export const readServiceAnswer = <Out extends object, T>(
  operation: string,
  answer: ServiceAnswer<Out>,
  read: (body: unknown, report: ReportUnreadable) => T,
): Answer<T> => {
  const { transport } = answer
  try {
    if (transport?.kind === 'raw' && transport.status >= 300)
      throw sdkError({ name: 'UnknownError', message: transport.body, status: transport.status })
    if (isBroken(transport) || (answer.lost && transport === undefined))
      throw new Error('the connection broke')
    return { outcome: 'answered', value: read(receivedBody(operation, answer), () => {}) }
  } catch (error) {
    return refused(error)
  }
}

/** Returns the answer to a call for which the caller got none. */
export const unreached = (cause: Error): Answer<never> => refused(cause)
