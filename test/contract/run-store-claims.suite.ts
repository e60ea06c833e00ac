import { describe, expect, test } from 'vitest'
import type { CounterIncrement } from '../../lib/run/caps.ts'
import type { DataSourceSubject } from '../../lib/run/run.ts'
import { claimedRun, inFlightRun, minute, parkedRun, plannedRun, t0 } from '../support/runs.ts'

import {
  created,
  newAsset,
  newCounterIncrement,
  newDataSource,
  type StoreAbilities,
  type StoreUnderTest,
  waitingFor,
} from './run-store-under-test.ts'

/** The contract of claims and of recorded run ids, which every RunStore keeps. */
export const claimsContract = (harness: StoreUnderTest, { isolatesTransactions }: StoreAbilities): void => {
  const testIfIsolated = test.runIf(isolatesTransactions)
  const { runsOf, dueIs, tryClaim } = harness
  describe('claim', () => {
    test('P1: writes a claim at version 1 if there is no record, or only a plan', async () => {
      const asset = newAsset()
      const claim = claimedRun({ subject: asset, version: 0 })
      expect(await harness.store.claim(claim)).toEqual({ outcome: 'claimed', run: { ...claim, version: 1 } })
      expect(await harness.store.claim(claim)).toEqual({ outcome: 'exists' })
      const next = { ...claim, attempt: 2 }
      created(await harness.store.create(plannedRun({ subject: asset, attempt: 2, version: 0 })))
      expect(await harness.store.claim(next)).toMatchObject({ outcome: 'claimed' })
      expect(await runsOf(asset)).toEqual([
        { ...claim, version: 1 },
        { ...next, version: 1 },
      ])
    })

    test('P1: writes over the version that was read, and over no other', async () => {
      const asset = newAsset()
      created(await harness.store.create(parkedRun({ subject: asset, version: 0 })))
      expect(await harness.store.claim(claimedRun({ subject: asset, version: 2 }))).toEqual({
        outcome: 'changed',
      })
      expect(await harness.store.claim(claimedRun({ subject: asset, version: 1 }))).toMatchObject({
        outcome: 'claimed',
        run: { version: 2 },
      })
      expect(await harness.store.claim(claimedRun({ subject: newAsset(), version: 1 }))).toEqual({
        outcome: 'changed',
      })
    })

    testIfIsolated('P1: lets one of many concurrent claims win, whether a cap counts it or not', async () => {
      for (const terms of [{}, { capCounts: [newCounterIncrement({ limit: 9 })] }]) {
        const asset = newAsset()
        const claims = Array.from({ length: 6 }, (_, index) =>
          claimedRun({ subject: asset, version: 0, leaseEndsAtMs: t0 + index }),
        )
        const outcomes = await Promise.all(claims.map((claim) => tryClaim(claim, terms)))
        const won = outcomes.flatMap((claiming) => (claiming?.outcome === 'claimed' ? [claiming.run] : []))
        expect(won).toHaveLength(1)
        expect(await runsOf(asset)).toEqual(won)
      }
    })

    test('P1: replaces the waiting request, or changes nothing', async () => {
      const asset = newAsset()
      const waiting = created(await harness.store.create(waitingFor(asset)))
      const claim = claimedRun({ subject: asset, version: 0 })
      const late = { ...waiting, version: 7 }
      expect(await harness.store.claim(claim, { replaces: late })).toEqual({ outcome: 'request-changed' })
      expect(await runsOf(asset)).toEqual([waiting])
      expect(await harness.store.claim(claim, { replaces: waiting })).toMatchObject({ outcome: 'claimed' })
      expect(await runsOf(asset)).toEqual([{ ...claim, version: 1 }])
    })
  })

  describe('claim, with counters of caps', () => {
    const claimOne = (counts: readonly CounterIncrement[], version = 0) =>
      harness.store.claim(claimedRun({ subject: newAsset(), version }), { capCounts: counts })

    test('P7: accepts as many claims as a counter has room for, and counts each counter on its own', async () => {
      const two = newCounterIncrement({ limit: 2 })
      const other = newCounterIncrement({ limit: 2 })
      const outcomes = []
      for (let left = 3; left > 0; left -= 1) outcomes.push((await claimOne([two])).outcome)
      expect(outcomes).toEqual(['claimed', 'claimed', 'full'])
      expect(await claimOne([two, other])).toEqual({ outcome: 'full', full: [two] })
      expect(await claimOne([other])).toMatchObject({ outcome: 'claimed' })
      expect(await claimOne([{ ...two, limit: 3 }])).toMatchObject({ outcome: 'claimed' })
    })

    test('P7: writes no record and counts in none of its counters when one is full', async () => {
      const [full, free] = [newCounterIncrement({ limit: 1 }), newCounterIncrement({ limit: 1 })]
      await claimOne([full])
      const asset = newAsset()
      const claim = claimedRun({ subject: asset, version: 0 })
      expect(await harness.store.claim(claim, { capCounts: [full, free] })).toEqual({
        outcome: 'full',
        full: [full],
      })
      expect(await runsOf(asset)).toEqual([])
      expect(await claimOne([free])).toMatchObject({ outcome: 'claimed' })
    })

    test('P7: gives the count of a saved run back, once', async () => {
      const one = newCounterIncrement({ limit: 1 })
      const claiming = await claimOne([one])
      if (claiming.outcome !== 'claimed') throw new Error('the claim was refused')
      expect(await harness.store.save(claiming.run, [one.counter])).toMatchObject({ state: 'CLAIMED' })
      expect(await harness.store.save(claiming.run, [one.counter])).toBeUndefined()
      expect(await claimOne([one])).toMatchObject({ outcome: 'claimed' })
      expect(await claimOne([one])).toMatchObject({ outcome: 'full' })
    })

    test('saves a run whose counter has nothing to give back', async () => {
      const claiming = await claimOne([])
      if (claiming.outcome !== 'claimed') throw new Error('the claim was not written')
      const saved = await harness.store.save(claiming.run, [newCounterIncrement({ limit: 1 }).counter])
      expect(saved).toEqual({ ...claiming.run, version: claiming.run.version + 1 })
    })

    test('P7: counts nothing when the claim is not written', async () => {
      const one = newCounterIncrement({ limit: 1 })
      expect(await claimOne([one], 3)).toEqual({ outcome: 'changed' })
      expect(await claimOne([one])).toMatchObject({ outcome: 'claimed' })
    })

    test('returns every full counter, or instead the reason why nothing could be claimed at all', async () => {
      const [day, month] = [newCounterIncrement({ limit: 1 }), newCounterIncrement({ limit: 1 })]
      await claimOne([day, month])
      expect(await claimOne([day, month])).toEqual({ outcome: 'full', full: [day, month] })
      expect(await claimOne([day, month], 3)).toEqual({ outcome: 'changed' })
    })

    testIfIsolated('P7: never accepts more concurrent claims than there is room for', async () => {
      const three = newCounterIncrement({ limit: 3 })
      const outcomes = await Promise.all(
        Array.from({ length: 9 }, () =>
          tryClaim(claimedRun({ subject: newAsset(), version: 0 }), { capCounts: [three] }),
        ),
      )
      const claimed = outcomes.filter((claiming) => claiming?.outcome === 'claimed').length
      expect(claimed).toBeLessThanOrEqual(3)
      // An undecided claim took no room.
      for (let left = 3 - claimed; left > 0; left -= 1)
        expect(await claimOne([three])).toMatchObject({ outcome: 'claimed' })
      expect(await claimOne([three])).toMatchObject({ outcome: 'full' })
    })
  })

  describe('claim, with a claim count', () => {
    test('P1: writes a claim, and counts it', async () => {
      const source = newDataSource()
      const claim = claimedRun({ subject: source, version: 0 })
      expect(await harness.store.runsOf(source)).toEqual({ runs: [], unreadable: [] })
      expect(await harness.store.claim(claim, { claimCount: 0 })).toEqual({
        outcome: 'claimed',
        run: { ...claim, version: 1 },
      })
      expect(await harness.store.runsOf(source)).toEqual({
        runs: [{ ...claim, version: 1 }],
        unreadable: [],
        claimCount: 1,
      })
    })

    testIfIsolated('P1: lets one of many concurrent triggers of a data source win', async () => {
      const source = newDataSource()
      const claims = Array.from({ length: 6 }, (_, index) =>
        claimedRun({ subject: { ...source, triggerKey: `load-${index}` }, version: 0 }),
      )
      const outcomes = await Promise.all(claims.map((claim) => tryClaim(claim, { claimCount: 0 })))
      const won = outcomes.flatMap((claiming) => (claiming?.outcome === 'claimed' ? [claiming.run] : []))
      expect(won).toHaveLength(1)
      expect(await runsOf(source)).toEqual(won)
    })

    test('P1: writes nothing over another claim, or over a record or a count that has changed', async () => {
      const source = newDataSource()
      const claim = (version: number, claimCount: number) =>
        harness.store.claim(claimedRun({ subject: source, version }), { claimCount })
      expect(await claim(0, 0)).toMatchObject({ outcome: 'claimed' })
      expect(await claim(0, 1)).toEqual({ outcome: 'exists' })
      const parked = await harness.store.save(parkedRun({ subject: source, version: 1 }))
      expect(await claim(1, 1)).toEqual({ outcome: 'changed' })
      expect(await claim(2, 0)).toEqual({ outcome: 'claim-count-changed' })
      expect(await runsOf(source)).toEqual([parked])
      expect(await claim(2, 1)).toMatchObject({ outcome: 'claimed', run: { version: 3 } })
      expect((await harness.store.runsOf(source)).claimCount).toBe(2)
    })
  })

  describe('recordRunId', () => {
    const foreignOf = ({ kind, domainId, dataSourceId }: DataSourceSubject, foreignRunId: string) =>
      inFlightRun({
        subject: { kind, domainId, dataSourceId, foreignRunId },
        runId: foreignRunId,
        version: 0,
      })

    test('P1: writes a run with its run id over the version read, once', async () => {
      const source = newDataSource()
      const claim = created(await harness.store.create(claimedRun({ subject: source, version: 0 })))
      const run = inFlightRun({ subject: source, runId: 'run-1', version: claim.version })
      const recorded = { ...run, version: 2 }
      expect(await harness.store.recordRunId(run)).toEqual({ outcome: 'recorded', run: recorded })
      expect(await harness.store.recordRunId(run)).toEqual({ outcome: 'changed' })
      expect(await harness.store.runsOf(source)).toEqual({ runs: [recorded], unreadable: [] })
    })

    test('P1: writes a new record for a foreign run, once', async () => {
      const source = newDataSource()
      const foreign = foreignOf(source, 'run-1')
      const recorded = { ...foreign, version: 1 }
      expect(await harness.store.recordRunId(foreign)).toEqual({ outcome: 'recorded', run: recorded })
      expect(await harness.store.recordRunId(foreign)).toEqual({ outcome: 'changed' })
      expect(await runsOf(source)).toEqual([recorded])
    })

    test('P1: writes nothing when another record holds the run id', async () => {
      const source = newDataSource()
      const claim = created(await harness.store.create(claimedRun({ subject: source, version: 0 })))
      const mine = inFlightRun({ subject: source, runId: 'run-1', version: claim.version })
      expect(await harness.store.recordRunId(foreignOf(source, 'run-1'))).toMatchObject({
        outcome: 'recorded',
      })
      const before = await runsOf(source)
      expect(await harness.store.recordRunId(mine)).toEqual({ outcome: 'taken' })
      expect(await runsOf(source)).toEqual(before)

      const other = newDataSource()
      const otherClaim = created(await harness.store.create(claimedRun({ subject: other, version: 0 })))
      const run = inFlightRun({ subject: other, runId: 'run-1', version: otherClaim.version })
      expect(await harness.store.recordRunId(run)).toMatchObject({ outcome: 'recorded' })
      expect(await harness.store.recordRunId(foreignOf(other, 'run-1'))).toEqual({ outcome: 'taken' })
      expect(await harness.store.recordRunId(foreignOf(other, 'run-2'))).toMatchObject({
        outcome: 'recorded',
      })
    })

    test('writes nothing over an outdated version, and keeps the run id free', async () => {
      const source = newDataSource()
      const claim = created(await harness.store.create(claimedRun({ subject: source, version: 0 })))
      const saved = await harness.store.save({ ...claim, leaseEndsAtMs: t0 + 2 * minute })
      const run = inFlightRun({ subject: source, runId: 'run-1', version: claim.version })
      expect(await harness.store.recordRunId(run)).toEqual({ outcome: 'changed' })
      expect(await runsOf(source)).toEqual([saved])
      expect(await harness.store.recordRunId({ ...run, version: 2 })).toMatchObject({ outcome: 'recorded' })
    })

    testIfIsolated('P1: lets at most one of several concurrent writes win', async () => {
      const source = newDataSource()
      const subjects = ['load-1', 'load-2', 'load-3'].map((triggerKey) => ({ ...source, triggerKey }))
      for (const one of subjects)
        created(await harness.store.create(claimedRun({ subject: one, version: 0 })))
      const all = await Promise.allSettled([
        harness.store.recordRunId(foreignOf(source, 'run-1')),
        ...subjects.map((one) =>
          harness.store.recordRunId(inFlightRun({ subject: one, runId: 'run-1', version: 1 })),
        ),
      ])
      const won = all.filter((one) => one.status === 'fulfilled' && one.value.outcome === 'recorded')
      expect(won.length).toBeLessThanOrEqual(1)
      const holders = (await runsOf(source)).filter((run) => run.state === 'IN_FLIGHT')
      expect(holders).toHaveLength(won.length)
    })

    test('writes the only record that byRunId and due find', async () => {
      const source = newDataSource()
      const runId = `run-of-${source.dataSourceId}`
      const recording = await harness.store.recordRunId(foreignOf(source, runId))
      if (recording.outcome !== 'recorded') throw new Error('the run id was not recorded')
      await expect
        .poll(() => harness.store.byRunId(runId), { timeout: 10_000 })
        .toEqual({ runs: [recording.run], unreadable: [] })
      await dueIs(t0 + 60 * minute, source.domainId, [recording.run])
    })
  })
}
