import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { newToken } from '../kept-token.ts'
import { changeRoutes } from './changes/change-routes.ts'
import { type ClientFile, clientFiles } from './client-files.ts'
import { encodingFor } from './compressed.ts'
import { guard } from './guard.ts'
import { localRoutes } from './local-routes.ts'
import { openState, type PageOptions, type PageState } from './page-state.ts'
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

const answerFile = (context: Context, file: ClientFile | undefined) => {
  if (file === undefined) return context.notFound()
  const encoding = encodingFor(context.req.header('accept-encoding'))
  context.header('cache-control', 'no-cache')
  context.header('vary', 'accept-encoding')
  context.header('content-type', file.type)
  if (encoding !== 'identity') context.header('content-encoding', encoding)
  return context.body(file.body[encoding])
}

/** The paths of the page, each behind the guard. */
const appOf = (options: PageOptions, state: PageState, guarded: MiddlewareHandler): Hono => {
  // Made for the first request, because to bundle and compress them takes half a second, and not every stack is looked at.
  let made: ReturnType<typeof clientFiles> | undefined
  const fileNamed = async (name: string) => {
    made ??= clientFiles()
    return (await made).get(name)
  }
  const app = new Hono()
  app.use(guarded)
  app.get('/api/stream', (context) => {
    context.header('content-type', 'text/event-stream')
    context.header('cache-control', 'no-store')
    return context.body(state.live.body(context.req.header('last-event-id') ?? context.req.query('after')))
  })
  readRoutes(app, state)
  if (options.allowChanges) changeRoutes(app, state)
  if (options.stack.local !== undefined) localRoutes(app, state, options.stack.local)
  app.all('/api/*', (context) => context.json({ message: 'no such path' }, 404))
  app.get('/files/:name', async (context) => answerFile(context, await fileNamed(context.req.param('name'))))
  app.get('*', async (context) => answerFile(context, await fileNamed(html)))
  return app
}

const listen = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new Error(`the page cannot listen on port ${port}: give another port, or 0 for any`, { cause })),
    )
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })

/**
 * Serves the live page on loopback.
 * @throws Error when the port is taken
 */
export const startPage = async (options: PageOptions): Promise<Page> => {
  const token = options.token ?? newToken()
  let port = options.port
  const state = openState(options)
  const app = appOf(options, state, guard({ token, port: () => port }))
  const server = createServer(getRequestListener(app.fetch))
  port = await listen(server, port).catch(async (error: unknown) => {
    await state.stop()
    throw error
  })
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
