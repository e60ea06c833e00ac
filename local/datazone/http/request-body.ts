import type { IncomingMessage } from 'node:http'

/** The longest request body. A catalogue of a hundred thousand assets like those of the sample fits. */
export const maxBodyBytes = 64 * 2 ** 20

/** A request body as text, or why it is refused. */
export type RequestBody = { text: string } | { refused: 'too long' | 'compressed' | 'not UTF-8' }

const decoder = new TextDecoder('utf-8', { fatal: true })

const decoded = (bytes: Buffer): RequestBody => {
  try {
    return { text: decoder.decode(bytes) }
  } catch {
    return { refused: 'not UTF-8' }
  }
}

/** Reads the body of a request. Returns undefined when the caller closes the connection before its end. */
export const readBody = async (request: IncomingMessage): Promise<RequestBody | undefined> => {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of request) {
      bytes += chunk.length
      if (bytes <= maxBodyBytes) chunks.push(chunk)
      else chunks.length = 0
    }
  } catch {
    return undefined
  }
  const encoding = request.headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity') return { refused: 'compressed' }
  return bytes > maxBodyBytes ? { refused: 'too long' } : decoded(Buffer.concat(chunks))
}
