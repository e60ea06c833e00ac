import type { DataZoneClient } from '@aws-sdk/client-datazone'

/**
 * Keeps the body of each 2xx answer away from the SDK, which throws on one unreadable field and loses the whole answer
 * (P8). The SDK still signs, sends, retries and reads errors; lib/adapters/datazone/read-answer.ts reads the body.
 */

/** An answer of 2xx whose body is not JSON. The call may have taken effect. */
export class UnreadableAnswer extends Error {
  constructor(problem: string, options?: ErrorOptions) {
    super(`DataZone sent an unreadable answer: ${problem}`, options)
    this.name = 'UnreadableAnswer'
  }
}

/** The bodies by the handler context of their call, and then by the output that the SDK returns. */
const received = new WeakMap<object, string>()
const bodies = new WeakMap<object, string>()

interface HttpAnswer {
  readonly statusCode: number
  body: unknown
}

const isHttpAnswer = (value: unknown): value is HttpAnswer =>
  typeof value === 'object' && value !== null && 'statusCode' in value && 'body' in value

const isStream = (body: unknown): body is AsyncIterable<Uint8Array> =>
  typeof body === 'object' && body !== null && Symbol.asyncIterator in body

const textOf = async (body: unknown): Promise<string> => {
  if (body instanceof Uint8Array) return Buffer.from(body).toString('utf8')
  const chunks: Uint8Array[] = []
  if (isStream(body)) for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

/** Makes a client keep the bodies of its answers; harmless when repeated. */
export const keepBodies = (client: DataZoneClient): void => {
  client.middlewareStack.add(
    (next, context) => async (args) => {
      received.delete(context)
      const result = await next(args)
      const { response } = result
      if (isHttpAnswer(response) && response.statusCode >= 200 && response.statusCode < 300) {
        received.set(context, await textOf(response.body))
        response.body = new Uint8Array()
      }
      return result
    },
    { step: 'deserialize', priority: 'low', name: 'receiveBody', override: true },
  )
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const result = await next(args)
      const body = received.get(context)
      if (body !== undefined && result.output !== undefined) bodies.set(result.output, body)
      return result
    },
    { step: 'deserialize', priority: 'high', name: 'keepBody', override: true },
  )
}

/**
 * Returns the JSON that DataZone answered, from the output of a client that keeps bodies. An empty body is an empty
 * object.
 * @throws UnreadableAnswer when the body is not JSON
 */
export const rawAnswer = (output: object): unknown => {
  const body = bodies.get(output) ?? ''
  if (body === '') return {}
  try {
    return JSON.parse(body)
  } catch (error) {
    throw new UnreadableAnswer('the body is not JSON', { cause: error })
  }
}
