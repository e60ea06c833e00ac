import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseWith } from '../../lib/contracts/problems.ts'
import { Release } from '../../lib/contracts/release.ts'
import {
  canonicalTypes,
  clientToken,
  eventId,
  isSameSubject,
  partitionOf,
  rejectionEventId,
  runKey,
  typeSets,
} from '../../lib/run/identity.ts'
import { endings, generationTypes, type Subject } from '../../lib/run/run.ts'
import { attempts, subjects, typeLists } from '../support/arbitrary-runs.ts'

const request = { requestKey: 'request:1' }

/** Two subjects that are often equal or differ in one part only. */
const pairs: fc.Arbitrary<readonly [Subject, Subject]> = fc
  .tuple(subjects, subjects)
  .chain(([left, right]) =>
    fc.constantFrom<readonly [Subject, Subject]>(
      [left, right],
      [left, { ...left }],
      [left, { ...left, domainId: right.domainId }],
      [left, { ...left, assetId: right.assetId }],
      [left, { ...left, types: right.types }],
      [left, { ...left, types: left.types.toReversed() }],
      [left, right.revision === undefined ? right : { ...left, revision: right.revision }],
    ),
  )

const sameRun = (left: Subject, leftAttempt: number, right: Subject, rightAttempt: number) =>
  isSameSubject(left, right) && leftAttempt === rightAttempt

describe('clientToken', () => {
  test('P1: makes tokens that DataZone accepts: 1 to 128 characters from ! to ~', () => {
    fc.assert(
      fc.property(subjects, attempts, (subject, attempt) => {
        expect(clientToken(subject, attempt)).toMatch(/^[\x21-\x7E]{1,128}$/)
      }),
    )
  })

  test('P1: makes equal tokens exactly for equal subjects and attempts', () => {
    fc.assert(
      fc.property(pairs, attempts, attempts, fc.boolean(), ([left, right], one, other, same) => {
        const second = same ? one : other
        expect(clientToken(left, one) === clientToken(right, second)).toBe(sameRun(left, one, right, second))
      }),
    )
  })
})

describe('runKey', () => {
  test('P1: makes equal keys exactly for equal subjects and attempts', () => {
    const keyOf = (subject: Subject, attempt: number) => {
      const { partition, record } = runKey({ subject, attempt, request })
      return JSON.stringify([partition, record])
    }
    fc.assert(
      fc.property(pairs, attempts, attempts, fc.boolean(), ([left, right], one, other, same) => {
        const second = same ? one : other
        expect(keyOf(left, one) === keyOf(right, second)).toBe(sameRun(left, one, right, second))
      }),
    )
  })

  test('makes keys that fit a sort key and the release message that the sweep sends', () => {
    fc.assert(
      fc.property(subjects, attempts, (subject, attempt) => {
        const { partition, record } = runKey({ subject, attempt, request })
        expect(partition).toBe(partitionOf(subject))
        expect(Buffer.byteLength(record)).toBeLessThanOrEqual(1024)
        const message = { release: 1, domainId: subject.domainId, assetId: subject.assetId, record }
        expect(parseWith(Release, message)).toEqual({ ok: true, value: message })
      }),
    )
  })

  test('P1: keys a waiting request by its request key, whatever that contains, apart from every run', () => {
    fc.assert(
      fc.property(
        subjects,
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        (subject, left, right) => {
          const { revision: _, ...unresolved } = subject
          const recordOf = (requestKey: string) =>
            runKey({ subject: unresolved, attempt: 1, request: { requestKey } }).record
          expect(recordOf(left) === recordOf(right)).toBe(left === right)
          expect(recordOf(left)).not.toBe(runKey({ subject, attempt: 1, request }).record)
        },
      ),
    )
  })
})

describe('eventId', () => {
  test('P4: makes equal ids exactly for equal subjects, attempts and endings', () => {
    const what = fc.constantFrom(...endings, 'STARTED' as const)
    fc.assert(
      fc.property(pairs, attempts, what, what, ([left, right], attempt, one, other) => {
        const same = isSameSubject(left, right) && one === other
        expect(
          eventId({ subject: left, attempt, request }, one) ===
            eventId({ subject: right, attempt, request }, other),
        ).toBe(same)
      }),
    )
  })

  test('P4: makes equal ids exactly for equal bodies when a body names no subject', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (left, right) => {
        expect(rejectionEventId(left) === rejectionEventId(right)).toBe(left === right)
        expect(rejectionEventId(left)).toBe(rejectionEventId(left))
      }),
    )
  })
})

describe('typeSets and canonicalTypes', () => {
  test('splits the requested types into sets of one or two, whatever their order and repeats', () => {
    fc.assert(
      fc.property(typeLists, (types) => {
        const sets = typeSets(types)
        for (const set of sets) expect([1, 2]).toContain(set.length)
        expect(sets.flat().toSorted()).toEqual([...new Set(types)].toSorted())
        expect(typeSets(types.toReversed())).toEqual(sets)
        expect(typeSets([...types, ...types])).toEqual(sets)
      }),
    )
  })

  test('P1: ignores the order and repeats of types in tokens', () => {
    fc.assert(
      fc.property(subjects, typeLists, attempts, (subject, types, attempt) => {
        const tokens = (list: Parameters<typeof typeSets>[0]) =>
          typeSets(list).map((set) => clientToken({ ...subject, types: set }, attempt))
        expect(tokens([...types, ...types].toReversed())).toEqual(tokens(types))
      }),
    )
  })

  test('returns each set of types in one order', () => {
    fc.assert(
      fc.property(typeLists, (types) => {
        const canonical = canonicalTypes(types)
        expect(canonicalTypes(canonical)).toEqual(canonical)
        expect(canonical).toEqual(generationTypes.filter((type) => types.includes(type)))
      }),
    )
  })
})
