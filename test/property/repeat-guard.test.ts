import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { schemaFingerprint, type TableSchema } from '../../lib/run/asset-schema.ts'
import { canonicalTypes, typesToRun } from '../../lib/run/identity.ts'
import { repeatOf } from '../../lib/run/repeat-guard.ts'
import { type EndedRun, endings, type GenerationType, generationTypes } from '../../lib/run/run.ts'
import { endedRun, minute, origin, subject, t0 } from '../support/runs.ts'

const column = fc.record(
  { name: fc.string({ maxLength: 5 }), dataType: fc.string({ maxLength: 5 }) },
  { requiredKeys: ['name'] },
)
const tables: fc.Arbitrary<readonly TableSchema[]> = fc.array(
  fc.record(
    { name: fc.string({ maxLength: 5 }), columns: fc.array(column, { maxLength: 6 }) },
    { requiredKeys: ['columns'] },
  ),
  { maxLength: 3 },
)

describe('the fingerprint of a schema', () => {
  test('does not depend on the order of tables and columns', () => {
    fc.assert(
      fc.property(tables, fc.infiniteStream(fc.double({ noNaN: true, min: 0, max: 1 })), (given, draws) => {
        const shuffled = <T>(items: readonly T[]): T[] =>
          items
            .map((item) => ({ item, key: draws.next().value ?? 0 }))
            .toSorted((left, right) => left.key - right.key)
            .map(({ item }) => item)
        const other = shuffled(given.map((table) => ({ ...table, columns: shuffled(table.columns) })))
        expect(schemaFingerprint(other)).toBe(schemaFingerprint(given))
      }),
    )
  })

  test('changes with any name, any type and any added column', () => {
    fc.assert(
      fc.property(tables, column, fc.nat(), (given, added, position) => {
        const changedIndex = given.length === 0 ? 0 : position % given.length
        const changed = (change: (table: TableSchema) => TableSchema) =>
          schemaFingerprint(given.map((table, index) => (index === changedIndex ? change(table) : table)))
        if (given.length === 0) return
        const before = schemaFingerprint(given)
        expect(changed((table) => ({ ...table, name: `${table.name ?? ''}!` }))).not.toBe(before)
        expect(changed((table) => ({ ...table, columns: [...table.columns, added] }))).not.toBe(before)
        const renamed = (table: TableSchema) => ({
          ...table,
          columns: table.columns.map((one) => ({ ...one, name: `${one.name}!` })),
        })
        const retyped = (table: TableSchema) => ({
          ...table,
          columns: table.columns.map((one) => ({ ...one, dataType: `${one.dataType ?? ''}!` })),
        })
        if (given[changedIndex]?.columns.length === 0) return
        expect(changed(renamed)).not.toBe(before)
        expect(changed(retyped)).not.toBe(before)
      }),
    )
  })
})

const typeSets = fc
  .subarray([...generationTypes], { minLength: 1 })
  .map((types) => canonicalTypes(types).slice(0, 2))
const day = 24 * 60 * minute
const guardMs = 30 * day
const fingerprints = fc.constantFrom('one', 'two')

const ended: fc.Arbitrary<EndedRun> = fc
  .record({
    types: typeSets,
    ending: fc.constantFrom(...endings),
    daysAgo: fc.integer({ min: 0, max: 60 }),
    acceptedDaysAgo: fc.option(fc.integer({ min: 0, max: 60 }), { nil: undefined }),
    fingerprint: fc.option(fingerprints, { nil: undefined }),
    stats: fc.option(fc.array(fc.constantFrom('SUCCEEDED', 'FAILED'), { minLength: 2, maxLength: 2 }), {
      nil: undefined,
    }),
  })
  .map(({ types, ending, daysAgo, acceptedDaysAgo, fingerprint, stats }) =>
    endedRun({
      subject: { ...subject, types },
      ending,
      detectedAtMs: t0 - daysAgo * day,
      ...(acceptedDaysAgo === undefined ? {} : { acceptedAtMs: t0 - acceptedDaysAgo * day }),
      ...(fingerprint === undefined ? {} : { fingerprint }),
      ...(stats === undefined
        ? {}
        : { typeStats: types.map((type, index) => ({ type, status: stats[index] ?? 'FAILED' })) }),
    }),
  )

const publish = { request: { ...origin, trigger: 'PUBLISHED' as const }, policy: { repeatGuardMs: guardMs } }

/** The rule for one type, implemented independently of the code under test. */
const shouldSkip = (type: GenerationType, runs: readonly EndedRun[], fingerprint: string | undefined) => {
  let last: EndedRun | undefined
  for (const run of runs)
    if (typesToRun(run).includes(type) && (last === undefined || run.detectedAtMs >= last.detectedAtMs))
      last = run
  if (last === undefined) return false
  const stat = last.typeStats?.find((one) => one.type === type)?.status
  const hasSucceeded = (stat ?? last.ending) === 'SUCCEEDED'
  const isRecent = [last.detectedAtMs, last.acceptedAtMs ?? 0].some((atMs) => t0 - atMs < guardMs)
  const isSame = [fingerprint, last.fingerprint].includes(undefined) || fingerprint === last.fingerprint
  return hasSucceeded && isRecent && isSame
}

describe('P10: the repeat guard', () => {
  test('skips exactly the types whose last run succeeded recently with the same schema', () => {
    fc.assert(
      fc.property(
        fc.array(ended, { maxLength: 6 }),
        typeSets,
        fc.option(fingerprints, { nil: undefined }),
        (runs, types, fingerprint) => {
          const request = { ...publish, ...(fingerprint === undefined ? {} : { fingerprint }) }
          const repeat = repeatOf({ ...subject, types }, request, runs, t0)
          expect(repeat?.types ?? []).toEqual(types.filter((type) => shouldSkip(type, runs, fingerprint)))
        },
      ),
    )
  })

  test('never skips an explicit request, a request to regenerate, or a request without a guard', () => {
    const { trigger: _, ...explicit } = publish.request
    fc.assert(
      fc.property(fc.array(ended, { maxLength: 6 }), typeSets, (runs, types) => {
        const repeats = [
          { ...publish, request: explicit },
          { ...publish, request: { ...publish.request, regenerate: true } },
          { ...publish, policy: {} },
        ].map((request) => repeatOf({ ...subject, types }, request, runs, t0))
        expect(repeats).toEqual([undefined, undefined, undefined])
      }),
    )
  })
})
