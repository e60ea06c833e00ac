import * as z from 'zod/mini'
import type { Pause } from '../../ports/switches.ts'
import { present } from '../../run/present.ts'

const Key = z.object({ sk: z.string() })
/** Operators write switches by hand, so any value of `paused` but false pauses. */
const NotPaused = z.object({ paused: z.literal(false) })
const Words = z.object({
  reason: z.catch(z.optional(z.string()), undefined),
  pausedBy: z.catch(z.optional(z.string()), undefined),
})

/** The pause of a switch, with the sort key of its item; none where it pauses nothing. */
export const pauseIn = (item: unknown): readonly (readonly [sk: string, pause: Pause])[] => {
  const key = z.safeParse(Key, item)
  if (!key.success || z.safeParse(NotPaused, item).success) return []
  const { reason, pausedBy } = z.parse(Words, item)
  return [[key.data.sk, present({ reason, pausedBy })]]
}

const usable = /^(DOMAIN|PROJECT#[a-zA-Z0-9_-]{1,36})$/

/** Whether a sort key names the domain or a project. Under any other key a switch pauses nothing. */
export const isSwitchKey = (sk: string): boolean => usable.test(sk)

/** The pause of a project or of its domain. A project that is not known yet has no id, and no switch either. */
export const pauseFor = (paused: ReadonlyMap<string, Pause>, projectId: string): Pause | undefined => {
  const sk = `PROJECT#${projectId}`
  return paused.get('DOMAIN') ?? (isSwitchKey(sk) ? paused.get(sk) : undefined)
}
