import type { IncomingMessage } from 'node:http'

/** The most that a request may carry: a catalogue of a hundred thousand assets as the samples fits. */
export const maxBodyBytes = 64 * 2 ** 20

/** What a request carried, as text; 'too long' when it was more than `mostBytes`; undefined when it broke off. */
export const readBody = async (
  request: IncomingMessage,
): Promise<{ text: string } | 'too long' | undefined> => {
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
  return bytes > maxBodyBytes ? 'too long' : { text: new TextDecoder().decode(Buffer.concat(chunks)) }
}
