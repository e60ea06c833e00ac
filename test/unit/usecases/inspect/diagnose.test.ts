import { describe, expect, test } from 'vitest'
import { diagnose, type Signs } from '../../../../lib/usecases/inspect/diagnose.ts'
import { denied, quotaFull } from '../../../support/open-breakers.ts'
import { minute, t0 } from '../../../support/runs.ts'

const healthy: Signs = {
  overview: {
    inFlight: 0,
    claimed: 0,
    unannounced: 0,
    parked: [],
    parkedAtMs: t0,
    today: {},
    byProject: [],
    breakers: [],
    pauses: [],
    unreadable: 0,
    lastSweep: {
      startedAtMs: t0 - 20_000,
      tookMs: 1,
      mode: 'run',
      caps: [],
      due: 0,
      announced: 0,
      released: 0,
      unreadable: 0,
      outOfTime: false,
      problems: [],
    },
  },
  queues: [{ name: 'dead letters', waiting: 0 }],
  policyVersion: 3,
  rules: 2,
  nowMs: t0,
  clockSkewMs: 900,
}
const { lastSweep, ...withoutSweep } = healthy.overview

describe('diagnose', () => {
  test('finds nothing wrong with a healthy stack', () => {
    expect(new Set(diagnose(healthy).map(({ severity }) => severity))).toEqual(new Set(['ok']))
  })

  test.each<[string, Partial<Signs>, object]>([
    ['a missing sweep', { overview: withoutSweep }, { check: 'last sweep', severity: 'error' }],
    [
      'a stopped schedule',
      { nowMs: t0 + 9 * minute },
      { check: 'last sweep', severity: 'error', found: '9 minutes ago' },
    ],
    [
      'dead letters',
      { queues: [{ name: 'dead letters', waiting: 2 }] },
      { severity: 'error', command: ['redrive', 'dead', '--dry-run'] },
    ],
    ['a wrong clock', { clockSkewMs: -200_000 }, { check: 'clock', severity: 'error', found: '-200 s off' }],
    [
      'unreadable records',
      { overview: { ...healthy.overview, unreadable: 4 } },
      { check: 'records', severity: 'error' },
    ],
    [
      'a pause',
      { overview: { ...healthy.overview, pauses: [{ domainId: 'dzd_1', projectId: 'p1', reason: 'why' }] } },
      { severity: 'info', command: ['resume', 'dzd_1/p1'] },
    ],
    [
      'mode plan',
      {
        overview: {
          ...withoutSweep,
          ...(lastSweep && { lastSweep: { ...lastSweep, mode: 'plan' as const } }),
        },
      },
      { check: 'mode', severity: 'warning', found: 'plan' },
    ],
    [
      'a sweep that ran out of time',
      {
        overview: {
          ...withoutSweep,
          ...(lastSweep && { lastSweep: { ...lastSweep, outOfTime: true } }),
        },
      },
      { check: 'sweep time', severity: 'warning' },
    ],
    [
      'a step of the sweep that failed',
      {
        overview: {
          ...withoutSweep,
          ...(lastSweep && { lastSweep: { ...lastSweep, problems: ['settle: broken'] } }),
        },
      },
      { check: 'sweep step', severity: 'warning', found: 'settle: broken' },
    ],
    [
      'rejected requests',
      { queues: [{ name: 'rejected', waiting: 1 }] },
      { severity: 'warning', command: ['redrive', 'rejected', '--dry-run'] },
    ],
    [
      'a missing membership',
      {
        overview: {
          ...healthy.overview,
          breakers: [denied],
        },
      },
      { severity: 'error', command: ['membership', 'check', '--domain', 'dzd_orders'] },
    ],
    [
      'a used-up monthly quota',
      {
        overview: {
          ...healthy.overview,
          breakers: [quotaFull],
        },
      },
      { severity: 'warning', command: ['quota'] },
    ],
  ])('puts %s first, with the fix', (_, signs, found) => {
    const [first] = diagnose({ ...healthy, ...signs })
    expect(first).toMatchObject(found)
    expect(first?.fix).toBeDefined()
  })

  test('says what it found of a healthy stack', () => {
    const queues = [
      { name: 'requests', waiting: 900 },
      { name: 'rejected', waiting: 0 },
    ]
    expect(diagnose({ ...healthy, queues, clockSkewMs: minute })).toEqual([
      { check: 'last sweep', severity: 'ok', found: '20 seconds ago' },
      { check: 'mode', severity: 'ok', found: 'run' },
      { check: 'requests', severity: 'ok', found: '900 messages' },
      { check: 'rejected', severity: 'ok', found: '0 messages' },
      { check: 'clock', severity: 'ok', found: 'agrees with AWS' },
      { check: 'policy', severity: 'ok', found: 'version 3, 2 rules' },
      { check: 'records', severity: 'ok', found: 'every open record can be read' },
    ])
  })

  test("says nothing about a clock that it did not see, and names the deployment's policy", () => {
    const { clockSkewMs: _, ...unseen } = healthy
    const found = diagnose({ ...unseen, policyVersion: 0 })
    expect(found.map(({ check }) => check)).not.toContain('clock')
    expect(found).toContainEqual({ check: 'policy', severity: 'ok', found: 'of the deployment, 2 rules' })
  })

  test('finds a sweep late after three minutes', () => {
    const findingAt = (ageMs: number) =>
      diagnose({ ...healthy, nowMs: t0 - 20_000 + ageMs }).find(({ check }) => check === 'last sweep')
    expect(findingAt(3 * minute - 1)).toMatchObject({ severity: 'ok' })
    expect(findingAt(3 * minute)).toMatchObject({ severity: 'error', found: '3 minutes ago' })
  })

  test.each([
    [{ domainId: 'dzd_1' }, 'dzd_1 by an operator: no reason given', 'dzd_1'],
    [{ domainId: 'dzd_1', pausedBy: 'ana', reason: 'load' }, 'dzd_1 by ana: load', 'dzd_1'],
    [{ domainId: 'dzd_1', projectId: 'p1' }, 'dzd_1/p1 by an operator: no reason given', 'dzd_1/p1'],
  ])('names the scope of a pause, who paused it and why: %o', (pause, found, scope) => {
    const overview = { ...healthy.overview, pauses: [pause] }
    expect(diagnose({ ...healthy, overview })[0]).toMatchObject({ found, command: ['resume', scope] })
  })
})
