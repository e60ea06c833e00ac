import * as z from 'zod/mini'
import { type Breaker, breakerName } from '../../run/breaker.ts'
import { generationTypes } from '../../run/run.ts'
import { counter, instant } from './plain-item.ts'

const BreakerItem = z.object({
  cause: z.discriminatedUnion('reason', [
    z.object({ reason: z.literal('QUOTA_EXCEEDED'), types: z.array(z.enum(generationTypes)) }),
    z.object({ reason: z.literal('DENIED'), domainId: z.string(), projectId: z.string() }),
  ]),
  call: z.enum(['GetAsset', 'Start']),
  openedAtMs: instant,
  probes: counter,
  nextProbeAtMs: instant,
})
const Filed = z.object({ sk: z.string() })
const maxNamed = 20

/** The sort key of an item; undefined when it has none that can be read. */
export const filedAs = (item: unknown): string | undefined => z.safeParse(Filed, item).data?.sk

/** How far clocks may differ. */
const skewMs = 60_000
/** The latest probe: a quota is probed at the turn of the month. */
const maxProbeMs = 32 * 24 * 3600_000

/** Returns the breaker of an item, or its problem. A time that no starter can have written is a problem (P8). */
export const breakerIn = (item: unknown, nowMs: number): Breaker | { readonly problem: string } => {
  const parsed = z.safeParse(BreakerItem, item)
  if (!parsed.success) {
    const fields = parsed.error.issues.map((issue) => issue.path.join('.'))
    return { problem: `is ignored: wrong fields ${[...new Set(fields)].slice(0, maxNamed).join(', ')}` }
  }
  const name = breakerName(parsed.data.cause)
  // Under another name no starter could probe or close it.
  if (filedAs(item) !== name) return { problem: `is ignored: its sk must be ${name}` }
  const { openedAtMs, nextProbeAtMs } = parsed.data
  return openedAtMs > nowMs + skewMs || nextProbeAtMs > nowMs + maxProbeMs
    ? { problem: 'is ignored: openedAtMs or nextProbeAtMs is too far in the future' }
    : parsed.data
}
