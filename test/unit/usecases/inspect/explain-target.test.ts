import { describe, expect, test } from 'vitest'
import type { Pause } from '../../../../lib/ports/switches.ts'
import type { Breaker } from '../../../../lib/run/breaker.ts'
import type { Run } from '../../../../lib/run/run.ts'
import type { Skip } from '../../../../lib/run/skip.ts'
import { explainTarget } from '../../../../lib/usecases/inspect/explain-target.ts'
import { memoryBreakers } from '../../../support/memory-breakers.ts'
import { memoryRunStore } from '../../../support/memory-run-store.ts'
import { denied, quotaFull } from '../../../support/open-breakers.ts'
import {
  claimedRun,
  endedRun,
  inFlightRun,
  minute,
  parkedRun,
  plannedRun,
  rejectedRun,
  sourceSubject,
  subject,
  t0,
} from '../../../support/runs.ts'

const asset = { domainId: subject.domainId, assetId: subject.assetId }

const explain = (
  runs: readonly Run[],
  {
    pause,
    breakers = [],
    skips = [],
  }: Partial<{ pause: Pause; breakers: readonly Breaker[]; skips: readonly Skip[] }> = {},
  target: Parameters<typeof explainTarget>[0] = asset,
) =>
  explainTarget(target, {
    store: memoryRunStore(...runs),
    switches: { pauseOf: async () => pause },
    breakers: memoryBreakers(...breakers),
    skips: { skipsOf: async () => skips },
  })

describe('explainTarget', () => {
  test('has no command for a data source without records', async () => {
    const source = { domainId: subject.domainId, dataSourceId: sourceSubject.dataSourceId }
    const { stories, advice } = await explain([], {}, source)
    expect(stories).toEqual([])
    expect(advice).toEqual([{ why: expect.stringContaining('nothing was requested') }])
  })

  test('says when a claim is looked at next, and orders a record without a history by its creation', async () => {
    const claimed = claimedRun({ history: [], createdAtMs: t0 + 9 * minute, leaseEndsAtMs: t0 + 10 * minute })
    const { stories } = await explain([endedRun(), claimed])
    expect(stories[0]).toMatchObject({ standing: 'is being started', nextLookAtMs: t0 + 10 * minute })
  })

  test('names the quota that holds a request', async () => {
    const { stories } = await explain([parkedRun({ reason: 'QUOTA_EXCEEDED' })], {
      breakers: [denied, quotaFull],
    })
    expect(stories[0]?.breaker?.cause).toEqual(quotaFull.cause)
  })

  test('says that nothing was requested, and how to request it', async () => {
    const { stories, advice } = await explain([])
    expect(stories).toEqual([])
    expect(advice).toEqual([
      expect.objectContaining({ command: ['submit', 'asset-1', '--domain', 'dzd_orders'] }),
    ])
  })

  test('lists the record with the latest change first', async () => {
    const older = endedRun({ history: [{ atMs: t0, what: 'SUCCEEDED' }] })
    const newer = inFlightRun({
      attempt: 2,
      runId: 'run-2',
      history: [{ atMs: t0 + minute, what: 'started as run-2' }],
    })
    const { stories } = await explain([older, newer])
    expect(stories.map(({ standing }) => standing)).toEqual([
      'runs at DataZone as run-2 (SUBMITTED)',
      'ended as SUCCEEDED',
    ])
  })

  test('names the pause that holds a request, its reason and the command that ends it', async () => {
    const pause = { reason: 'glossary is being rebuilt', pausedBy: 'ana' }
    const { stories, advice } = await explain([parkedRun({ reason: 'PAUSED' })], { pause })
    expect(stories[0]).toMatchObject({ pause, nextLookAtMs: t0 + minute })
    expect(advice[0]?.command).toEqual(['resume', 'dzd_orders/project-1'])
  })

  test('names the breaker that holds a request', async () => {
    const breaker: Breaker = {
      cause: { reason: 'DENIED', domainId: 'dzd_orders', projectId: 'project-1' },
      call: 'Start',
      openedAtMs: t0,
      probes: 1,
      nextProbeAtMs: t0 + minute,
    }
    const elsewhere: Breaker = {
      ...breaker,
      cause: { ...breaker.cause, projectId: 'project-2' } as Breaker['cause'],
    }
    const { stories, advice } = await explain([parkedRun({ reason: 'DENIED' })], {
      breakers: [elsewhere, breaker],
    })
    expect(stories[0]?.breaker).toEqual(breaker)
    expect(advice[0]?.why).toContain('project project-1')
  })

  test('gives the reason for a rejection, and offers another attempt', async () => {
    const { stories, advice } = await explain([rejectedRun()])
    expect(stories[0]?.standing).toBe('ended as REJECTED: no structured schema (ValidationException)')
    expect(advice[0]?.command).toContain('--regenerate')
  })

  test.each([
    ['MODE_OFF', 'mode run', undefined],
    ['DOMAIN_NOT_SELECTED', 'DomainIds', undefined],
    ['NO_TRIGGER', 'dzrun policy put', 'policy'],
    ['NO_RULE', 'dzrun policy put', 'policy'],
    ['POLICY', 'dzrun policy put', 'policy'],
    ['REPEAT_GUARD', 'request a run', 'submit'],
  ] as const)('says what ends a skip for %s', async (reason, words, command) => {
    const skips: readonly Skip[] = [{ requestKey: 'event:1', reason, atMs: t0 }]
    const explanation = await explain([], { skips })
    expect(explanation.skips).toEqual(skips)
    expect(explanation.advice[0]?.why).toContain(words)
    expect(explanation.advice[0]?.command?.[0]).toBe(command)
  })

  test('offers nothing after a success', async () => {
    expect((await explain([endedRun()])).advice).toEqual([])
  })

  test('says that a planned run would start', async () => {
    const { stories, advice } = await explain([plannedRun()])
    expect(stories[0]?.standing).toBe('would start, but the stack is in mode plan')
    expect(advice[0]?.why).toContain('mode run')
  })

  test('names the requests of a run, its own first', async () => {
    const also = { ...parkedRun().request, requestKey: 'event:2' }
    const { stories } = await explain([parkedRun({ alsoRequestedBy: [also] })])
    expect(stories[0]?.requestedBy).toEqual([parkedRun().request.requestKey, 'event:2'])
  })

  test('offers nothing for a request that continues by itself, nor for a run in flight', async () => {
    expect((await explain([parkedRun({ reason: 'THROTTLED' })])).advice).toEqual([])
    expect((await explain([inFlightRun()])).advice).toEqual([])
  })

  test('offers no other attempt of a data source run, whose next load makes one', async () => {
    const failed = endedRun({ subject: sourceSubject, ending: 'FAILED' })
    const target = { domainId: subject.domainId, dataSourceId: sourceSubject.dataSourceId }
    const { stories, advice } = await explain([failed], {}, target)
    expect(stories).toHaveLength(1)
    expect(advice).toEqual([])
  })

  test('names a pause only where something waits for it', async () => {
    const pause = { reason: 'load' }
    const planned = await explain([plannedRun()], { pause })
    expect(planned.advice[0]?.command).toEqual(['resume', 'dzd_orders/project-1'])
    for (const run of [inFlightRun(), endedRun()]) {
      const { stories, advice } = await explain([run], { pause })
      expect(stories[0]).not.toHaveProperty('pause')
      expect(advice).toEqual([])
    }
  })

  test('names no breaker that holds something else', async () => {
    const elsewhere: Breaker = {
      ...denied,
      cause: { ...denied.cause, domainId: 'dzd_other' } as Breaker['cause'],
    }
    const throttled = parkedRun({ reason: 'THROTTLED' })
    for (const [run, breaker] of [
      [parkedRun({ reason: 'DENIED' }), elsewhere],
      [throttled, denied],
      [inFlightRun(), denied],
      [parkedRun({ reason: 'QUOTA_EXCEEDED', subject: sourceSubject }), quotaFull],
    ] as const) {
      const { stories } = await explain([run], { breakers: [breaker] }, run.subject)
      expect(stories).toHaveLength(1)
      expect(stories[0]).not.toHaveProperty('breaker')
    }
  })
})
