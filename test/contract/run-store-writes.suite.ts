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
  assetOfItsOwn,
  created,
  type StoreAbilities,
  type StoreUnderTest,
  waitingFor,
} from './run-store-under-test.ts'

/** How every RunStore creates, changes and drops records. */
export const writesContract = (
  under: StoreUnderTest,
  { holdsItems, isolatesTransactions }: StoreAbilities,
): void => {
  const { runsOf, dueIs, waitingIs } = under
  describe('create', () => {
    test('P1: writes at version 1, once', async () => {
      const about = assetOfItsOwn()
      const run = claimedRun({ subject: about, version: 0 })
      expect(await under.store.create(run)).toEqual({ outcome: 'created', run: { ...run, version: 1 } })
      expect(await under.store.create({ ...run, projectId: 'another' })).toEqual({ outcome: 'exists' })
      expect(await runsOf(about)).toEqual([{ ...run, version: 1 }])
    })

    test.runIf(isolatesTransactions)('P1: has one winner among many at once', async () => {
      const about = assetOfItsOwn()
      const rivals = Array.from({ length: 8 }, (_, index) =>
        claimedRun({ subject: about, version: 0, projectId: `project-${index}` }),
      )
      const outcomes = await Promise.all(rivals.map((rival) => under.store.create(rival)))
      const winners = outcomes.flatMap((one) => (one.outcome === 'created' ? [one.run] : []))
      expect(outcomes.filter((one) => one.outcome === 'exists')).toHaveLength(7)
      expect(winners).toHaveLength(1)
      expect(await runsOf(about)).toEqual(winners)
    })

    test('replaces a plan, and nothing else', async () => {
      const about = assetOfItsOwn()
      created(await under.store.create(plannedRun({ subject: about, version: 0 })))
      const claim = created(await under.store.create(claimedRun({ subject: about, version: 0 })))
      expect(await runsOf(about)).toEqual([claim])
      for (const state of [parkedRun(), inFlightRun(), endedRun({ announcedAtMs: t0 })]) {
        const other = assetOfItsOwn()
        const first = created(await under.store.create({ ...state, subject: other }))
        expect(await under.store.create(claimedRun({ subject: other }))).toEqual({ outcome: 'exists' })
        expect(await runsOf(other)).toEqual([first])
      }
    })

    test('P1: keeps who read the plan from writing over the claim that replaced it', async () => {
      const about = assetOfItsOwn()
      const plan = created(await under.store.create(plannedRun({ subject: about, version: 0 })))
      const later = claimedRun({ subject: about, version: 0, createdAtMs: plan.createdAtMs + second })
      const claim = created(await under.store.create(later))
      expect(claim.version).toBe(plan.version)
      expect(await under.store.save(plan)).toBeUndefined()
      expect(await runsOf(about)).toEqual([claim])
    })

    test('separates the revisions, types and attempts of an asset', async () => {
      const about = assetOfItsOwn()
      const others: Run[] = [
        claimedRun({ subject: about, version: 0 }),
        claimedRun({ subject: about, attempt: 2, version: 0 }),
        claimedRun({ subject: { ...about, revision: '5' }, version: 0 }),
        claimedRun({ subject: { ...about, types: ['BUSINESS_NAMES'] }, version: 0 }),
        waitingFor(about),
        waitingFor(about, { request: { ...origin, requestKey: 'request:other' } }),
      ]
      for (const run of others) created(await under.store.create(run))
      expect(await runsOf(about)).toHaveLength(others.length)
    })

    test.runIf(holdsItems)('says that a record is too large for the table, and writes nothing', async () => {
      const about = assetOfItsOwn()
      const huge = { name: 'Huge', message: 'x'.repeat(450_000) }
      const run = parkedRun({ subject: about, version: 0, error: huge })
      await expect(under.store.create(run)).rejects.toThrow(PortUnavailable)
      expect(await runsOf(about)).toEqual([])
    })
  })

  describe('create in the place of a waiting request', () => {
    test('is one write: the record comes, the request goes', async () => {
      const about = assetOfItsOwn()
      const waiting = created(await under.store.create(waitingFor(about)))
      const claim = created(await under.store.create(claimedRun({ subject: about, version: 0 }), waiting))
      expect(await runsOf(about)).toEqual([claim])
    })

    test('replaces a plan too', async () => {
      const about = assetOfItsOwn()
      const waiting = created(await under.store.create(waitingFor(about)))
      created(await under.store.create(plannedRun({ subject: about, version: 0 })))
      const claim = created(await under.store.create(claimedRun({ subject: about, version: 0 }), waiting))
      expect(await runsOf(about)).toEqual([claim])
    })

    const changes = ['unchanged', 'saved', 'dropped'] as const
    const failures = changes.flatMap((request) => [
      ...(request === 'unchanged' ? [] : [{ request, taken: false }]),
      { request, taken: true },
    ])
    test.each(failures)(
      'changes nothing when the request was $request and the key is taken: $taken',
      async (given) => {
        const about = assetOfItsOwn()
        const waiting = created(await under.store.create(waitingFor(about)))
        if (given.request === 'saved') await under.store.save({ ...waiting, retryAtMs: t0 + second })
        if (given.request === 'dropped') await under.store.dropRequest(waiting)
        if (given.taken) created(await under.store.create(inFlightRun({ subject: about, version: 0 })))
        const before = await runsOf(about)
        expect(await under.store.create(claimedRun({ subject: about, version: 0 }), waiting)).toEqual({
          outcome: given.request === 'unchanged' ? 'exists' : 'request-changed',
        })
        expect(await runsOf(about)).toEqual(before)
      },
    )

    test.runIf(isolatesTransactions)('P1: lets at most one of two starters take the request', async () => {
      const about = assetOfItsOwn()
      const waiting = created(await under.store.create(waitingFor(about)))
      const claim = (revision: string) =>
        under.store.create(claimedRun({ subject: { ...about, revision }, version: 0 }), waiting)
      const outcomes = await Promise.allSettled([claim('1'), claim('2'), claim('3')])
      const won = outcomes.filter((one) => one.status === 'fulfilled' && one.value.outcome === 'created')
      expect(won.length).toBeLessThanOrEqual(1)
      const left = await runsOf(about)
      expect(left.map((run) => run.state)).toEqual([won.length === 1 ? 'CLAIMED' : 'PARKED'])
    })
  })

  describe('save', () => {
    test('grows the version by one', async () => {
      const about = assetOfItsOwn()
      const claim = created(await under.store.create(claimedRun({ subject: about, version: 0 })))
      const flight = inFlightRun({ subject: about, version: claim.version })
      expect(await under.store.save(flight)).toEqual({ ...flight, version: 2 })
      expect(await runsOf(about)).toEqual([{ ...flight, version: 2 }])
    })

    test('returns undefined and writes nothing when another write won', async () => {
      const about = assetOfItsOwn()
      const claim = created(await under.store.create(claimedRun({ subject: about, version: 0 })))
      await under.store.save({ ...claim, leaseEndsAtMs: t0 + 2 * minute })
      const before = await runsOf(about)
      expect(await under.store.save({ ...claim, leaseEndsAtMs: t0 + 3 * minute })).toBeUndefined()
      expect(await under.store.save({ ...claim, version: 7 })).toBeUndefined()
      expect(await runsOf(about)).toEqual(before)
    })

    test('makes no record', async () => {
      const about = assetOfItsOwn()
      expect(await under.store.save(claimedRun({ subject: about }))).toBeUndefined()
      expect(await under.store.save(claimedRun({ subject: about, version: 0 }))).toBeUndefined()
      expect(await runsOf(about)).toEqual([])
    })

    test.runIf(isolatesTransactions)('has one winner among many at once', async () => {
      const about = assetOfItsOwn()
      const claim = created(await under.store.create(claimedRun({ subject: about, version: 0 })))
      const saved = await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          under.store.save({ ...claim, projectId: `project-${index}` }),
        ),
      )
      const winners = saved.filter((run) => run !== undefined)
      expect(winners).toHaveLength(1)
      expect(await runsOf(about)).toEqual(winners)
    })
  })

  describe('endWithNext', () => {
    const failed = async (about: Subject) => {
      const run = created(await under.store.create(inFlightRun({ subject: about, version: 0 })))
      return endedRun({ subject: about, version: run.version, ending: 'FAILED', willRetry: true })
    }
    const next = (about: Subject) =>
      parkedRun({
        subject: about,
        attempt: 2,
        version: 0,
        retriesBefore: 1,
        reason: 'RETRY',
        retryAtMs: t0,
      })

    test('P2: is one write: the attempt ends, the next one waits', async () => {
      const about = assetOfItsOwn()
      const ended = await failed(about)
      const saved = { ...ended, version: 2 }
      expect(await under.store.endWithNext(ended, next(about))).toEqual({ outcome: 'saved', ended: saved })
      expect(await runsOf(about)).toEqual([saved, { ...next(about), version: 1 }])
      await dueIs(t0 + 60 * minute, about.domainId, [saved])
      await waitingIs(t0 + 60 * minute, about.domainId, [{ ...next(about), version: 1 }])
    })

    test('takes the place of a plan, and of nothing else; then nothing is written', async () => {
      const about = assetOfItsOwn()
      const ended = await failed(about)
      created(await under.store.create(claimedRun({ subject: about, attempt: 2, version: 0 })))
      const before = await runsOf(about)
      expect(await under.store.endWithNext(ended, next(about))).toEqual({ outcome: 'exists' })
      expect(await runsOf(about)).toEqual(before)

      const other = assetOfItsOwn()
      const otherEnded = await failed(other)
      created(await under.store.create(plannedRun({ subject: other, attempt: 2, version: 0 })))
      expect(await under.store.endWithNext(otherEnded, next(other))).toMatchObject({ outcome: 'saved' })
      expect((await runsOf(other)).map((run) => run.state)).toEqual(['ENDED', 'PARKED'])
    })

    test('returns changed and writes nothing when another write won', async () => {
      const about = assetOfItsOwn()
      const ended = await failed(about)
      const saved = await under.store.save(inFlightRun({ subject: about, nativeStatus: 'IN_PROGRESS' }))
      expect(await under.store.endWithNext(ended, next(about))).toEqual({ outcome: 'changed' })
      expect(await runsOf(about)).toEqual([saved])
    })

    test.runIf(isolatesTransactions)('P1: has one winner among many at once', async () => {
      const about = assetOfItsOwn()
      const ended = await failed(about)
      const all = await Promise.allSettled(
        Array.from({ length: 4 }, () => under.store.endWithNext(ended, next(about))),
      )
      const won = all.filter((one) => one.status === 'fulfilled' && one.value.outcome === 'saved')
      expect(won.length).toBeLessThanOrEqual(1)
      expect(await runsOf(about)).toHaveLength(1 + won.length)
    })
  })

  describe('dropRequest', () => {
    test('removes the request at the version read', async () => {
      const about = assetOfItsOwn()
      const waiting = created(await under.store.create(waitingFor(about)))
      expect(await under.store.dropRequest(waiting)).toBe(true)
      expect(await runsOf(about)).toEqual([])
      expect(await under.store.dropRequest(waiting)).toBe(false)
    })

    test('keeps the request when another write won', async () => {
      const about = assetOfItsOwn()
      const waiting = created(await under.store.create(waitingFor(about)))
      const saved = await under.store.save({ ...waiting, retryAtMs: t0 + 2 * minute })
      expect(await under.store.dropRequest(waiting)).toBe(false)
      expect(await runsOf(about)).toEqual([saved])
    })
  })

  test('gives every run back exactly as it was', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryRun, arbitraryRun, async (first, second) => {
        const begun = created(await under.store.create(first))
        expect(await runsOf(begun.subject)).toEqual([{ ...first, version: 1 }])
        const { subject: about, attempt, request, createdAtMs } = begun
        const next = { ...second, subject: about, attempt, request, createdAtMs, version: 1 }
        const saved = await under.store.save<Run>(next)
        expect(await runsOf(about)).toEqual([saved])
      }),
      { numRuns: 100 },
    )
  })
}
