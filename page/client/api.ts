/** What the server refused, in its own words. */
class Refused extends Error {
  override readonly name = 'Refused'
}

const answerOf = async <T>(answer: Response): Promise<T> => {
  const body: unknown = await answer.json().catch(() => undefined)
  if (answer.ok) return body as T
  const message =
    typeof body === 'object' && body !== null && 'message' in body ? String(body.message) : answer.statusText
  throw new Refused(message)
}

/** Reads JSON from the page's server. The server is of the same version, so its answers need no check. */
export const getJson = async <T>(path: string): Promise<T> => answerOf<T>(await fetch(path))

/** Asks the server for a change. The header is one that no form of another site can send. */
export const postJson = async <T>(path: string, body: object): Promise<T> =>
  answerOf<T>(
    await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-dzrun-page': '1' },
      body: JSON.stringify(body),
    }),
  )
