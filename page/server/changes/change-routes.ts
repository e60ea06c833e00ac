import type { Context, Hono } from 'hono'
import * as z from 'zod/mini'
import { parseWith } from '../../../lib/contracts/problems.ts'
import type { PageState } from '../page-state.ts'
import { CannotChange, Change } from './change.ts'
import { changePlans } from './change-plans.ts'
import { planChange } from './plan-change.ts'

const Confirmation = z.strictObject({ id: z.string(), count: z.int() })
const Discard = z.strictObject({ id: z.string() })

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/**
 * Adds a POST route for JSON of a schema. Answers 400 with each wrong field, 409 when the change cannot be made, else
 * 502.
 */
const post = <T>(
  app: Hono,
  path: string,
  schema: z.ZodMiniType<T>,
  act: (value: T, context: Context) => Promise<Response>,
): void => {
  app.post(path, async (context) => {
    const parsed = parseWith(schema, await context.req.json().catch(() => undefined))
    if (!parsed.ok) return context.json({ message: parsed.problems.join('; ') }, 400)
    try {
      return await act(parsed.value, context)
    } catch (error) {
      return context.json({ message: messageOf(error) }, error instanceof CannotChange ? 409 : 502)
    }
  })
}

/** The paths that change something. They exist only where changes are allowed. */
export const changeRoutes = (app: Hono, state: PageState): void => {
  const plans = changePlans()
  post(app, '/api/changes/plan', Change, async (change, context) =>
    context.json(plans.add(await planChange(change, state))),
  )
  post(app, '/api/changes/confirm', Confirmation, async ({ id, count }, context) => {
    const done = await plans.confirm(id, count)
    if (done === undefined)
      throw new CannotChange('this change was not planned, was already made, or has another count')
    await state.feed.refresh().catch(() => {})
    return context.json({ done })
  })
  post(app, '/api/changes/discard', Discard, async ({ id }, context) => {
    await plans.discard(id)
    return context.json({})
  })
}
