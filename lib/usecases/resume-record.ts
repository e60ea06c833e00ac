import type { Release } from '../contracts/release.ts'
import { runKey } from '../run/identity.ts'
import type { ParkedRun, Run } from '../run/run.ts'
import { mustWait } from '../run/start-safety.ts'
import { mayResume } from '../run/sweep-plan.ts'
import { transition } from '../run/transition.ts'
import { type RequestOutcome, recordUnreadable } from './outcome.ts'
import { resolveAndClaim } from './resolve-and-claim.ts'
import { hasWaitedTooLong, reject, startRun, waitedTooLong } from './start-run.ts'
import type { StarterTools } from './starter-tools.ts'

/** Takes the lease of a parked run, by conditional update before any call, and goes on with Start. */
export const resumeRun = async (
  run: ParkedRun,
  records: readonly Run[],
  tools: StarterTools,
): Promise<RequestOutcome> => {
  const nowMs = tools.clock.now()
  const key = runKey(run)
  if (run.sentBefore === undefined && hasWaitedTooLong(run, tools)) return reject(run, waitedTooLong, tools)
  const others = records.filter((other) => runKey(other).record !== key.record)
  const pause = await tools.switches.pauseOf(run.subject.domainId, run.projectId)
  const reason = pause !== undefined ? 'PAUSED' : mustWait(run, others) ? 'BEHIND' : undefined
  const next =
    reason !== undefined
      ? transition(
          run,
          { kind: 'REFUSED', reason, retryAtMs: nowMs + tools.settings.lookAgainMs, definite: true },
          nowMs,
        )
      : transition(run, { kind: 'CLAIMED', leaseEndsAtMs: nowMs + tools.settings.leaseMs }, nowMs)
  const saved = next.outcome === 'changed' ? await tools.store.save(next.run) : undefined
  if (saved === undefined) return { outcome: 'duplicate', of: key }
  return saved.state === 'CLAIMED' ? startRun(saved, others, tools) : { outcome: 'parked', run: saved }
}

/** Goes on with a record that the sweep released. Whatever else happened to it since makes the note out of date. */
export const resumeRecord = async (
  release: Release,
  tools: StarterTools,
): Promise<readonly RequestOutcome[]> => {
  const records = await tools.store.runsOfAsset(release)
  if (records.unreadable.length > 0) return [recordUnreadable]
  const run = records.runs.find((candidate) => runKey(candidate).record === release.record)
  if (run?.state !== 'PARKED') {
    return [{ outcome: 'duplicate', of: { partition: release.assetId, record: release.record } }]
  }
  if (!mayResume(run, tools.settings.mode)) return [{ outcome: 'parked', run }]
  return run.subject.revision === undefined
    ? resolveAndClaim(run, records.runs, tools)
    : [await resumeRun(run, records.runs, tools)]
}
