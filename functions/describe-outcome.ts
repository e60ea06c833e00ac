import type { RequestOutcome } from '../lib/usecases/start/request-outcome.ts'

/** Returns the log fields of an outcome: ids, states and reasons, never text that a sender or DataZone wrote. */
export const describeOutcome = (outcome: RequestOutcome): Record<string, unknown> => {
  switch (outcome.outcome) {
    case 'started':
    case 'planned':
    case 'parked':
    case 'canceled':
    case 'cancel-requested': {
      const { run } = outcome
      return {
        ...run.subject,
        attempt: run.attempt,
        ...(run.state === 'PARKED'
          ? { reason: run.reason, retryAtMs: run.retryAtMs, error: run.error?.name }
          : {}),
        ...(run.state === 'IN_FLIGHT' ? { runId: run.runId } : {}),
      }
    }
    case 'duplicate':
    case 'cancel-too-late':
    case 'duplicate-run':
      return { of: outcome.of, ...('runId' in outcome ? { runId: outcome.runId } : {}) }
    case 'nothing-to-cancel':
      return {}
    case 'rejected':
      return { eventId: outcome.eventId }
    case 'skipped':
      return {
        reason: outcome.reason,
        ...(outcome.reason === 'POLICY' ? { rule: outcome.rule, because: outcome.because } : {}),
        ...(outcome.reason === 'REPEAT_GUARD' ? { of: outcome.of, types: outcome.types } : {}),
        ...(outcome.reason === 'UNREADABLE_EVENT' ? { problems: outcome.problems } : {}),
      }
    case 'retry':
      return { reason: outcome.reason, afterSeconds: outcome.afterSeconds }
    default:
      return outcome satisfies never
  }
}
