import { describe, expect, test } from 'vitest'
import type { Run } from '../../../../lib/run/run.ts'
import { callsByLine, callsMade } from '../../../../lib/usecases/inspect/calls-made.ts'
import { endedRun, inFlightRun, parkedRun, rejectedRun, sourceSubject } from '../../../support/runs.ts'

const historyOf = (...lines: readonly string[]): Run['history'] =>
  lines.map((what, index) => ({ atMs: index, what }))

describe('callsMade', () => {
  test('names each call of a run that was refused, started and read', () => {
    const history = historyOf(
      'received',
      'parked: DENIED (AccessDeniedException)',
      'released',
      'claimed',
      'parked: THROTTLED (ThrottlingException)',
      'claimed',
      'started as run-1',
      'not found',
      'cancel requested by nightly',
      'cancel accepted',
      'CANCELED',
      'announced',
    )
    expect(callsMade(endedRun({ history, runId: 'run-1' }))).toEqual([
      { atMs: 1, call: 'GetAsset', answer: 'AccessDeniedException' },
      { atMs: 4, call: 'StartMetadataGenerationRun', answer: 'ThrottlingException' },
      { atMs: 6, call: 'StartMetadataGenerationRun', answer: 'run run-1' },
      { atMs: 7, call: 'GetMetadataGenerationRun', answer: '404' },
      { atMs: 9, call: 'CancelMetadataGenerationRun', answer: 'accepted' },
      { atMs: 10, call: 'GetMetadataGenerationRun or ListMetadataGenerationRuns', answer: 'CANCELED' },
    ])
  })

  test('names Get for an ending with type statistics', () => {
    const typeStats = [{ type: 'BUSINESS_DESCRIPTIONS', status: 'FAILED' }]
    const run = endedRun({ history: historyOf('claimed', 'FAILED'), runId: 'run-1', typeStats })
    expect(callsMade(run)).toEqual([{ atMs: 1, call: 'GetMetadataGenerationRun', answer: 'FAILED' }])
  })

  test('adds the latest message of DataZone', () => {
    const error = { name: 'ConflictException', message: 'a run is active' }
    const history = historyOf('claimed', 'parked: CONFLICT (ConflictException)')
    expect(callsMade(parkedRun({ history, reason: 'CONFLICT', error }))[0]?.answer).toBe(
      'ConflictException: a run is active',
    )
  })

  test('names the call that rejected a request', () => {
    const error = { name: 'ValidationException', message: 'no schema' }
    const run = rejectedRun({ history: historyOf('claimed', 'REJECTED: no schema'), error })
    expect(callsMade(run)).toEqual([
      { atMs: 1, call: 'StartMetadataGenerationRun', answer: 'ValidationException: no schema' },
    ])
  })

  test.each([
    'parked: PAUSED (Paused)',
    'parked: CAP_FULL (CapFull)',
    'parked: DENIED (BreakerOpen)',
    'parked: RETRY (GenerationFailed)',
    'parked: BEHIND',
    'SUCCEEDED',
  ])('names no call for the history line "%s" of a run without a run id', (line) => {
    expect(callsMade(parkedRun({ history: historyOf(line) }))).toEqual([])
  })

  test('names the operations of a data source', () => {
    const history = historyOf('claimed', 'started as run-1', 'parked: SOURCE_NOT_READY (SourceNotReady)')
    expect(callsMade(inFlightRun({ history, subject: sourceSubject })).map(({ call }) => call)).toEqual([
      'StartDataSourceRun',
      'StartDataSourceRun',
    ])
  })

  test('keeps the order of the history, with a gap where a line shows no call', () => {
    const history = historyOf('claimed', 'started as run-1', 'announced')
    expect(callsByLine(inFlightRun({ history })).map((call) => call?.call)).toEqual([
      undefined,
      'StartMetadataGenerationRun',
      undefined,
    ])
  })
})
