import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PortUnavailable } from '../../lib/errors.ts'
import type { Run, Subject } from '../../lib/run/run.ts'
import {
  claimedRun,
  endedRun,
  inFlightRun,
  minute,
  origin,
  parkedRun,
  plannedRun,
  second,
  t0,
} from '../support/runs.ts'
import { arbitraryRun } from './arbitrary-run.ts'

import {
  created,
  newAsset,
  type StoreAbilities,
  type StoreUnderTest,
  waitingFor,
} from './run-store-under-test.ts'

/** The contract of other writes, which every RunStore keeps. */
export const writesContract = (
  harness: StoreUnderTest,
  { holdsItems, isolatesTransactions }: StoreAbilities,
): void => {
  const { runsOf, dueIs, waitingIs } = harness
  describe('create', () => {
    test('P1: writes a record at version 1, once', async () => {
      const asset = newAsset()
      const run = claimedRun({ subject: asset, version: 0 })
      expect(await harness.store.create(run)).toEqual({ outcome: 'created', run: { ...run, version: 1 } })
      expect(await harness.store.create({ ...run, projectId: 'another' })).toEqual({ outcome: 'exists' })
      expect(await runsOf(asset)).toEqual([{ ...run, version: 1 }])
    })

    test.runIf(isolatesTransactions)('P1: lets one of many concurrent creates win', async () => {
      const asset = newAsset()
      const rivals = Array.from({ length: 8 }, (_, index) =>
        claimedRun({ subject: asset, version: 0, projectId: `project-${index}` }),
      )
      const outcomes = await Promise.all(rivals.map((rival) => harness.store.create(rival)))
      const winners = outcomes.flatMap((one) => (one.outcome === 'created' ? [one.run] : []))
      expect(outcomes.filter((one) => one.outcome === 'exists')).toHaveLength(7)
      expect(winners).toHaveLength(1)
      expect(await runsOf(asset)).toEqual(winners)
    })

    test('replaces a plan, and nothing else', async () => {
      const asset = newAsset()
      created(await harness.store.create(plannedRun({ subject: asset, version: 0 })))
      const claim = created(await harness.store.create(claimedRun({ subject: asset, version: 0 })))
      expect(await runsOf(asset)).toEqual([claim])
      for (const state of [parkedRun(), inFlightRun(), endedRun({ announcedAtMs: t0 })]) {
        const other = newAsset()
        const first = created(await harness.store.create({ ...state, subject: other }))
        expect(await harness.store.create(claimedRun({ subject: other }))).toEqual({ outcome: 'exists' })
        expect(await runsOf(other)).toEqual([first])
      }
    })

    test('P1: keeps a writer that read the plan from overwriting the claim that replaced it', async () => {
      const asset = newAsset()
      const plan = created(await harness.store.create(plannedRun({ subject: asset, version: 0 })))
      const later = claimedRun({ subject: asset, version: 0, createdAtMs: plan.createdAtMs + second })
      const claim = created(await harness.store.create(later))
      expect(claim.version).toBe(plan.version)
      expect(await harness.store.save(plan)).toBeUndefined()
      expect(await runsOf(asset)).toEqual([claim])
    })

    test('separates the revisions, types and attempts of an asset', async () => {
      const asset = newAsset()
      const others: Run[] = [
        claimedRun({ subject: asset, version: 0 }),
        claimedRun({ subject: asset, attempt: 2, version: 0 }),
        claimedRun({ subject: { ...asset, revision: '5' }, version: 0 }),
        claimedRun({ subject: { ...asset, types: ['BUSINESS_NAMES'] }, version: 0 }),
        waitingFor(asset),
        waitingFor(asset, { request: { ...origin, requestKey: 'request:other' } }),
      ]
      for (const run of others) created(await harness.store.create(run))
      expect(await runsOf(asset)).toHaveLength(others.length)
    })

    test.runIf(holdsItems)(
      'throws for a record that is too large for the table, and writes nothing',
      async () => {
        const asset = newAsset()
        const huge = { name: 'Huge', message: 'x'.repeat(450_000) }
        const run = parkedRun({ subject: asset, version: 0, error: huge })
        await expect(harness.store.create(run)).rejects.toThrow(PortUnavailable)
        expect(await runsOf(asset)).toEqual([])
      },
    )
  })

  describe('create, replacing a waiting request', () => {
    test('creates the record and deletes the request in one write', async () => {
      const asset = newAsset()
      const waiting = created(await harness.store.create(waitingFor(asset)))
      const claim = created(await harness.store.create(claimedRun({ subject: asset, version: 0 }), waiting))
      expect(await runsOf(asset)).toEqual([claim])
    })

    test('replaces a plan, too', async () => {
      const asset = newAsset()
      const waiting = created(await harness.store.create(waitingFor(asset)))
      created(await harness.store.create(plannedRun({ subject: asset, version: 0 })))
      const claim = created(await harness.store.create(claimedRun({ subject: asset, version: 0 }), waiting))
      expect(await runsOf(asset)).toEqual([claim])
    })

    const changes = ['unchanged', 'saved', 'dropped'] as const
    const failures = changes.flatMap((request) => [
      ...(request === 'unchanged' ? [] : [{ request, taken: false }]),
      { request, taken: true },
    ])
    test.each(failures)(
      'changes nothing when the request was $request and the key is taken: $taken',
      async (given) => {
        const asset = newAsset()
        const waiting = created(await harness.store.create(waitingFor(asset)))
        if (given.request === 'saved') await harness.store.save({ ...waiting, retryAtMs: t0 + second })
        if (given.request === 'dropped') await harness.store.dropRequest(waiting)
        if (given.taken) created(await harness.store.create(inFlightRun({ subject: asset, version: 0 })))
        const before = await runsOf(asset)
        expect(await harness.store.create(claimedRun({ subject: asset, version: 0 }), waiting)).toEqual({
          outcome: given.request === 'unchanged' ? 'exists' : 'request-changed',
        })
        expect(await runsOf(asset)).toEqual(before)
      },
    )

    test.runIf(isolatesTransactions)(
      'P1: lets at most one of several starters take the request',
      async () => {
        const asset = newAsset()
        const waiting = created(await harness.store.create(waitingFor(asset)))
        const claim = (revision: string) =>
          harness.store.create(claimedRun({ subject: { ...asset, revision }, version: 0 }), waiting)
        const outcomes = await Promise.allSettled([claim('1'), claim('2'), claim('3')])
        const won = outcomes.filter((one) => one.status === 'fulfilled' && one.value.outcome === 'created')
        expect(won.length).toBeLessThanOrEqual(1)
        const left = await runsOf(asset)
        expect(left.map((run) => run.state)).toEqual([won.length === 1 ? 'CLAIMED' : 'PARKED'])
      },
    )
  })

  describe('save', () => {
    test('increments the version', async () => {
      const asset = newAsset()
      const claim = created(await harness.store.create(claimedRun({ subject: asset, version: 0 })))
      const flight = inFlightRun({ subject: asset, version: claim.version })
      expect(await harness.store.save(flight)).toEqual({ ...flight, version: 2 })
      expect(await runsOf(asset)).toEqual([{ ...flight, version: 2 }])
    })

    test('returns undefined and writes nothing when another write won', async () => {
      const asset = newAsset()
      const claim = created(await harness.store.create(claimedRun({ subject: asset, version: 0 })))
      await harness.store.save({ ...claim, leaseEndsAtMs: t0 + 2 * minute })
      const before = await runsOf(asset)
      expect(await harness.store.save({ ...claim, leaseEndsAtMs: t0 + 3 * minute })).toBeUndefined()
      expect(await harness.store.save({ ...claim, version: 7 })).toBeUndefined()
      expect(await runsOf(asset)).toEqual(before)
    })

    test('creates no record', async () => {
      const asset = newAsset()
      expect(await harness.store.save(claimedRun({ subject: asset }))).toBeUndefined()
      expect(await harness.store.save(claimedRun({ subject: asset, version: 0 }))).toBeUndefined()
      expect(await runsOf(asset)).toEqual([])
    })

    test.runIf(isolatesTransactions)('lets one of many concurrent saves win', async () => {
      const asset = newAsset()
      const claim = created(await harness.store.create(claimedRun({ subject: asset, version: 0 })))
      const saved = await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          harness.store.save({ ...claim, projectId: `project-${index}` }),
        ),
      )
      const winners = saved.filter((run) => run !== undefined)
      expect(winners).toHaveLength(1)
      expect(await runsOf(asset)).toEqual(winners)
    })
  })

  describe('endWithNext', () => {
    const failed = async (asset: Subject) => {
      const run = created(await harness.store.create(inFlightRun({ subject: asset, version: 0 })))
      return endedRun({ subject: asset, version: run.version, ending: 'FAILED', willRetry: true })
    }
    const next = (asset: Subject) =>
      parkedRun({
        subject: asset,
        attempt: 2,
        version: 0,
        retriesBefore: 1,
        reason: 'RETRY',
        retryAtMs: t0,
      })

    test('P2: ends the attempt and parks the next one in one write', async () => {
      const asset = newAsset()
      const ended = await failed(asset)
      const saved = { ...ended, version: 2 }
      expect(await harness.store.endWithNext(ended, next(asset))).toEqual({ outcome: 'saved', ended: saved })
      expect(await runsOf(asset)).toEqual([saved, { ...next(asset), version: 1 }])
      await dueIs(t0 + 60 * minute, asset.domainId, [saved])
      await waitingIs(t0 + 60 * minute, asset.domainId, [{ ...next(asset), version: 1 }])
    })

    test('replaces a plan, and writes nothing if any other record of the next attempt exists', async () => {
      const asset = newAsset()
      const ended = await failed(asset)
      created(await harness.store.create(claimedRun({ subject: asset, attempt: 2, version: 0 })))
      const before = await runsOf(asset)
      expect(await harness.store.endWithNext(ended, next(asset))).toEqual({ outcome: 'exists' })
      expect(await runsOf(asset)).toEqual(before)

      const other = newAsset()
      const otherEnded = await failed(other)
      created(await harness.store.create(plannedRun({ subject: other, attempt: 2, version: 0 })))
      expect(await harness.store.endWithNext(otherEnded, next(other))).toMatchObject({ outcome: 'saved' })
      expect((await runsOf(other)).map((run) => run.state)).toEqual(['ENDED', 'PARKED'])
    })

    test('returns changed and writes nothing when another write won', async () => {
      const asset = newAsset()
      const ended = await failed(asset)
      const saved = await harness.store.save(inFlightRun({ subject: asset, nativeStatus: 'IN_PROGRESS' }))
      expect(await harness.store.endWithNext(ended, next(asset))).toEqual({ outcome: 'changed' })
      expect(await runsOf(asset)).toEqual([saved])
    })

    test.runIf(isolatesTransactions)('P1: lets at most one of several concurrent writes win', async () => {
      const asset = newAsset()
      const ended = await failed(asset)
      const all = await Promise.allSettled(
        Array.from({ length: 4 }, () => harness.store.endWithNext(ended, next(asset))),
      )
      const won = all.filter((one) => one.status === 'fulfilled' && one.value.outcome === 'saved')
      expect(won.length).toBeLessThanOrEqual(1)
      expect(await runsOf(asset)).toHaveLength(1 + won.length)
    })
  })

  describe('dropRequest', () => {
    test('removes the request at the version read', async () => {
      const asset = newAsset()
      const waiting = created(await harness.store.create(waitingFor(asset)))
      expect(await harness.store.dropRequest(waiting)).toBe(true)
      expect(await runsOf(asset)).toEqual([])
      expect(await harness.store.dropRequest(waiting)).toBe(false)
    })

    test('keeps the request when another write won', async () => {
      const asset = newAsset()
      const waiting = created(await harness.store.create(waitingFor(asset)))
      const saved = await harness.store.save({ ...waiting, retryAtMs: t0 + 2 * minute })
      expect(await harness.store.dropRequest(waiting)).toBe(false)
      expect(await runsOf(asset)).toEqual([saved])
    })
  })

  test('returns every run exactly as it was written', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryRun, arbitraryRun, async (first, second) => {
        const { subject, attempt, request, createdAtMs } = created(await harness.store.create(first))
        expect(await runsOf(subject)).toEqual([{ ...first, version: 1 }])
        const next = { ...second, subject, attempt, request, createdAtMs, version: 1 }
        const saved = await harness.store.save<Run>(next)
        expect(await runsOf(subject)).toEqual([saved])
      }),
      { numRuns: 100 },
    )
  })
}
