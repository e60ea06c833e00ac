import type { RefusalKind } from '../../../lib/ports/datazone.ts'
import type { Run } from '../../../lib/run/run.ts'

export const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`
export const table = (head: readonly string[], rows: readonly string[]): string =>
  [row(...head), row(...head.map(() => '---')), ...rows].join('\n')

/** Returns what the table shows of a record: its state, and its ending or reason. */
export const recordOf = (run: Run | undefined): string => {
  if (run === undefined) return 'none'
  switch (run.state) {
    case 'ENDED':
      return `ENDED, \`${run.ending}\``
    case 'PARKED':
      return `PARKED, \`${run.reason}\``
    default:
      return run.state
  }
}

/** What DataZone answers for each kind of refusal. */
export const errors = {
  INVALID: '400 ValidationException',
  DENIED: '401 UnauthorizedException, 403 AccessDeniedException',
  QUOTA_EXCEEDED: '402 ServiceQuotaExceededException',
  NOT_FOUND: '404 ResourceNotFoundException',
  CONFLICT: '409 ConflictException',
  THROTTLED: '429 ThrottlingException',
  UNAVAILABLE: '500 InternalServerException, no answer, and any unrecognized error',
} as const satisfies Record<RefusalKind, string>
export const refusals: readonly RefusalKind[] = [
  'INVALID',
  'DENIED',
  'QUOTA_EXCEEDED',
  'NOT_FOUND',
  'CONFLICT',
  'THROTTLED',
  'UNAVAILABLE',
]
