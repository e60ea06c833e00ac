import { describe, expect, test } from 'vitest'
import {
  credentialFinding,
  ruleFindings,
  uncheckedFinding,
} from '../../../../lib/usecases/inspect/diagnose-access.ts'
import { minute, t0 } from '../../../support/runs.ts'

const caller = { arn: 'arn:aws:sts::123456789012:assumed-role/dev/ana', account: '123456789012' }

describe('credentialFinding', () => {
  test.each([
    [undefined, 'ok', 'account 123456789012'],
    [3 * 60 * minute, 'ok', 'for 3 hours more'],
    [60 * minute, 'ok', 'for 60 minutes more'],
    [14 * minute, 'warning', 'for 14 minutes more'],
    [0, 'error', 'expired'],
  ])('reports credentials that expire in %s ms: %s', (leftMs, severity, text) => {
    const expiry = leftMs === undefined ? {} : { expiresAtMs: t0 + leftMs }
    expect(credentialFinding({ ...caller, ...expiry }, t0)).toMatchObject({
      severity,
      found: expect.stringMatching(new RegExp(`^${caller.arn} in (account 123456789012, )?${text}$`)),
    })
  })
})

describe('ruleFindings', () => {
  const rule = { name: 'prod-asset-events', bus: 'default', whileOff: 'publishing requests no run' }

  test('accepts every kind of enabled rule', () => {
    const state = 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS'
    expect(ruleFindings([{ ...rule, state }])).toMatchObject([{ severity: 'ok' }])
  })

  test('says what a disabled rule stops, and how to enable it', () => {
    expect(ruleFindings([{ ...rule, state: 'DISABLED' }])).toEqual([
      {
        check: 'rule',
        severity: 'error',
        found: 'prod-asset-events: DISABLED',
        fix: 'publishing requests no run: aws events enable-rule --name prod-asset-events --event-bus-name default',
      },
    ])
  })

  test('asks for a deployment when the rule does not exist', () => {
    expect(ruleFindings([rule])).toMatchObject([
      { severity: 'error', fix: expect.stringContaining('deploy the stack again') },
    ])
  })
})

describe('uncheckedFinding', () => {
  test('returns a warning for a missing permission, and an error for a service that does not answer', () => {
    expect(uncheckedFinding('rule', 'denied', true)).toMatchObject({
      severity: 'warning',
      fix: expect.any(String),
    })
    expect(uncheckedFinding('rule', 'down', false)).toEqual({
      check: 'rule',
      severity: 'error',
      found: 'not checked: down',
    })
  })
})
