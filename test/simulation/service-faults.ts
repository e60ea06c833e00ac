import type { Fault } from '../../local/datazone/calls/fault-schema.ts'

/** Returns the faults of DataZone during service errors. Each call meets one with about this chance. */
export const serviceFaults = (chance: number): Fault[] =>
  (['ThrottlingException', 'InternalServerException', 'AccessDeniedException', 'ConflictException'] as const)
    .map((error): Fault => ({ kind: 'error', error, probability: chance / 5 }))
    .concat([
      // The quota of metadata runs would be taken for full until the month turns: see refusals.ts.
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

const page = '<html><body><h1>502 Bad Gateway</h1></body></html>'
const html = { 'content-type': 'text/html' }

/** Returns faults of the transport: a proxy's page, half a body, a broken connection. */
export const transportFaults = (chance: number): Fault[] =>
  [
    { kind: 'raw', status: 502, headers: html, body: page } as const,
    { kind: 'raw', status: 200, headers: html, body: page, afterEffect: true } as const,
    { kind: 'raw', status: 429, body: '{"message": 5}' } as const,
    { kind: 'truncated' } as const,
    { kind: 'hang', afterEffect: true } as const,
    { kind: 'reset' } as const,
  ].map((fault): Fault => ({ ...fault, probability: chance / 6 }))

/** Returns the errors for expired signatures and credentials, as after a freeze of the execution environment. */
export const staleCredentialFaults = (chance: number): Fault[] =>
  (['InvalidSignatureException', 'ExpiredTokenException', 'UnrecognizedClientException'] as const).map(
    (error): Fault => ({ kind: 'error', error, probability: chance / 3 }),
  )

/** Fields of answers, with values that cannot be parsed. */
export const unreadableMembers: readonly Readonly<Record<string, string | boolean | string[] | null>>[] = [
  { createdAt: 'around noon' },
  { createdAt: true },
  { createdAt: null, typeStats: 'none' },
  { createdAt: ['2026'], createdBy: true },
  { createdAt: '', typeStats: true },
]

/** Returns the fault that makes these fields unreadable in a share of the answers. */
export const unreadableFaults = (
  members: (typeof unreadableMembers)[number] | undefined,
  share: number,
): Fault[] =>
  members === undefined ? [] : [{ kind: 'unreadable', fields: { ...members }, probability: share }]
