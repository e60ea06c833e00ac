import type { Context, Hono } from 'hono'
import * as z from 'zod/mini'
import { parseWith } from '../../lib/contracts/problems.ts'
import { changePlans } from './change-plans.ts'
import type { PageState } from './page-state.ts'
import { CannotChange, Change, planChange } from './plan-change.ts'

const Confirmation = z.strictObject({ id: z.string(), count: z.int() })

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Answers what a person must know when a change fails. */
const failed = (context: Context, error: unknown) =>
  context.json({ message: messageOf(error) }, error instanceof CannotChange ? 409 : 502)

/** The paths that change something. They exist only where changes are allowed. */
export const changeRoutes = (app: Hono, state: PageState): void => {
  const plans = changePlans()

  app.post('/api/changes/plan', async (context) => {
    const parsed = parseWith(Change, await context.req.json().catch(() => undefined))
    if (!parsed.ok) return context.json({ message: parsed.problems.join('; ') }, 400)
    try {
      return context.json(plans.add(await planChange(parsed.value, state)))
    } catch (error) {
      return failed(context, error)
    }
  })

  app.post('/api/changes/confirm', async (context) => {
    const parsed = parseWith(Confirmation, await context.req.json().catch(() => undefined))
    if (!parsed.ok) return context.json({ message: parsed.problems.join('; ') }, 400)
    try {
      const done = await plans.confirm(parsed.value.id, parsed.value.count)
      if (done === undefined)
        return context.json(
          { message: 'this change is not planned, was made already, or has another count' },
          409,
        )
      await state.feed.refresh().catch(() => {})
      return context.json({ done })
    } catch (error) {
      return failed(context, error)
    }
  })
}
