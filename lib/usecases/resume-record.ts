import type { Release } from '../contracts/release.ts'
import type { Records } from '../ports/run-store.ts'
import { partitionOf, runKey } from '../run/identity.ts'
import type { ParkedRun } from '../run/run.ts'
import { mayResume } from '../run/sweep-plan.ts'
import { transition } from '../run/transition.ts'
import { hasWaitedTooLong, reject, waitedTooLong } from './end-lease.ts'
import { mustPark } from './must-park.ts'
import { type RequestOutcome, turnTaken } from './outcome.ts'
import { resolveAndClaim } from './resolve-and-claim.ts'
import { parksFrom, startRun } from './start-run.ts'
import type { StarterTools } from './starter-tools.ts'
import { isWaiting } from './waiting-request.ts'

/** Takes the lease of a parked run, by conditional update before any call, and goes on with Start. */
export const resumeRun = async (
  run: ParkedRun,
  records: Records,
  tools: StarterTools,
): Promise<RequestOutcome> => {
  const key = runKey(run)
  if (run.sentBefore === undefined && hasWaitedTooLong(run, tools)) return reject(run, waitedTooLong, tools)
  const others = records.runs.filter((other) => runKey(other).record !== key.record)
  const wait = await mustPark(run, others, tools)
  const nowMs = tools.clock.now()
  if (wait !== undefined) {
    const next = transition(run, { kind: 'REFUSED', definite: true, ...wait }, nowMs)
    const parked = next.outcome === 'changed' ? await tools.store.save(next.run) : undefined
    return parked === undefined ? { outcome: 'duplicate', of: key } : { outcome: 'parked', run: parked }
  }
  const next = transition(run, { kind: 'CLAIMED', leaseEndsAtMs: nowMs + tools.settings.leaseMs }, nowMs)
  if (next.outcome !== 'changed') return { outcome: 'duplicate', of: key }
  if (next.run.subject.kind === 'DATA_SOURCE') {
    const claim = await tools.store.takeTurn(next.run, records.turn ?? 0)
    return claim === undefined ? turnTaken : startRun(claim, others, tools)
  }
  const claim = await tools.store.save(next.run)
  return claim === undefined ? { outcome: 'duplicate', of: key } : startRun(claim, others, tools)
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
    return [{ outcome: 'duplicate', of: { partition: partitionOf(release), record: release.record } }]
  }
  if (!mayResume(run, tools.settings.mode)) return [{ outcome: 'parked', run }]
  // What meets the same trouble again waits in the table, not on the queue: releases stay within their share.
  const released = { ...tools, receiveCount: Math.max(parksFrom, tools.receiveCount) }
  return isWaiting(run) ? resolveAndClaim(run, records, released) : [await resumeRun(run, records, released)]
}
