import { answerEventId, runKey } from '../run/identity.ts'
import { present } from '../run/present.ts'
import type { ParkedRun, Run } from '../run/run.ts'
import type { SkipReason } from '../run/skip.ts'
import { causationId, detailType, iso, projectOf, type RunEvent, subjectFields } from './run-event.ts'

/** Why an explicit request made no run. */
export interface SkipAnswer {
  readonly reason: SkipReason | 'MODE_PLAN'
  /** The rule's index in the policy file, from 0. */
  readonly rule?: number
  readonly because?: string
}

const answer = (
  { request, subject, projectId }: ParkedRun,
  status: 'SKIPPED' | 'DUPLICATE',
  about: string,
  nowMs: number,
) => ({
  metadata: {
    id: answerEventId(request.requestKey, status, subject, about),
    version: 1 as const,
    time: iso(nowMs),
    causationId: causationId(request.requestKey),
    ...present({ correlationId: request.correlationId }),
  },
  data: {
    status,
    kind: subject.kind,
    domainId: subject.domainId,
    ...projectOf(projectId),
    ...subjectFields(subject),
    requestedAt: iso(request.requestedAtMs),
  },
})

/** P2: the answer to an explicit request that is skipped. */
export const skippedEvent = (
  request: ParkedRun,
  { reason, rule, because }: SkipAnswer,
  nowMs: number,
): RunEvent => {
  const { metadata, data } = answer(request, 'SKIPPED', reason, nowMs)
  return {
    detailType: detailType('SKIPPED', request.subject.kind),
    timeMs: nowMs,
    detail: { metadata, data: { ...data, skip: { reason, ...present({ rule, because }) } } },
  }
}

/** P2: the answer to an explicit request that is a duplicate. Without an ending, the run's own ending follows. */
export const duplicateEvent = (request: ParkedRun, run: Run, nowMs: number): RunEvent => {
  const { partition, record } = runKey(run)
  const { metadata, data } = answer(request, 'DUPLICATE', `${partition} ${record}`, nowMs)
  return {
    detailType: detailType('DUPLICATE', request.subject.kind),
    timeMs: nowMs,
    detail: {
      metadata,
      data: {
        ...data,
        ...projectOf(run.projectId, run.projectName),
        ...subjectFields(run.subject, run),
        attempt: run.attempt,
        duplicateOf: {
          requestId: causationId(run.request.requestKey),
          state: run.state,
          ...('runId' in run && run.runId !== undefined ? { runId: run.runId } : {}),
          ...(run.state === 'ENDED' ? { ending: run.ending } : {}),
        },
      },
    },
  }
}
