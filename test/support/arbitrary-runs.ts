import fc from 'fast-check'
import type { Fact } from '../../lib/run/facts.ts'
import { canonicalTypes, typeSets } from '../../lib/run/identity.ts'
import { generationTypes, type MetadataSubject, parkReasons, type Run } from '../../lib/run/run.ts'
import { claimedRun, endedRun, inFlightRun, minute, parkedRun, plannedRun, t0 } from './runs.ts'

/** Ids that the service model allows. */
export const ids = fc.stringMatching(/^[a-zA-Z0-9_-]{1,36}$/)
export const domainIds = fc.stringMatching(/^dzd[-_][a-zA-Z0-9_-]{1,36}$/)

/**
 * Revisions that we accept: 1 to 64 UTF-16 units of well-formed Unicode, often with characters that separate parts of
 * keys.
 */
export const revisions = fc
  .oneof(
    fc.string({ minLength: 1, maxLength: 64, unit: 'binary' }),
    fc.string({
      minLength: 1,
      maxLength: 8,
      unit: fc.constantFrom('#', '%', '+', '2', '3', 'é', '語', '😀'),
    }),
    fc.constantFrom('1', '2', '12', '1#2', '1%232', '%', '#', '1#BUSINESS_NAMES#0001'),
  )
  .filter((text) => text.length >= 1 && text.length <= 64 && text.isWellFormed())

/** Lists of types in any order, with repeats. */
export const typeLists = fc.array(fc.constantFrom(...generationTypes), { minLength: 1, maxLength: 6 })

/** The types of one run: one or two, in the order of the enum. */
const typesOfOneRun = typeLists.map((types) => typeSets(canonicalTypes(types))[0] ?? [])

export const subjects: fc.Arbitrary<MetadataSubject> = fc.record({
  kind: fc.constant('METADATA_GENERATION' as const),
  domainId: fc.oneof(domainIds, fc.constantFrom('dzd_a', 'dzd-a')),
  assetId: fc.oneof(ids, fc.constantFrom('a', 'b', 'a-1')),
  revision: revisions,
  types: typesOfOneRun,
})

export const attempts = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 100_000 }))

/** Runs of each state, from which a sequence of facts can begin. */
export const anyRun: fc.Arbitrary<Run> = fc.constantFrom<Run>(
  plannedRun(),
  claimedRun(),
  claimedRun({ earlierStart: { firstAtMs: t0 - 3 * minute, lastAtMs: t0 - 2 * minute } }),
  parkedRun(),
  parkedRun({
    earlierStart: { firstAtMs: t0 - 3 * minute, lastAtMs: t0 - 2 * minute },
    reason: 'UNAVAILABLE',
  }),
  inFlightRun(),
  inFlightRun({ policy: { cancelAtDeadline: true } }),
  inFlightRun({ notFoundSinceMs: t0, unansweredSinceMs: t0 - 24 * 60 * minute }),
  endedRun(),
  endedRun({ announcedAtMs: t0 + 2 * minute }),
)

const runIds = fc.constantFrom('run-1', 'run-2')
const statuses = fc.oneof(
  fc.constantFrom('SUBMITTED', 'IN_PROGRESS', 'SUCCEEDED', 'FAILED', 'PARTIALLY_SUCCEEDED', 'CANCELED'),
  fc.constantFrom('PAUSED', 'succeeded', '__proto__', 'toString', ''),
)
const errors = fc.record({ name: fc.constant('SomeError'), message: fc.string({ maxLength: 40 }) })
const times = fc.integer({ min: t0, max: t0 + 60 * minute })

export const facts: fc.Arbitrary<Fact> = fc.oneof(
  fc.record({ kind: fc.constant('CLAIMED' as const), leaseEndsAtMs: times }),
  fc.record({ kind: fc.constant('RELEASED' as const), holdUntilMs: times }),
  fc.record({
    kind: fc.constant('REFUSED' as const),
    reason: fc.constantFrom(...parkReasons),
    retryAtMs: times,
    definite: fc.boolean(),
    error: errors,
  }),
  fc.record({ kind: fc.constant('REJECTED' as const), error: errors }),
  fc.record({
    kind: fc.constant('STARTED' as const),
    runId: runIds,
    nativeStatus: statuses,
    startedAtMs: times,
  }),
  fc.record({ kind: fc.constant('OBSERVED' as const), runId: runIds, nativeStatus: statuses }),
  fc.record({ kind: fc.constant('OVERDUE' as const), nativeStatus: statuses }),
  fc.record({
    kind: fc.constant('OVERDUE' as const),
    nativeStatus: statuses,
    cancelTried: fc.constant(true as const),
  }),
  fc.record({
    kind: fc.constant('CANCEL_REQUESTED' as const),
    requestId: fc.constantFrom('stop-1', 'stop-2'),
  }),
  fc.record({ kind: fc.constant('CANCEL_SENT' as const) }),
  fc.record({ kind: fc.constant('CANCELED' as const) }),
  fc.record({ kind: fc.constant('UNANSWERED' as const) }),
  fc.record({ kind: fc.constant('MISSING' as const) }),
  fc.record({
    kind: fc.constant('REQUESTED_AGAIN' as const),
    requestKey: fc.constantFrom('request:nightly-1', 'event:1', 'event:2'),
  }),
  fc.record({ kind: fc.constant('ACCEPTED' as const), acceptedAtMs: times }),
  fc.record({
    kind: fc.constant('MOVED_TO_LIVE' as const),
    requestKey: fc.constantFrom('event:1', 'event:2'),
  }),
  fc.record({ kind: fc.constant('MADE_DUE' as const), by: fc.constant('ana') }),
  fc.record({ kind: fc.constant('ANNOUNCED' as const) }),
)

/** Sequences of facts, each with its time, in order of time. */
export const factSequences: fc.Arbitrary<readonly { readonly fact: Fact; readonly atMs: number }[]> = fc
  .array(fc.record({ fact: facts, laterMs: fc.integer({ min: 0, max: 2 * minute }) }), { maxLength: 40 })
  .map((steps) => {
    let atMs = t0
    return steps.map(({ fact, laterMs }) => {
      atMs += laterMs
      return { fact, atMs }
    })
  })
