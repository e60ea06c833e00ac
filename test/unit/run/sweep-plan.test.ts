import { describe, expect, test } from 'vitest'
import { isWaiting, type Run } from '../../../lib/run/run.ts'
import {
  canResume,
  planWaiting,
  planWork,
  type SweepSettings,
  shouldReadSucceededPage,
  workAtMs,
} from '../../../lib/run/sweep-plan.ts'
import {
  claimedRun,
  endedRun,
  inFlightRun,
  minute,
  origin,
  parkedRun,
  plannedRun,
  second,
  subject,
  t0,
} from '../../support/runs.ts'

const settings: SweepSettings = {
  periodMs: minute,
  minAgeMs: 12 * second,
  maxSingleGets: 3,
  runDeadlineMs: 240 * minute,
  maxReleases: 5,
  maxWaitMs: 35 * 24 * 60 * minute,
  mode: 'run',
}

const { revision: _, ...unresolved } = subject

describe('what a record owes, and when', () => {
  test.each<[string, Run, number | undefined]>([
    ['a plan owes nothing', plannedRun(), undefined],
    ['a claim, when its lease ends', claimedRun({ leaseEndsAtMs: t0 + 7 }), t0 + 7],
    ['a parked one, at its time', parkedRun({ retryAtMs: t0 + 8 }), t0 + 8],
    ['one in flight, from its Start', inFlightRun({ startedAtMs: t0 + 9 }), t0 + 9],
    ['P3: an ending, from when it was noticed', endedRun({ detectedAtMs: t0 + 10 }), t0 + 10],
    ['an announced ending owes nothing', endedRun({ announcedAtMs: t0 }), undefined],
  ])('%s', (_name, run, atMs) => {
    expect(workAtMs(run)).toBe(atMs)
  })
})

describe('the plan of a sweep', () => {
  const all: Run[] = [
    plannedRun(),
    claimedRun({ leaseEndsAtMs: t0 }),
    parkedRun({ retryAtMs: t0 }),
    inFlightRun({ startedAtMs: t0 }),
    endedRun({ detectedAtMs: t0 }),
    endedRun({ detectedAtMs: t0, announcedAtMs: t0 }),
  ]
  const size = (nowMs: number, mode: SweepSettings['mode'] = 'run') => {
    const work = planWork(all, nowMs, settings)
    const { release } = planWaiting(all.filter(isWaiting), nowMs, { ...settings, mode })
    return [work.announce.length, release.length, work.domains.flat().length]
  }

  test('only what is due by now', () => {
    expect(size(t0)).toEqual([1, 2, 1])
    expect(size(t0 - 1)).toEqual([0, 0, 0])
  })

  test('modes off and plan release no run, but announce and follow', () => {
    expect(size(t0, 'off')).toEqual([1, 0, 1])
    expect(size(t0, 'plan')).toEqual([1, 0, 1])
  })

  test('mode plan goes on only with a request that has no revision yet', () => {
    const waiting = parkedRun({ subject: unresolved })
    expect(canResume(waiting, 'plan')).toBe(true)
    expect(canResume(waiting, 'off')).toBe(false)
    expect(canResume(parkedRun(), 'plan')).toBe(false)
    expect(canResume(claimedRun(), 'run')).toBe(true)
  })

  test('releases are bounded', () => {
    const parked = Array.from({ length: 9 }, (_, n) => parkedRun({ retryAtMs: t0, createdAtMs: t0 - n }))
    expect(planWaiting(parked, t0, settings).release).toHaveLength(5)
  })

  test('live goes before backfill, then what is due longest, then what is oldest', () => {
    const waiting = (name: string, lane: 'live' | 'backfill', retryAtMs: number, createdAtMs: number) =>
      parkedRun({ request: { ...origin, requestKey: name, lane }, retryAtMs, createdAtMs })
    const parked = [
      waiting('backfill', 'backfill', t0 - minute, t0 - minute),
      waiting('refused again', 'live', t0, t0 - 9 * minute),
      waiting('younger', 'live', t0 - second, t0 - second),
      waiting('older', 'live', t0 - second, t0 - minute),
    ]
    const { release } = planWaiting(parked, t0, { ...settings, maxReleases: 3 })
    expect(release.map(({ request }) => request.requestKey)).toEqual(['older', 'younger', 'refused again'])
    const all = planWaiting(parked, t0, settings).release
    expect(all.at(-1)?.request.requestKey).toBe('backfill')
  })

  test('what is held, and what the mode does not allow, takes no place from others', () => {
    const held = Array.from({ length: 9 }, (_, n) => parkedRun({ retryAtMs: t0 - minute - n }))
    const free = parkedRun({ projectId: 'project-2', retryAtMs: t0 })
    const holds = { breakers: [], isPaused: ({ projectId }: Run) => projectId === 'project-1' }
    const plan = planWaiting([...held, free], t0, { ...settings, maxReleases: 1 }, holds)
    expect(plan.release).toEqual([free])
    expect(plan.held).toEqual({ PAUSED: 9 })
    const unresolvedRun = parkedRun({ subject: unresolved, retryAtMs: t0 })
    const inPlan = planWaiting([...held, unresolvedRun], t0, { ...settings, maxReleases: 1, mode: 'plan' })
    expect(inPlan.release).toEqual([unresolvedRun])
    expect(inPlan.held).toEqual({})
  })

  test('each domain once, all its runs together', () => {
    const inDomain = (domainId: string, runId: string) =>
      inFlightRun({ runId, subject: { ...subject, domainId } })
    const plan = planWork([inDomain('b', '1'), inDomain('a', '2'), inDomain('b', '3')], t0, settings)
    expect(plan.domains.map((runs) => runs.map((run) => run.runId)).toSorted()).toEqual([['1', '3'], ['2']])
  })

  test('P9: every domain, and every owed ending, is first in some sweep', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
    const runs = names.flatMap((name) => [
      inFlightRun({ subject: { ...subject, domainId: name } }),
      endedRun({ detectedAtMs: t0, runId: name }),
    ])
    const plans = names.map((_, n) => planWork(runs, t0 + n * minute, settings))
    expect(plans.map((plan) => plan.domains[0]?.[0]?.subject.domainId).toSorted()).toEqual(names)
    expect(plans.map((plan) => plan.announce[0]?.runId).toSorted()).toEqual(names)
    for (const plan of plans) {
      expect(plan.domains).toHaveLength(names.length)
      expect(new Set(plan.announce).size).toBe(names.length)
    }
  })
})

test('P11: pages of ended runs are read while they pay: at least two settled by each', () => {
  expect(shouldReadSucceededPage(2, 0, 0)).toBe(true)
  expect(shouldReadSucceededPage(1, 0, 0)).toBe(false)
  expect(shouldReadSucceededPage(0, 0, 0)).toBe(false)
  expect(shouldReadSucceededPage(5, 1, 2)).toBe(true)
  expect(shouldReadSucceededPage(5, 1, 1)).toBe(false)
  expect(shouldReadSucceededPage(1, 3, 50)).toBe(false)
})
