import { SendMessageCommand } from '@aws-sdk/client-sqs'
import type { Hono } from 'hono'
import * as z from 'zod/mini'
import { parseWith } from '../../lib/contracts/problems.ts'
import { RunRequest } from '../../lib/contracts/run-request.ts'
import type { LocalEndpoints } from './page-stack.ts'
import type { PageState } from './page-state.ts'

const largestBody = 256 * 1024

/** What the page may ask of the simulator's control. */
const controls = [
  'GET faults',
  'PUT faults',
  'GET outcomes',
  'PUT outcomes',
  'GET settings',
  'PATCH settings',
  'GET clock',
  'POST clock',
  'POST publications',
  'POST revisions',
  'POST acceptances',
] as const

const ControlCall = z.strictObject({ call: z.enum(controls), body: z.optional(z.unknown()) })
const RequestText = z.strictObject({ text: z.string().check(z.minLength(1), z.maxLength(largestBody)) })

const problemsOf = (text: string): readonly string[] => {
  try {
    const parsed = parseWith(RunRequest, JSON.parse(text))
    return parsed.ok ? [] : parsed.problems
  } catch {
    return ['is not JSON']
  }
}

/** The paths of a local stack: its simulator, its request queue and its workers. */
export const localRoutes = (app: Hono, { stack }: PageState, local: LocalEndpoints): void => {
  app.post('/api/local/simulator', async (context) => {
    const parsed = parseWith(ControlCall, await context.req.json().catch(() => undefined))
    if (!parsed.ok) return context.json({ message: parsed.problems.join('; ') }, 400)
    const [method = 'GET', path = ''] = parsed.value.call.split(' ')
    const answer = await fetch(`${local.datazone}/_simulator/${path}`, {
      method,
      ...(method === 'GET' ? {} : { body: JSON.stringify(parsed.value.body ?? {}) }),
    })
    return context.body(await answer.text(), answer.ok ? 200 : 400, { 'content-type': 'application/json' })
  })

  // An invalid request is sent, too, so that the viewer can see how it is rejected.
  app.post('/api/local/requests', async (context) => {
    const parsed = parseWith(RequestText, await context.req.json().catch(() => undefined))
    if (!parsed.ok) return context.json({ message: parsed.problems.join('; ') }, 400)
    const { text } = parsed.value
    await stack.sqs.send(new SendMessageCommand({ QueueUrl: stack.requestQueueUrl, MessageBody: text }))
    return context.json({ problems: problemsOf(text) })
  })

  app.post('/api/local/kill-workers', async (context) => {
    if (local.killWorkers === undefined)
      return context.json({ message: 'only the page of npm start and npm run demo can kill workers' }, 409)
    return context.json({ killed: await local.killWorkers() })
  })
}
