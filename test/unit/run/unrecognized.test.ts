import { describe, expect, test } from 'vitest'
import { findUnrecognized } from '../../../lib/run/unrecognized.ts'
import { inFlightRun } from '../../support/runs.ts'

const before = inFlightRun({ runId: 'run-1', nativeStatus: 'SUBMITTED' })
const found = (nativeStatus: string, types: readonly string[] = [], typeStats: readonly string[] = []) =>
  findUnrecognized(before, {
    nativeStatus,
    types,
    typeStats: typeStats.map((type) => ({ type, status: 'SUCCEEDED' })),
  }).map(({ what }) => what)

describe('P8: findUnrecognized', () => {
  test('reports a status that this version does not know, with the run', () => {
    expect(findUnrecognized(before, { nativeStatus: 'AWAITING_REVIEW', types: [] })).toEqual([
      { runId: 'run-1', what: 'status AWAITING_REVIEW' },
    ])
  })

  test('reports nothing about a status that this version knows', () => {
    expect(found('IN_PROGRESS')).toEqual([])
    expect(found('SUCCEEDED')).toEqual([])
  })

  test('does not report a status that the record already has', () => {
    const recorded = inFlightRun({ nativeStatus: 'AWAITING_REVIEW' })
    expect(findUnrecognized(recorded, { nativeStatus: 'AWAITING_REVIEW', types: [] })).toEqual([])
  })

  test('reports the unknown types of a run that has ended, each once', () => {
    expect(found('SUCCEEDED', ['BUSINESS_NAMES', 'LINEAGE'], ['LINEAGE', 'TAGS'])).toEqual([
      'type LINEAGE',
      'type TAGS',
    ])
  })

  test('reports no types of a run that is active', () => {
    expect(found('IN_PROGRESS', ['LINEAGE'])).toEqual([])
  })

  test('reports at most ten types', () => {
    expect(
      found(
        'FAILED',
        Array.from({ length: 11 }, (_, index) => `T${index}`),
      ),
    ).toHaveLength(10)
  })
})
