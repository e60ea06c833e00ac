import { type RejectedRequest, rejectedRequest } from '../contracts/rejected-request.ts'
import { endedEvent, projectOf } from '../contracts/run-event.ts'
import type { Clock } from '../ports/clock.ts'
import type { EventBus } from '../ports/event-bus.ts'
import type { RequestQueue } from '../ports/request-queue.ts'
import type { RunCounters } from '../ports/run-counts.ts'
import type { RunStore } from '../ports/run-store.ts'
import { countsOf } from '../run/day-counts.ts'
import { eventId } from '../run/identity.ts'
import { present } from '../run/present.ts'
import { type EndedRun, isForeign } from '../run/run.ts'
import { transition } from '../run/transition.ts'
import { batchesOf } from './batches.ts'

export interface AnnouncePorts {
  readonly store: RunStore
  readonly bus: EventBus
  readonly queue: RequestQueue
  readonly clock: Clock
  /** Absent: endings are not counted. */
  readonly counters?: RunCounters
  /** When the invocation must have returned, in ms since the epoch. */
  readonly deadlineMs?: number
}

/** After the bus has refused an ending for this long, the event is sent without DataZone's texts. */
const minimalAfterMs = 10 * 60_000

const requestedTarget = ({ subject, request }: EndedRun) => {
  if (isForeign(subject)) return { dataSource: { id: subject.dataSourceId } }
  if (subject.kind === 'DATA_SOURCE')
    return { dataSource: { id: subject.dataSourceId }, triggerKey: subject.triggerKey }
  const revision = subject.revision ?? request.revision
  return {
    asset: { id: subject.assetId, ...present({ revision }) },
    ...(request.policyTypes === undefined ? { types: subject.types } : {}),
  }
}

/** Returns the rejected request for its sender, as it was recorded. */
const rejectedCopy = (run: EndedRun): RejectedRequest => {
  const { subject, request } = run
  const { requestKey, correlationId, requestedAtMs, lane, regenerate } = request
  const body = {
    version: 1,
    requestId: requestKey.slice(requestKey.indexOf(':') + 1),
    kind: subject.kind,
    domainId: subject.domainId,
    ...projectOf(run.projectId),
    ...requestedTarget(run),
    requestedAt: new Date(requestedAtMs).toISOString(),
    ...present({ correlationId }),
    lane,
    ...(subject.kind === 'DATA_SOURCE' ? {} : { regenerate }),
  }
  const reason = run.error === undefined ? 'rejected' : `${run.error.name}: ${run.error.message}`
  return rejectedRequest(eventId(run, 'REJECTED'), run.detectedAtMs, [reason], JSON.stringify(body))
}

/**
 * Records that a run was announced. `known`: another invocation has recorded it. After a failure this run alone owes its
 * event again.
 */
const markAnnounced = async (
  run: EndedRun,
  ports: AnnouncePorts,
): Promise<'recorded' | 'known' | 'failed'> => {
  try {
    if (run.ending === 'REJECTED') await ports.queue.copyRejected(rejectedCopy(run))
    const next = transition(run, { kind: 'ANNOUNCED' }, ports.clock.now())
    const saved = next.outcome === 'changed' ? await ports.store.save(next.run) : undefined
    return saved === undefined ? 'known' : 'recorded'
  } catch {
    return 'failed'
  }
}

/**
 * P3: announces endings that the table already holds: sends the event, copies a rejected request, then marks the record.
 * An event that the bus did not accept, or that was not marked, is sent again by a later sweep with the same id (P4).
 * @returns how many were announced
 */
export const announce = async (runs: readonly EndedRun[], ports: AnnouncePorts): Promise<number> => {
  const nowMs = ports.clock.now()
  const taken = await ports.bus.put(
    runs.map((run) => endedEvent(run, { minimal: nowMs - run.detectedAtMs > minimalAfterMs })),
    ports.deadlineMs === undefined ? undefined : ports.deadlineMs - nowMs,
  )
  let announced = 0
  const recorded: EndedRun[] = []
  for (const [index, run] of runs.entries()) {
    if (taken[index] !== true) continue
    const mark = await markAnnounced(run, ports)
    if (mark === 'failed') continue
    announced += 1
    if (mark === 'recorded') recorded.push(run)
  }
  await ports.counters?.add(countsOf(recorded))
  return announced
}

/** Announces in parallel batches of ten: a sweep would send again each ending that waits for its mark. */
export const announceInParallel = async (
  runs: readonly EndedRun[],
  ports: AnnouncePorts,
): Promise<number> => {
  const counts = await Promise.all(batchesOf(runs).map((batch) => announce(batch, ports)))
  return counts.reduce((sum, count) => sum + count, 0)
}
