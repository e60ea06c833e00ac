import { present } from '../../run/present.ts'
import type { ClaimedRun, GenerationType } from '../../run/run.ts'
import { newAttempt, parkedRun } from './new-attempt.ts'
import type { StartContext } from './start-context.ts'

/**
 * Parks an attempt of its own for each type that the older DataZone API can run alone, due now. The refused claim, of more
 * types, is rejected after this, so a crash in between parks nothing twice: the request has made these attempts already.
 * P7: the first of them takes over what the claim was counted in, so no cap counts the request twice.
 */
export const parkSupportedTypes = async (
  run: ClaimedRun,
  types: readonly GenerationType[],
  context: StartContext,
): Promise<void> => {
  const { subject } = run
  if (subject.kind === 'DATA_SOURCE' || types.length === 0) return
  const { store, clock } = context
  const records = await store.runsOf(subject)
  for (const [index, type] of types.entries()) {
    const attempt = newAttempt({ ...subject, types: [type] }, run, records.runs, context)
    if (attempt === undefined) continue
    const nowMs = clock.now()
    const parked = parkedRun(attempt, run, nowMs, { reason: 'BEHIND', retryAtMs: nowMs })
    await store.create(index === 0 ? { ...parked, ...present({ countedIn: run.countedIn }) } : parked)
  }
}
