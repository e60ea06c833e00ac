import { PortUnavailable } from '../lib/errors.ts'
import type { Handled } from '../lib/usecases/start/handle-message.ts'
import type { RequestOutcome } from '../lib/usecases/start/request-outcome.ts'
import { describeOutcome } from './describe-outcome.ts'
import type { Telemetry } from './telemetry.ts'

/** Returns functions that log and count what a starter did with its messages. */
export const starterLog = (telemetry: Telemetry) => ({
  handled(outcome: RequestOutcome, messageId: string, { requestKey, about }: Handled): void {
    telemetry.count(`request-${outcome.outcome}`, 1)
    if (outcome.outcome === 'skipped' && outcome.reason === 'MODE_OFF') telemetry.count('request-mode-off', 1)
    const line = { messageId, requestKey, ...about, ...describeOutcome(outcome) }
    if (outcome.outcome === 'duplicate-run') telemetry.error('Duplicate run detected', line)
    else telemetry.info('Request handled', { outcome: outcome.outcome, ...line })
  },

  failed(error: unknown, messageId: string): void {
    telemetry.count('request-failed', 1)
    const name = error instanceof Error ? error.name : 'unknown error'
    // The message of any other error may repeat what the sender wrote.
    const reason = error instanceof PortUnavailable ? error.message : undefined
    telemetry.error('Request failed', { messageId, name, reason })
  },

  untried(requests: number): void {
    telemetry.count('request-untried', requests)
    telemetry.warn('Table does not answer: requests returned untried', { requests })
  },
})

export type StarterLog = ReturnType<typeof starterLog>
