import { type RejectedRequest, rejectedRequest } from '../contracts/rejected-request.ts'
import { endedEvent, projectOf } from '../contracts/run-event.ts'
import type { Clock } from '../ports/clock.ts'
import type { EventBus } from '../ports/event-bus.ts'
import type { RequestQueue } from '../ports/request-queue.ts'
import type { RunStore } from '../ports/run-store.ts'
import { eventId } from '../run/identity.ts'
import { type EndedRun, isForeign } from '../run/run.ts'
import { transition } from '../run/transition.ts'
import { batchesOf } from './batches.ts'

export interface AnnouncePorts {
  readonly store: RunStore
  readonly bus: EventBus
  readonly queue: RequestQueue
  readonly clock: Clock
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
    asset: { id: subject.assetId, ...(revision === undefined ? {} : { revision }) },
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
    ...(correlationId === undefined ? {} : { correlationId }),
    lane,
    ...(subject.kind === 'DATA_SOURCE' ? {} : { regenerate }),
  }
  const reason = run.error === undefined ? 'rejected' : `${run.error.name}: ${run.error.message}`
  return rejectedRequest(eventId(run, 'REJECTED'), run.detectedAtMs, [reason], JSON.stringify(body))
}

/** Records that a run was announced, and returns whether it was. After a failure this run alone owes its event again. */
const markAnnounced = async (run: EndedRun, ports: AnnouncePorts): Promise<boolean> => {
  try {
    if (run.ending === 'REJECTED') await ports.queue.copyRejected(rejectedCopy(run))
    const next = transition(run, { kind: 'ANNOUNCED' }, ports.clock.now())
    if (next.outcome === 'changed') await ports.store.save(next.run)
    return true
  } catch {
    return false
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
  for (const [index, run] of runs.entries()) {
    if (taken[index] === true && (await markAnnounced(run, ports))) announced += 1
  }
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
