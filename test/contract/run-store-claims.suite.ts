import { describe, expect, test } from 'vitest'
import type { CounterIncrement } from '../../lib/run/caps.ts'
import type { DataSourceSubject } from '../../lib/run/run.ts'
import { claimedRun, inFlightRun, minute, parkedRun, plannedRun, t0 } from '../support/runs.ts'

import {
  assetOfItsOwn,
  countOf,
  created,
  type StoreAbilities,
  type StoreUnderTest,
  sourceOfItsOwn,
  waitingFor,
} from './run-store-under-test.ts'

/** How every RunStore claims runs and records their ids. */
export const claimsContract = (under: StoreUnderTest, { isolatesTransactions }: StoreAbilities): void => {
  const testOfIsolation = test.runIf(isolatesTransactions)
  const { runsOf, dueIs, claimAtOnce } = under
  describe('claim', () => {
    test('P1: is written at version 1 when there is no record, or only a plan', async () => {
      const about = assetOfItsOwn()
      const claim = claimedRun({ subject: about, version: 0 })
      expect(await under.store.claim(claim)).toEqual({ outcome: 'claimed', run: { ...claim, version: 1 } })
      expect(await under.store.claim(claim)).toEqual({ outcome: 'exists' })
      const next = { ...claim, attempt: 2 }
      created(await under.store.create(plannedRun({ subject: about, attempt: 2, version: 0 })))
      expect(await under.store.claim(next)).toMatchObject({ outcome: 'claimed' })
      expect(await runsOf(about)).toEqual([
        { ...claim, version: 1 },
        { ...next, version: 1 },
      ])
    })

    test('P1: is written over the version read, and over no other', async () => {
      const about = assetOfItsOwn()
      created(await under.store.create(parkedRun({ subject: about, version: 0 })))
      expect(await under.store.claim(claimedRun({ subject: about, version: 2 }))).toEqual({
        outcome: 'changed',
      })
      expect(await under.store.claim(claimedRun({ subject: about, version: 1 }))).toMatchObject({
        outcome: 'claimed',
        run: { version: 2 },
      })
      expect(await under.store.claim(claimedRun({ subject: assetOfItsOwn(), version: 1 }))).toEqual({
        outcome: 'changed',
      })
    })

    testOfIsolation('P1: has one winner among many at once, counted or not', async () => {
      for (const terms of [{}, { capCounts: [countOf({ limit: 9 })] }]) {
        const about = assetOfItsOwn()
        const claims = Array.from({ length: 6 }, (_, index) =>
          claimedRun({ subject: about, version: 0, leaseEndsAtMs: t0 + index }),
        )
        const outcomes = await Promise.all(claims.map((claim) => claimAtOnce(claim, terms)))
        const won = outcomes.flatMap((claiming) => (claiming?.outcome === 'claimed' ? [claiming.run] : []))
        expect(won).toHaveLength(1)
        expect(await runsOf(about)).toEqual(won)
      }
    })

    test('P1: takes the place of the waiting request, or leaves both as they were', async () => {
      const about = assetOfItsOwn()
      const waiting = created(await under.store.create(waitingFor(about)))
      const claim = claimedRun({ subject: about, version: 0 })
      const late = { ...waiting, version: 7 }
      expect(await under.store.claim(claim, { replaces: late })).toEqual({ outcome: 'request-changed' })
      expect(await runsOf(about)).toEqual([waiting])
      expect(await under.store.claim(claim, { replaces: waiting })).toMatchObject({ outcome: 'claimed' })
      expect(await runsOf(about)).toEqual([{ ...claim, version: 1 }])
    })
  })

  describe('claim, counted by caps', () => {
    const claimOne = (counts: readonly CounterIncrement[], version = 0) =>
      under.store.claim(claimedRun({ subject: assetOfItsOwn(), version }), { capCounts: counts })

    test('P7: accepts as many claims as a counter has room for, and others in other counters', async () => {
      const two = countOf({ limit: 2 })
      const other = countOf({ limit: 2 })
      const outcomes = []
      for (let left = 3; left > 0; left -= 1) outcomes.push((await claimOne([two])).outcome)
      expect(outcomes).toEqual(['claimed', 'claimed', 'full'])
      expect(await claimOne([two, other])).toEqual({ outcome: 'full', full: [two] })
      expect(await claimOne([other])).toMatchObject({ outcome: 'claimed' })
      expect(await claimOne([{ ...two, limit: 3 }])).toMatchObject({ outcome: 'claimed' })
    })

    test('P7: writes no record and counts in none of its counters when one is full', async () => {
      const [full, free] = [countOf({ limit: 1 }), countOf({ limit: 1 })]
      await claimOne([full])
      const about = assetOfItsOwn()
      const claim = claimedRun({ subject: about, version: 0 })
      expect(await under.store.claim(claim, { capCounts: [full, free] })).toEqual({
        outcome: 'full',
        full: [full],
      })
      expect(await runsOf(about)).toEqual([])
      expect(await claimOne([free])).toMatchObject({ outcome: 'claimed' })
    })

    test('P7: gives back what a run that is saved was counted in, once', async () => {
      const one = countOf({ limit: 1 })
      const claiming = await claimOne([one])
      if (claiming.outcome !== 'claimed') throw new Error('the claim found no room')
      expect(await under.store.save(claiming.run, [one.counter])).toMatchObject({ state: 'CLAIMED' })
      expect(await under.store.save(claiming.run, [one.counter])).toBeUndefined()
      expect(await claimOne([one])).toMatchObject({ outcome: 'claimed' })
      expect(await claimOne([one])).toMatchObject({ outcome: 'full' })
    })

    test('saves a run whose counter has nothing to give back', async () => {
      const claiming = await claimOne([])
      if (claiming.outcome !== 'claimed') throw new Error('the claim was not written')
      const saved = await under.store.save(claiming.run, [countOf({ limit: 1 }).counter])
      expect(saved).toEqual({ ...claiming.run, version: claiming.run.version + 1 })
    })

    test('P7: counts nothing when the claim is not written', async () => {
      const one = countOf({ limit: 1 })
      expect(await claimOne([one], 3)).toEqual({ outcome: 'changed' })
      expect(await claimOne([one])).toMatchObject({ outcome: 'claimed' })
    })

    test('says all that is full, and first why nothing could be claimed at all', async () => {
      const [day, month] = [countOf({ limit: 1 }), countOf({ limit: 1 })]
      await claimOne([day, month])
      expect(await claimOne([day, month])).toEqual({ outcome: 'full', full: [day, month] })
      expect(await claimOne([day, month], 3)).toEqual({ outcome: 'changed' })
    })

    testOfIsolation('P7: of many at once never claims more than there is room for', async () => {
      const three = countOf({ limit: 3 })
      const outcomes = await Promise.all(
        Array.from({ length: 9 }, () =>
          claimAtOnce(claimedRun({ subject: assetOfItsOwn(), version: 0 }), { capCounts: [three] }),
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

  describe('claim, by turns', () => {
    test('P1: writes a claim, and counts it', async () => {
      const about = sourceOfItsOwn()
      const claim = claimedRun({ subject: about, version: 0 })
      expect(await under.store.runsOf(about)).toEqual({ runs: [], unreadable: [] })
      expect(await under.store.claim(claim, { claimCount: 0 })).toEqual({
        outcome: 'claimed',
        run: { ...claim, version: 1 },
      })
      expect(await under.store.runsOf(about)).toEqual({
        runs: [{ ...claim, version: 1 }],
        unreadable: [],
        claimCount: 1,
      })
    })

    testOfIsolation('P1: of many triggers of one source at once, one has the turn', async () => {
      const about = sourceOfItsOwn()
      const claims = Array.from({ length: 6 }, (_, index) =>
        claimedRun({ subject: { ...about, triggerKey: `load-${index}` }, version: 0 }),
      )
      const outcomes = await Promise.all(claims.map((claim) => claimAtOnce(claim, { claimCount: 0 })))
      const taken = outcomes.flatMap((claiming) => (claiming?.outcome === 'claimed' ? [claiming.run] : []))
      expect(taken).toHaveLength(1)
      expect(await runsOf(about)).toEqual(taken)
    })

    test('P1: writes nothing over another claim, or a record that went on', async () => {
      const about = sourceOfItsOwn()
      const claim = (version: number, turn: number) =>
        under.store.claim(claimedRun({ subject: about, version }), { claimCount: turn })
      expect(await claim(0, 0)).toMatchObject({ outcome: 'claimed' })
      expect(await claim(0, 1)).toEqual({ outcome: 'exists' })
      const parked = await under.store.save(parkedRun({ subject: about, version: 1 }))
      expect(await claim(1, 1)).toEqual({ outcome: 'changed' })
      expect(await claim(2, 0)).toEqual({ outcome: 'claim-count-changed' })
      expect(await runsOf(about)).toEqual([parked])
      expect(await claim(2, 1)).toMatchObject({ outcome: 'claimed', run: { version: 3 } })
      expect((await under.store.runsOf(about)).claimCount).toBe(2)
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
      const about = sourceOfItsOwn()
      const claim = created(await under.store.create(claimedRun({ subject: about, version: 0 })))
      const run = inFlightRun({ subject: about, runId: 'run-1', version: claim.version })
      const recorded = { ...run, version: 2 }
      expect(await under.store.recordRunId(run)).toEqual({ outcome: 'recorded', run: recorded })
      expect(await under.store.recordRunId(run)).toEqual({ outcome: 'changed' })
      expect(await under.store.runsOf(about)).toEqual({ runs: [recorded], unreadable: [] })
    })

    test('P1: writes a new one, and no second beside it', async () => {
      const about = sourceOfItsOwn()
      const foreign = foreignOf(about, 'run-1')
      const recorded = { ...foreign, version: 1 }
      expect(await under.store.recordRunId(foreign)).toEqual({ outcome: 'recorded', run: recorded })
      expect(await under.store.recordRunId(foreign)).toEqual({ outcome: 'changed' })
      expect(await runsOf(about)).toEqual([recorded])
    })

    test('P1: writes nothing when another record holds the run id', async () => {
      const about = sourceOfItsOwn()
      const claim = created(await under.store.create(claimedRun({ subject: about, version: 0 })))
      const mine = inFlightRun({ subject: about, runId: 'run-1', version: claim.version })
      expect(await under.store.recordRunId(foreignOf(about, 'run-1'))).toMatchObject({ outcome: 'recorded' })
      const before = await runsOf(about)
      expect(await under.store.recordRunId(mine)).toEqual({ outcome: 'taken' })
      expect(await runsOf(about)).toEqual(before)

      const other = sourceOfItsOwn()
      const its = created(await under.store.create(claimedRun({ subject: other, version: 0 })))
      const run = inFlightRun({ subject: other, runId: 'run-1', version: its.version })
      expect(await under.store.recordRunId(run)).toMatchObject({ outcome: 'recorded' })
      expect(await under.store.recordRunId(foreignOf(other, 'run-1'))).toEqual({ outcome: 'taken' })
      expect(await under.store.recordRunId(foreignOf(other, 'run-2'))).toMatchObject({ outcome: 'recorded' })
    })

    test('writes nothing over a version that is not there any more, and keeps the run id free', async () => {
      const about = sourceOfItsOwn()
      const claim = created(await under.store.create(claimedRun({ subject: about, version: 0 })))
      const saved = await under.store.save({ ...claim, leaseEndsAtMs: t0 + 2 * minute })
      const run = inFlightRun({ subject: about, runId: 'run-1', version: claim.version })
      expect(await under.store.recordRunId(run)).toEqual({ outcome: 'changed' })
      expect(await runsOf(about)).toEqual([saved])
      expect(await under.store.recordRunId({ ...run, version: 2 })).toMatchObject({ outcome: 'recorded' })
    })

    testOfIsolation('P1: has one winner among many at once', async () => {
      const about = sourceOfItsOwn()
      const subjects = ['load-1', 'load-2', 'load-3'].map((triggerKey) => ({ ...about, triggerKey }))
      for (const one of subjects) created(await under.store.create(claimedRun({ subject: one, version: 0 })))
      const all = await Promise.allSettled([
        under.store.recordRunId(foreignOf(about, 'run-1')),
        ...subjects.map((one) =>
          under.store.recordRunId(inFlightRun({ subject: one, runId: 'run-1', version: 1 })),
        ),
      ])
      const won = all.filter((one) => one.status === 'fulfilled' && one.value.outcome === 'recorded')
      expect(won.length).toBeLessThanOrEqual(1)
      const holders = (await runsOf(about)).filter((run) => run.state === 'IN_FLIGHT')
      expect(holders).toHaveLength(won.length)
    })

    test('leaves nothing else for byRunId and due to find', async () => {
      const about = sourceOfItsOwn()
      const runId = `run-of-${about.dataSourceId}`
      const recording = await under.store.recordRunId(foreignOf(about, runId))
      if (recording.outcome !== 'recorded') throw new Error('it was not recorded')
      await expect
        .poll(() => under.store.byRunId(runId), { timeout: 10_000 })
        .toEqual({ runs: [recording.run], unreadable: [] })
      await dueIs(t0 + 60 * minute, about.domainId, [recording.run])
    })
  })
}
