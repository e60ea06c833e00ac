import { request } from 'node:http'
import type { Page } from '../../page/server/page-server.ts'

interface PageAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

/** Sends exactly these headers: fetch would set its own Host and Origin. */
export const send = (
  { port }: Page,
  path: string,
  options: {
    readonly method?: string
    readonly headers?: Record<string, string>
    readonly body?: string
  } = {},
): Promise<PageAnswer> =>
  new Promise((resolve, reject) => {
    const { method = 'GET', headers = {}, body } = options
    const sent = request(
      { host: '127.0.0.1', port, path, method, headers: { host: `127.0.0.1:${port}`, ...headers } },
      async (answer) => {
        let text = ''
        for await (const chunk of answer) text += chunk
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text })
      },
    )
    sent.once('error', reject)
    sent.end(body)
  })

/** Opens the first address of a page, which holds its token, and returns the answer that sets the cookie. */
export const openFirstAddress = (page: Page): Promise<PageAnswer> => {
  const { pathname, search } = new URL(page.url)
  return send(page, pathname + search)
}

/** Returns the cookie that the first address of a page sets. */
export const cookieOf = async (page: Page): Promise<string> =>
  String((await openFirstAddress(page)).headers['set-cookie']).split(';')[0] ?? ''

/** Reads the stream of a page until its text satisfies the condition, disconnects, and returns the text. */
export const readStream = async (
  page: Page,
  headers: Record<string, string>,
  isEnough: (text: string) => boolean,
): Promise<string> => {
  const stop = new AbortController()
  const { body } = await fetch(`${page.origin}/api/stream`, { headers, signal: stop.signal })
  let text = ''
  try {
    for await (const chunk of body ?? []) {
      text += Buffer.from(chunk).toString()
      if (isEnough(text)) return text
    }
  } finally {
    stop.abort()
  }
  return text
}
