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

describe('workAtMs', () => {
  test.each<[string, Run, number | undefined]>([
    ['no time for a planned run', plannedRun(), undefined],
    ['the end of the lease of a claim', claimedRun({ leaseEndsAtMs: t0 + 7 }), t0 + 7],
    ['the retry time of a parked run', parkedRun({ retryAtMs: t0 + 8 }), t0 + 8],
    ['the Start of a run in flight', inFlightRun({ startedAtMs: t0 + 9 }), t0 + 9],
    ['the detection of an ending that is not announced (P3)', endedRun({ detectedAtMs: t0 + 10 }), t0 + 10],
    ['no time for an announced ending', endedRun({ announcedAtMs: t0 }), undefined],
  ])('returns %s', (_name, run, atMs) => {
    expect(workAtMs(run)).toBe(atMs)
  })
})

describe('planWork and planWaiting', () => {
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

  test('takes only what is due by now', () => {
    expect(size(t0)).toEqual([1, 2, 1])
    expect(size(t0 - 1)).toEqual([0, 0, 0])
  })

  test('releases no run in modes off and plan, but announces endings and follows runs', () => {
    expect(size(t0, 'off')).toEqual([1, 0, 1])
    expect(size(t0, 'plan')).toEqual([1, 0, 1])
  })

  test('resumes only a request without a revision in mode plan', () => {
    const waiting = parkedRun({ subject: unresolved })
    expect(canResume(waiting, 'plan')).toBe(true)
    expect(canResume(waiting, 'off')).toBe(false)
    expect(canResume(parkedRun(), 'plan')).toBe(false)
    expect(canResume(claimedRun(), 'run')).toBe(true)
  })

  test('limits the number of releases', () => {
    const parked = Array.from({ length: 9 }, (_, n) => parkedRun({ retryAtMs: t0, createdAtMs: t0 - n }))
    expect(planWaiting(parked, t0, settings).release).toHaveLength(5)
  })

  test('prefers live to backfill, then the longest due, then the oldest', () => {
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

  test('spends no release on a record that is held or that the mode forbids', () => {
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

  test('groups the runs of each domain', () => {
    const inDomain = (domainId: string, runId: string) =>
      inFlightRun({ runId, subject: { ...subject, domainId } })
    const plan = planWork([inDomain('b', '1'), inDomain('a', '2'), inDomain('b', '3')], t0, settings)
    expect(plan.domains.map((runs) => runs.map((run) => run.runId)).toSorted()).toEqual([['1', '3'], ['2']])
  })

  test('P9: puts every domain, and every owed ending, first in some sweep', () => {
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

test('P11: reads pages of ended runs while each settles at least two', () => {
  expect(shouldReadSucceededPage(2, 0, 0)).toBe(true)
  expect(shouldReadSucceededPage(1, 0, 0)).toBe(false)
  expect(shouldReadSucceededPage(0, 0, 0)).toBe(false)
  expect(shouldReadSucceededPage(5, 1, 2)).toBe(true)
  expect(shouldReadSucceededPage(5, 1, 1)).toBe(false)
  expect(shouldReadSucceededPage(1, 3, 50)).toBe(false)
})
