import { describe, expect, test } from 'vitest'
import type { GenerationType } from '../../../lib/run/run.ts'
import {
  type AdoptionCandidate,
  absenceIsProofAtMs,
  ownership,
  startSafety,
} from '../../../lib/run/start-safety.ts'
import { hasToWait } from '../../support/has-to-wait.ts'
import {
  claimedRun,
  endedRun,
  inFlightRun,
  minute,
  parkedRun,
  plannedRun,
  second,
  sourceSubject,
  subject,
  t0,
} from '../../support/runs.ts'

const assumptions = { tokenMemoryMs: 10 * minute, listLagMs: 2 * minute, startEffectMs: minute }

describe('startSafety', () => {
  const late = (firstAtMs: number) =>
    startSafety(
      claimedRun({ leaseEndsAtMs: t0 + minute, earlierStart: { firstAtMs, lastAtMs: t0 - second } }),
      assumptions,
    )

  test('P1: needs no List for a first Start', () => {
    expect(startSafety(claimedRun(), assumptions)).toBe('start')
  })

  test('P1: relies on the token while it outlives the latest effect of a Start of this lease', () => {
    // A Start takes effect by t0 + 2 min (lease and effect); the token is remembered for 10 min after the first.
    expect(late(t0 - 8 * minute + 1)).toBe('start')
    expect(late(t0 - 8 * minute)).toBe('look')
  })
})

test('P1: takes absence as proof once the last Start has taken effect and List has caught up', () => {
  expect(absenceIsProofAtMs({ firstAtMs: t0 - minute, lastAtMs: t0 }, assumptions)).toBe(t0 + 3 * minute)
})

describe('ownership', () => {
  const types: GenerationType[] = ['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES']
  const run = claimedRun({ subject: { ...subject, types } })
  const ours: AdoptionCandidate = {
    runId: 'run-9',
    revision: '4',
    types: ['BUSINESS_NAMES', 'BUSINESS_DESCRIPTIONS'],
    createdAtMs: t0 + second,
  }
  const owner = (over: Partial<AdoptionCandidate>, others: string[] = []) =>
    ownership(run, { ...ours, ...over }, new Set(others), assumptions)

  test('P1: recognizes a run of the same revision and types, in any order, created since the claim', () => {
    expect(owner({})).toBe('ours')
    expect(owner({ createdAtMs: t0 - 2 * minute })).toBe('ours')
  })

  test.each<[string, Partial<AdoptionCandidate>]>([
    ['another revision', { revision: '5' }],
    ['another type', { types: ['BUSINESS_DESCRIPTIONS', 'BUSINESS_GLOSSARY_ASSOCIATIONS'] }],
    ['one type fewer, not from an older deployment', { types: ['BUSINESS_DESCRIPTIONS'] }],
    ['one type more', { types: [...types, 'BUSINESS_GLOSSARY_ASSOCIATIONS'] }],
    ['an older run', { createdAtMs: t0 - 2 * minute - 1 }],
  ])('P1: excludes %s, whatever else is missing', (_, over) => {
    expect(owner(over)).toBe('not-ours')
    expect(owner({ revision: undefined, ...over })).toBe('not-ours')
    expect(owner({ createdAtMs: undefined, ...over })).toBe('not-ours')
  })

  test.each<[string, Partial<AdoptionCandidate>]>([
    ['no revision', { revision: undefined }],
    ['no time', { createdAtMs: undefined }],
    ['no types', { types: [] }],
    ['one type fewer, as older deployments show', { types: ['BUSINESS_DESCRIPTIONS'], isOlderShape: true }],
    ['nothing but its id', { revision: undefined, types: [], createdAtMs: undefined }],
  ])('P1, P8: leaves a run unclear when everything that it shows fits: %s', (_, over) => {
    expect(owner(over)).toBe('unclear')
    expect(owner(over, ['run-9'])).toBe('not-ours')
  })

  test('P1, P8: leaves a run unclear when an older deployment shows the one type requested, because it may have two', () => {
    const one = { ...subject, types: ['BUSINESS_DESCRIPTIONS'] } as const
    const shown: AdoptionCandidate = {
      runId: 'run-9',
      revision: subject.revision,
      types: one.types,
      createdAtMs: t0,
      isOlderShape: true,
    }
    const run = claimedRun({ subject: one })
    expect(ownership(run, shown, new Set(), assumptions)).toBe('unclear')
    expect(ownership(run, { ...shown, isOlderShape: undefined }, new Set(), assumptions)).toBe('ours')
  })

  test('P1: recognizes a data source run created when a Start of ours could take effect, within 10 s of clock skew', () => {
    const earlierStart = { firstAtMs: t0, lastAtMs: t0 + minute }
    const claim = claimedRun({ subject: sourceSubject, earlierStart })
    const madeAt = (createdAtMs: number | undefined) =>
      ownership(
        claim,
        { runId: 'run-9', revision: undefined, types: [], createdAtMs },
        new Set(),
        assumptions,
      )
    const [first, last] = [t0 - 10 * second, t0 + 2 * minute + 10 * second]
    expect([first - 1, first, last, last + 1].map(madeAt)).toEqual(['not-ours', 'ours', 'ours', 'not-ours'])
    expect(madeAt(undefined)).toBe('unclear')
    const { earlierStart: _, ...fresh } = claim
    const seen = { runId: 'run-9', revision: undefined, types: [], createdAtMs: t0 }
    expect(ownership(fresh, seen, new Set(), assumptions)).toBe('not-ours')
  })

  test('P1: excludes a run recorded on another attempt', () => {
    expect(owner({}, ['run-9'])).toBe('not-ours')
    expect(owner({}, ['run-8'])).toBe('ours')
  })
})

describe('runsAhead', () => {
  const again = { subject, attempt: 2 }
  const ofRevision5 = { subject: { ...subject, revision: '5' } }

  test('waits for an active run of the asset, of any revision', () => {
    expect(hasToWait(again, [claimedRun()])).toBe(true)
    expect(hasToWait(again, [inFlightRun(ofRevision5)])).toBe(true)
  })

  test('P1: waits for an earlier attempt of the same subject that has not ended', () => {
    expect(hasToWait(again, [parkedRun()])).toBe(true)
    expect(hasToWait({ subject, attempt: 1 }, [parkedRun({ attempt: 2 })])).toBe(false)
  })

  test('waits for no other record', () => {
    expect(hasToWait(again, [plannedRun(), endedRun(), parkedRun(ofRevision5)])).toBe(false)
  })
})
