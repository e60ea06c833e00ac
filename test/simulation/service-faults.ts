import type { Fault } from '../../local/datazone/calls/fault-schema.ts'

/** The errors of DataZone while it has trouble; each call meets one with about this chance. */
export const serviceFaults = (chance: number): Fault[] =>
  (['ThrottlingException', 'InternalServerException', 'AccessDeniedException', 'ConflictException'] as const)
    .map((error): Fault => ({ kind: 'error', error, probability: chance / 5 }))
    .concat([
      // Any other would be believed until the month turns: see refusals.ts.
      {
        kind: 'error',
        error: 'ServiceQuotaExceededException',
        operation: 'StartDataSourceRun',
        probability: chance / 5,
      },
      { kind: 'errorAfterEffect', probability: chance / 5 },
      { kind: 'lostAnswer', probability: chance / 5 },
      { kind: 'slow', delayMs: 2_000, probability: chance / 5 },
    ])
