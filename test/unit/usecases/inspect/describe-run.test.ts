import { describe, expect, test } from 'vitest'
import { parkReasons } from '../../../../lib/run/run.ts'
import { skipReasons } from '../../../../lib/run/skip.ts'
import { decidedBy, skipText, standingOf, titleOf } from '../../../../lib/usecases/inspect/describe-run.ts'
import {
  claimedRun,
  endedRun,
  inFlightRun,
  parkedRun,
  sourceSubject,
  subject,
} from '../../../support/runs.ts'

describe('titleOf', () => {
  test('names revision, types and attempt of an asset', () => {
    expect(titleOf(inFlightRun({ attempt: 2 }))).toBe('revision 4, BUSINESS_DESCRIPTIONS, attempt 2')
  })

  test('says that a revision is not known yet', () => {
    const { revision: _, ...unresolved } = subject
    expect(titleOf(parkedRun({ subject: unresolved }))).toMatch(/^revision not known yet, /)
  })

  test('names the trigger of a data source', () => {
    expect(titleOf(inFlightRun({ subject: sourceSubject }))).toBe('trigger load-1, attempt 1')
  })

  test('names the run id of a foreign run', () => {
    const { triggerKey: _, ...source } = sourceSubject
    expect(titleOf(inFlightRun({ subject: { ...source, foreignRunId: 'run-9' } }))).toBe(
      'foreign run run-9, attempt 1',
    )
  })
})

describe('standingOf', () => {
  test.each(parkReasons)('describes %s', (reason) => {
    expect(standingOf(parkedRun({ reason }))).toMatch(/^waits [a-z]/)
  })

  test('distinguishes a claim from a run in flight', () => {
    expect(standingOf(claimedRun())).toBe('is being started')
    expect(standingOf(inFlightRun())).toBe('runs at DataZone as run-1 (SUBMITTED)')
  })

  test('explains a partial success by type', () => {
    const typeStats = [
      { type: 'BUSINESS_NAMES', status: 'FAILED', errorMessage: 'too many columns' },
      { type: 'BUSINESS_DESCRIPTIONS', status: 'SUCCEEDED' },
    ]
    expect(standingOf(endedRun({ ending: 'PARTIALLY_SUCCEEDED', typeStats }))).toBe(
      'ended as PARTIALLY_SUCCEEDED; BUSINESS_NAMES FAILED: too many columns',
    )
  })
})

describe('standingOf a failed run', () => {
  test('shows an error only once', () => {
    const typeStats = [{ type: 'BUSINESS_NAMES', status: 'FAILED', errorMessage: 'too many columns' }]
    const error = { name: 'GenerationFailed', message: 'BUSINESS_NAMES: too many columns' }
    expect(standingOf(endedRun({ ending: 'FAILED', typeStats, error }))).toBe(
      'ended as FAILED: BUSINESS_NAMES: too many columns (GenerationFailed)',
    )
  })
})

describe('skipText', () => {
  test.each(skipReasons)('describes %s', (reason) => {
    expect(skipText({ requestKey: 'event:1', reason, atMs: 0 })).toMatch(/^event:1 was skipped (because|by) /)
  })

  test('names the rule and quotes its reason', () => {
    const skip = {
      requestKey: 'event:1',
      reason: 'POLICY',
      rule: 2,
      because: 'staging tables',
      atMs: 0,
    } as const
    expect(skipText(skip)).toBe('event:1 was skipped by rules[2] of the policy: staging tables')
    expect(skipText({ ...skip, policyVersion: 0 })).toContain('by rules[2] of the bundled policy')
    expect(skipText({ ...skip, policyVersion: 3, types: ['BUSINESS_NAMES'] })).toBe(
      'event:1, BUSINESS_NAMES, was skipped by rules[2] of policy version 3: staging tables',
    )
  })

  test('names the policy version in which no rule matches', () => {
    const skip = { requestKey: 'event:1', reason: 'NO_RULE', policyVersion: 3, atMs: 0 } as const
    expect(skipText(skip)).toMatch(/because no rule of the policy matches the asset \(policy version 3\)$/)
  })
})

describe('decidedBy', () => {
  test('names the rule and the policy version', () => {
    expect(decidedBy(parkedRun({ policy: { version: 3, rule: 1 } }))).toBe('rules[1] of policy version 3')
    expect(decidedBy(parkedRun({ policy: { version: 0, rule: 0 } }))).toBe('rules[0] of the bundled policy')
    expect(decidedBy(parkedRun({ policy: { rule: 2 } }))).toBe('rules[2]')
  })

  test('says that an older record does not name the rule', () => {
    expect(decidedBy(parkedRun({ policy: { version: 3 } }))).toMatch(
      /^policy version 3 \(the record is older/,
    )
    expect(decidedBy(parkedRun({ policy: {} }))).toBeUndefined()
  })

  test('returns undefined for a data source, for which the policy has no rules', () => {
    expect(decidedBy(parkedRun({ subject: sourceSubject, policy: { version: 3 } }))).toBeUndefined()
  })
})
