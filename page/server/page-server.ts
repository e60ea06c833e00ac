import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { compress } from 'hono/compress'
import { newToken } from '../kept-token.ts'
import { changeRoutes } from './change-routes.ts'
import { clientFiles } from './client-files.ts'
import { guard } from './guard.ts'
import { localRoutes } from './local-routes.ts'
import { openState, type PageOptions } from './page-state.ts'
import { readRoutes } from './read-routes.ts'

/** A running page. */
export interface Page {
  /** The first address to open: it holds the token. */
  readonly url: string
  readonly origin: string
  readonly port: number
  close(): Promise<void>
}

const html = 'index.html'

/**
 * Serves the live page on loopback.
 * @throws Error when the port is taken
 */
export const startPage = async (options: PageOptions): Promise<Page> => {
  const token = options.token ?? newToken()
  const files = await clientFiles()
  let port = options.port
  const app = new Hono()
  app.use(guard({ token, port: () => port }))
  app.use('/assets/*', compress())
  const state = openState(options)
  app.get('/api/stream', (context) => {
    context.header('content-type', 'text/event-stream')
    context.header('cache-control', 'no-store')
    return context.body(state.live.body(context.req.header('last-event-id') ?? context.req.query('after')))
  })
  readRoutes(app, state)
  if (options.allowChanges) changeRoutes(app, state)
  if (options.stack.local !== undefined) localRoutes(app, state, options.stack.local)
  app.all('/api/*', (context) => context.json({ message: 'there is no such path' }, 404))
  app.get('/files/:name', compress(), (context) => {
    const file = files.get(context.req.param('name'))
    if (file === undefined) return context.notFound()
    context.header('cache-control', 'no-cache')
    context.header('content-type', file.type)
    return context.body(file.body)
  })
  app.get('*', (context) => {
    context.header('cache-control', 'no-cache')
    context.header('content-type', 'text/html; charset=utf-8')
    return context.body(files.get(html)?.body ?? '')
  })
  const server = createServer(getRequestListener(app.fetch))
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new Error(`the page cannot listen on port ${port}: give another port, or 0 for any`, { cause })),
    )
    server.listen(port, '127.0.0.1', resolve)
  }).catch(async (error: unknown) => {
    await state.stop()
    throw error
  })
  port = (server.address() as AddressInfo).port
  const origin = `http://127.0.0.1:${port}`
  return {
    url: `${origin}/?token=${token}`,
    origin,
    port,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await Promise.all([closed, state.stop()])
    },
  }
}
