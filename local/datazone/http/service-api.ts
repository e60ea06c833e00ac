import type { DataZone } from '../datazone.ts'
import { outputShape } from '../model/validation.ts'
import { isOperation } from '../operations/operations.ts'
import { errorReply, type JsonRequest, type Reply } from './reply.ts'
import { bindInput, matchRequest, serialize } from './rest-json.ts'

/** Answers a restJson1 request of an AWS SDK. A path that no served operation has gets UnknownOperationException. */
export const answerService = (datazone: DataZone, { method, url, body }: JsonRequest): Reply => {
  const request = matchRequest(method, url.pathname)
  if (request === undefined || !isOperation(request.operation))
    return errorReply(
      404,
      'UnknownOperationException',
      `${method} ${url.pathname} is no operation that is simulated`,
    )
  const answer = datazone.call(request.operation, bindInput(request, url.searchParams, body))
  const { lost, delayMs } = answer
  const reply =
    answer.outcome === 'ok'
      ? { status: 200, body: serialize(outputShape(request.operation), answer.output) }
      : errorReply(answer.error.status, answer.error.name, answer.error.message)
  return { ...reply, lost, delayMs }
}
