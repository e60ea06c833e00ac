import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { plainItem } from '../../lib/adapters/dynamodb/plain-item.ts'
import { parseItem, schemaVersion, toItem } from '../../lib/adapters/dynamodb/run-item.ts'
import { runKey } from '../../lib/run/identity.ts'
import type { EndedRun } from '../../lib/run/run.ts'
import { workAtMs } from '../../lib/run/sweep-plan.ts'
import { claimedRun, inFlightRun } from '../support/runs.ts'
import { arbitraryRun } from './arbitrary-run.ts'

const sampleSchema = z.object({
  item: z.record(z.string(), z.unknown()),
  run: z.looseObject({ state: z.string() }),
})

const records = join(import.meta.dirname, 'records')
const samples = readdirSync(records).map((file) => ({
  file,
  ...z.parse(sampleSchema, JSON.parse(readFileSync(join(records, file), 'utf8'))),
}))

/** Drops undefined members, as a write to the table does. */
const throughTable = (item: unknown): unknown => JSON.parse(JSON.stringify(item))

describe('P8: parseItem', () => {
  test.each(samples)('reads a record that an earlier deployment wrote: $file', ({ item, run }) => {
    expect(parseItem(item)).toEqual(run)
  })

  test('has a sample record of each state', () => {
    const states = samples.map(({ run }) => run.state)
    expect(new Set(states)).toEqual(new Set(['PLANNED', 'CLAIMED', 'PARKED', 'IN_FLIGHT', 'ENDED']))
  })

  test('returns no run for a record of a later version, whatever its other fields are', () => {
    fc.assert(
      fc.property(arbitraryRun, fc.integer({ min: schemaVersion + 1 }), (run, version) => {
        expect(parseItem({ ...toItem(run), schemaVersion: version })).toMatchObject({
          key: runKey(run),
          isNewer: true,
        })
      }),
    )
  })

  test.each<[string, Record<string, unknown>]>([
    ['a lone surrogate in its revision', { revision: '\ud800' }],
    ['a lone surrogate in its asset id', { assetId: 'a\udfff' }],
    ['a fractional attempt', { attempt: 1.5 }],
    ['an attempt of 0', { attempt: 0 }],
    ['a version of 2^53', { version: 2 ** 53 }],
    ['a time after the year 9999', { createdAtMs: Date.UTC(10_000, 0) }],
    ['a time before 1970', { createdAtMs: -1 }],
  ])('reports %s as damage', (_, field) => {
    const run = inFlightRun()
    const [name = ''] = Object.keys(field)
    expect(parseItem({ ...toItem(run), ...field })).toMatchObject({
      key: runKey(run),
      problem: `is damaged at ${name}`,
    })
  })

  test('names at most 20 damaged fields', () => {
    const history = Array.from({ length: 5000 }, () => ({ atMs: 'x'.repeat(100), what: 7 }))
    const parsed = parseItem({ ...toItem(inFlightRun()), history })
    expect('problem' in parsed && parsed.problem.length).toBeLessThan(2100)
  })

  test('keeps the keys of an item that the SDK cannot convert', () => {
    const item = { pk: { S: 'ASSET#a' }, sk: { S: 'RUN#1' }, odd: { $unknown: ['X', 1] as [string, number] } }
    expect(parseItem(plainItem(item))).toMatchObject({ key: { partition: 'ASSET#a', record: 'RUN#1' } })
  })

  const common = ['schemaVersion', 'state', 'kind', 'domainId', 'attempt']
  test.each([...common, 'projectId', 'request', 'createdAtMs', 'version', 'history'])(
    'returns no run for a record without its %s',
    (field) => {
      fc.assert(
        fc.property(arbitraryRun, (run) => {
          const { [field]: _, ...rest } = toItem(run)
          expect(parseItem(rest)).toMatchObject({ key: runKey(run), isNewer: false })
        }),
        { numRuns: 20 },
      )
    },
  )

  test.each([undefined, null, 7, 'text', [], {}, { pk: 'only' }])('returns no run for %j', (item) => {
    expect(parseItem(item)).toMatchObject({ isNewer: false, key: { partition: '', record: '' } })
  })

  test('reports why a record cannot be read', () => {
    const problemOf = (over: object) => {
      const parsed = parseItem({ ...toItem(claimedRun()), ...over })
      return 'problem' in parsed ? parsed.problem : undefined
    }
    expect(problemOf({ schemaVersion: 'one' })).toBe('has no schemaVersion')
    expect(problemOf({ schemaVersion: 7 })).toBe('has schemaVersion 7, this deployment knows 1')
    expect(problemOf({ assetId: 7, version: 'x' })).toMatch(/^is damaged at assetId, .*version/)
    expect(problemOf({ request: { ...claimedRun().request, lane: 'fast' } })).toMatch(/request\.lane/)
  })

  test('ignores fields that this version does not know', () => {
    expect(parseItem({ ...toItem(claimedRun()), color: 'blue' })).toEqual(claimedRun())
  })
})

describe('toItem', () => {
  test('writes items from which parseItem returns the same run', () => {
    fc.assert(
      fc.property(arbitraryRun, (run) => {
        expect(parseItem(throughTable(toItem(run)))).toEqual(run)
      }),
    )
  })

  test('indexes only records that owe something, by the time that it is due, and parked ones separately', () => {
    fc.assert(
      fc.property(arbitraryRun, (run) => {
        const item = toItem(run)
        const atMs = workAtMs(run)
        expect([item['workShard'], item['workAt']]).toEqual(
          atMs === undefined ? [undefined, undefined] : [run.state === 'PARKED' ? 'WAITING' : 'WORK', atMs],
        )
      }),
    )
  })

  test('sets updatedAt to the time of the newest line of the history', () => {
    fc.assert(
      fc.property(arbitraryRun, (run) => {
        expect(toItem(run)['updatedAt']).toBe(run.history.at(-1)?.atMs ?? run.createdAtMs)
      }),
    )
  })

  const lastUseMs = ({ announcedAtMs, acceptedAtMs = 0 }: EndedRun): number | undefined =>
    announcedAtMs === undefined ? undefined : Math.max(announcedAtMs, acceptedAtMs)

  test('expires only planned runs and announced endings, half a year after their last use', () => {
    fc.assert(
      fc.property(arbitraryRun, (run) => {
        const overAtMs =
          run.state === 'PLANNED' ? run.createdAtMs : run.state === 'ENDED' ? lastUseMs(run) : undefined
        const ttl = toItem(run)['ttlEpochSeconds']
        if (overAtMs === undefined) expect(ttl).toBeUndefined()
        else expect(ttl).toBe(Math.floor(overAtMs / 1000) + 183 * 24 * 3600)
      }),
    )
  })
})
