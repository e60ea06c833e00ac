import type { Release } from '../contracts/release.ts'
import { runKey } from '../run/identity.ts'
import type { ParkedRun, Run } from '../run/run.ts'
import { mustWait } from '../run/start-safety.ts'
import { mayResume } from '../run/sweep-plan.ts'
import { transition } from '../run/transition.ts'
import type { RequestOutcome } from './outcome.ts'
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
  const busy = mustWait(run, others)
  const next = busy
    ? transition(
        run,
        { kind: 'REFUSED', reason: 'BEHIND', retryAtMs: nowMs + tools.settings.lookAgainMs, definite: true },
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
  const run = records.runs.find((candidate) => runKey(candidate).record === release.record)
  // A note that is late or doubled finds the record gone on, or parked anew; one beside a record that this version must
  // not touch leaves it to the next release.
  if (run?.state !== 'PARKED' || run.releasedAtMs === undefined || records.unreadable.length > 0) {
    return [{ outcome: 'duplicate', of: { partition: release.assetId, record: release.record } }]
  }
  if (!mayResume(run, tools.settings.mode)) return [{ outcome: 'parked', run }]
  // What meets the same trouble again waits in the table, not on the queue: releases stay within their share.
  const released = { ...tools, receiveCount: Math.max(2, tools.receiveCount) }
  return run.subject.revision === undefined
    ? resolveAndClaim(run, records.runs, released)
    : [await resumeRun(run, records.runs, released)]
}
