import { endedEvent } from '../../../lib/contracts/run-event.ts'
import type { RunKind } from '../../../lib/run/run.ts'
import { knownStatuses } from '../../../lib/run/service-status.ts'
import { transition } from '../../../lib/run/transition.ts'
import { inFlightRun, minute, sourceSubject, subject, t0 } from '../../support/runs.ts'
import { recordOf, row, table } from './cells.ts'

const subjects = { METADATA_GENERATION: subject, DATA_SOURCE: sourceSubject }
const unrecognized = 'AWAITING_REVIEW'

const ofStatus = (kind: RunKind, nativeStatus: string): string => {
  const before = inFlightRun({ subject: subjects[kind], nativeStatus: 'earlier' })
  const typeStats =
    kind === 'METADATA_GENERATION' ? [{ type: 'BUSINESS_NAMES', status: 'FAILED', errorMessage: 'why' }] : []
  const next = transition(before, { kind: 'OBSERVED', runId: 'run-1', nativeStatus, typeStats }, t0 + minute)
  const after = next.outcome === 'changed' ? next.run : before
  const isNoted = next.outcome === 'changed' && after.state === 'IN_FLIGHT'
  return row(
    `\`${nativeStatus}\`${nativeStatus === unrecognized ? ' (any unrecognized status)' : ''}`,
    `${recordOf(after)}${isNoted ? ', with the status and a line in its history' : ''}`,
    after.state === 'ENDED' ? endedEvent(after, { minimal: false }).detailType : 'none',
  )
}

/** Returns the table of what each status that a sweep or a hint reads leads to. */
export const statuses = (kind: RunKind): string =>
  table(
    ['status', 'record', 'event'],
    [...Object.keys(knownStatuses[kind]), unrecognized].map((status) => ofStatus(kind, status)),
  )
