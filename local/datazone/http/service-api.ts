import { withUnreadableFields } from '../calls/unreadable-fields.ts'
import type { DataZone } from '../datazone.ts'
import { operationNamed } from '../model/model.ts'
import { outputShape } from '../model/validation.ts'
import { isOperation } from '../operations/operations.ts'
import { errorReply, type JsonRequest, type Reply } from './reply.ts'
import { bindInput, matchRequest, serialize } from './rest-json.ts'

/** Answers a restJson1 request of an AWS SDK, with UnknownOperationException for any operation that is not served. */
export const answerService = (
  datazone: DataZone,
  { method, path, query, body, accessKeyId }: JsonRequest,
): Reply => {
  const request = matchRequest(method, path)
  if (request === undefined || !isOperation(request.operation))
    return errorReply(
      404,
      'UnknownOperationException',
      `the simulator does not serve ${method} ${path}: docs/SIMULATOR.md lists the operations that it serves`,
    )
  const answer = datazone.call(request.operation, bindInput(request, query, body), accessKeyId)
  const { lost, delayMs, transport, unreadable } = answer
  const reply =
    answer.outcome === 'ok'
      ? {
          status: operationNamed(request.operation).http.responseCode,
          body: withUnreadableFields(serialize(outputShape(request.operation), answer.output), unreadable),
        }
      : errorReply(answer.error.status, answer.error.name, answer.error.message)
  return { ...reply, lost, delayMs, transport }
}
