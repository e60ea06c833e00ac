import { timingSafeEqual } from 'node:crypto'
import type { Context, MiddlewareHandler } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'

/**
 * Which requests the page accepts.
 *
 * 1. Only those from this machine: the server listens on loopback, and `Host` must be a loopback name with its port, so a
 *    foreign name that resolves to loopback (DNS rebinding) is refused.
 * 2. Only those with the token: in the first URL, then in a cookie that no other site's request carries (SameSite=Strict)
 *    and no script can read (HttpOnly).
 * 3. Only those of the page itself: an `Origin` or `Sec-Fetch-Site` of another site is refused, and whatever changes
 *    something must name its own origin, a JSON body and a header that no form can send.
 * 4. As a last defense against injected markup, the Content-Security-Policy allows the page's own files and no inline
 *    script or style.
 */

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "font-src 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

const safeHeaders = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
}

/** The header that the page's own script sends with each change. */
const changeHeader = 'x-dzrun-page'

const isToken = (given: string | undefined, token: string): boolean => {
  if (given === undefined) return false
  const [left, right] = [Buffer.from(given), Buffer.from(token)]
  return left.length === right.length && timingSafeEqual(left, right)
}

export interface GuardOptions {
  readonly token: string
  /** The port it listens on, once known. */
  readonly port: () => number
}

/** Why a request is refused; undefined when it may pass. */
const refusalOf = (context: Context, port: number): string | undefined => {
  const host = context.req.header('host') ?? ''
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`]
  if (!hosts.includes(host)) return `Host must be ${hosts[0]}`
  const origin = context.req.header('origin')
  if (origin !== undefined && origin !== `http://${host}`) return 'Origin must be that of the page'
  const site = context.req.header('sec-fetch-site')
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    return 'the request comes from another site'
  if (context.req.method === 'GET' || context.req.method === 'HEAD') return undefined
  if (origin === undefined) return 'a change must name its Origin'
  if (context.req.header(changeHeader) !== '1') return `a change must carry ${changeHeader}: 1`
  if (!(context.req.header('content-type') ?? '').startsWith('application/json'))
    return 'a change must be application/json'
  return undefined
}

/** Refuses every request that is not from the page's own viewer, and sets the headers of every answer. */
export const guard = ({ token, port }: GuardOptions): MiddlewareHandler => {
  return async (context, next) => {
    for (const [name, value] of Object.entries(safeHeaders)) context.header(name, value)
    const refusal = refusalOf(context, port())
    if (refusal !== undefined) return context.text(`refused: ${refusal}\n`, 403)
    // All ports of a host share their cookies, so each page names its own.
    const cookie = `dzrun_page_${port()}`
    const given = context.req.query('token')
    if (given !== undefined && context.req.method === 'GET' && isToken(given, token)) {
      setCookie(context, cookie, token, { httpOnly: true, sameSite: 'Strict', path: '/' })
      const url = new URL(context.req.url)
      url.searchParams.delete('token')
      return context.redirect(`${url.pathname}${url.search}`, 303)
    }
    if (!isToken(getCookie(context, cookie), token))
      return context.text(
        'Open the address that the command printed: it holds the token of this page.\n',
        401,
      )
    return next()
  }
}
