import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type { z } from 'zod'

/** An error of the service. AWS SDKs raise it as an exception with this name and message. */
export class ServiceError extends Error {
  constructor(name: string, message: string) {
    super(message)
    this.name = name
  }
}

/** Answers in the AWS JSON 1.1 protocol, with a request id. */
export function answerJson(response: ServerResponse, status: number, body: unknown): void {
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': randomUUID() }
  response.writeHead(status, headers).end(JSON.stringify(body))
}

/** Answers with an error. Any error but a ServiceError becomes an InternalException. */
export function answerError(response: ServerResponse, error: unknown): void {
  const known = error instanceof ServiceError
  const message = error instanceof Error ? error.message : String(error)
  answerJson(response, known ? 400 : 500, { __type: known ? error.name : 'InternalException', message })
}

/** Returns the parsed input of an operation. Throws a ValidationException that names each wrong field. */
export function parseInput<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'input'}: ${message}`)
  throw new ServiceError('ValidationException', problems.join('; '))
}
