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

const page = '<html><body><h1>502 Bad Gateway</h1></body></html>'
const html = { 'content-type': 'text/html' }

/** Answers that are no answers of DataZone: a proxy's page, half a body, a broken connection. */
export const transportFaults = (chance: number): Fault[] =>
  [
    { kind: 'raw', status: 502, headers: html, body: page } as const,
    { kind: 'raw', status: 200, headers: html, body: page, afterEffect: true } as const,
    { kind: 'raw', status: 429, body: '{"message": 5}' } as const,
    { kind: 'truncated' } as const,
    { kind: 'hang', afterEffect: true } as const,
    { kind: 'reset' } as const,
  ].map((fault): Fault => ({ ...fault, probability: chance / 6 }))

/** Errors of a caller whose signature or credentials are too old, as after a freeze of its environment. */
export const staleCredentialFaults = (chance: number): Fault[] =>
  (['InvalidSignatureException', 'ExpiredTokenException', 'UnrecognizedClientException'] as const).map(
    (error): Fault => ({ kind: 'error', error, probability: chance / 3 }),
  )

/** Members that no reader can make sense of. */
export const unreadableMembers: readonly Readonly<Record<string, string | boolean | string[] | null>>[] = [
  { createdAt: 'around noon' },
  { createdAt: true },
  { createdAt: null, typeStats: 'none' },
  { createdAt: ['2026'], createdBy: true },
  { createdAt: '', typeStats: true },
]

/** In the answers that this share of calls gets, the members stay unreadable. */
export const unreadableFaults = (
  members: (typeof unreadableMembers)[number] | undefined,
  share: number,
): Fault[] =>
  members === undefined ? [] : [{ kind: 'unreadable', fields: { ...members }, probability: share }]
