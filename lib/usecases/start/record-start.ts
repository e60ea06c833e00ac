import { PortUnavailable } from '../../errors.ts'
import type { ServiceRun } from '../../ports/datazone.ts'
import { runKey } from '../../run/identity.ts'
import { type ClaimedRun, type InFlightRun, owesCancel, type Run } from '../../run/run.ts'
import { transition } from '../../run/transition.ts'
import type { Transition } from '../../run/transition-outcome.ts'
import { readRecords } from '../read-records.ts'
import { sendCancel } from '../send-cancel.ts'
import { park } from './close-claim.ts'
import type { RequestOutcome } from './request-outcome.ts'
import { saveRunId } from './save-run-id.ts'
import type { StartContext } from './start-context.ts'
import { hasTimeToAsk } from './time-left.ts'

/** How often a write that lost a race is tried again. */
const maxWrites = 5

/** The run is on another record. This request still needs a run of its own, so it waits and sends Start again. */
const runOnAnotherRecord = (runId: string, { clock, settings }: StartContext) => ({
  reason: 'CONFLICT' as const,
  retryAtMs: clock.now() + settings.lookAgainMs,
  definite: true,
  error: { name: 'RunOnAnotherRecord', message: `run ${runId} is on another record` },
})

const sendOwedCancel = async (run: InFlightRun, context: StartContext): Promise<InFlightRun> =>
  owesCancel(run) && hasTimeToAsk(context) ? (await sendCancel(run, context)).run : run

/**
 * Step 6: records the run id, on the condition of the attempt and of an absent or equal run id. Not on the version: a
 * hint, a cancel or a sweep may have written the record between Start and its answer. Sends a cancel that was requested
 * meanwhile if there is time; otherwise a sweep sends it.
 * @param adopted List showed the run; this invocation did not start it
 * @throws PortUnavailable when the table does not answer: the sweep finds the claim, and Start's token the same run
 */
export const recordStart = async (
  claimed: ClaimedRun,
  { runId, nativeStatus, createdAtMs }: ServiceRun,
  adopted: boolean,
  context: StartContext,
): Promise<RequestOutcome> => {
  const { clock } = context
  const key = runKey(claimed)
  let current: Run | undefined = claimed
  for (let writes = 0; writes < maxWrites && current !== undefined; writes += 1) {
    const nowMs = clock.now()
    const startedAtMs = Math.min(createdAtMs ?? nowMs, nowMs)
    const next: Transition = transition(current, { kind: 'STARTED', runId, nativeStatus, startedAtMs }, nowMs)
    if (next.outcome !== 'changed' && next.outcome !== 'noted') return { outcome: 'duplicate', of: key }
    const saved = await saveRunId(next.run, context)
    if (saved === 'taken') return park(claimed, runOnAnotherRecord(runId, context), context)
    if (saved?.state === 'IN_FLIGHT' && next.outcome === 'changed') {
      return { outcome: 'started', run: await sendOwedCancel(saved, context), adopted }
    }
    if (saved !== undefined) return { outcome: 'duplicate-run', runId, of: key }
    const records = await readRecords(claimed.subject, key.record, context)
    current = records.runs.find((run) => runKey(run).record === key.record)
  }
  throw new PortUnavailable('table', new Error('the run id could not be recorded'))
}
