import { describe, expect, test } from 'vitest'
import { toItem } from '../../lib/adapters/dynamodb/run-item.ts'
import { runKey } from '../../lib/run/identity.ts'
import type { Run, Subject } from '../../lib/run/run.ts'
import { workAtMs } from '../../lib/run/sweep-plan.ts'
import {
  claimedRun,
  endedRun,
  inFlightRun,
  minute,
  parkedRun,
  plannedRun,
  second,
  subject,
  t0,
} from '../support/runs.ts'

import {
  bulk,
  created,
  newAsset,
  type StoreAbilities,
  type StoreUnderTest,
  waitingFor,
} from './run-store-under-test.ts'

/** The contract of the work index, which every RunStore keeps. */
export const workContract = (harness: StoreUnderTest, { holdsItems }: StoreAbilities): void => {
  const { runsOf, pagesOf, runsIn, dueIs, waitingIs } = harness
  describe('the work index', () => {
    test('shows only records that owe something by a time, oldest first, and parked ones separately', async () => {
      const { domainId } = newAsset()
      const at = (assetId: string): { subject: Subject; version: number } => ({
        subject: { ...subject, domainId, assetId },
        version: 0,
      })
      const runs: Run[] = [
        plannedRun(at('planned')),
        claimedRun({ ...at('claimed'), leaseEndsAtMs: t0 + 4 * second }),
        parkedRun({ ...at('parked'), retryAtMs: t0 + 2 * second + 0.125 }),
        inFlightRun({ ...at('in-flight'), startedAtMs: t0 + 3 * second }),
        endedRun({ ...at('ended'), detectedAtMs: t0 + second }),
        endedRun({ ...at('announced'), detectedAtMs: t0, announcedAtMs: t0 + second }),
        parkedRun({ ...at('later'), retryAtMs: t0 + 4 * second + 1 }),
        parkedRun({ ...at('longer'), retryAtMs: t0 + second }),
      ]
      const [, claimed, parked, inFlight, ended, , , longer] = [...runs].map((run) => ({
        ...run,
        version: 1,
      }))
      if (!claimed || !parked || !inFlight || !ended || !longer)
        throw new Error('the runs of this test are missing')
      for (const run of runs) created(await harness.store.create(run))
      await dueIs(t0 + 4 * second, domainId, [ended, inFlight, claimed])
      await waitingIs(t0 + 4 * second, domainId, [longer, parked])
      await waitingIs(t0 + 2 * second, domainId, [longer])
      await waitingIs(t0 + second - 1, domainId, [])
      await dueIs(t0 + 2 * second, domainId, [ended])
      await dueIs(t0 + second - 1, domainId, [])
    })

    test('moves a record between its parts as the state of the record changes', async () => {
      const asset = newAsset()
      const parked = created(
        await harness.store.create(parkedRun({ subject: asset, version: 0, retryAtMs: t0 })),
      )
      await waitingIs(t0 + 60 * minute, asset.domainId, [parked])
      const claimed = claimedRun({ subject: asset, version: parked.version, leaseEndsAtMs: t0 })
      const claiming = await harness.store.claim(claimed)
      if (claiming.outcome !== 'claimed') throw new Error(`the record was not claimed: ${claiming.outcome}`)
      await dueIs(t0 + 60 * minute, asset.domainId, [claiming.run])
      await waitingIs(t0 + 60 * minute, asset.domainId, [])
      const released = await harness.store.save(parkedRun({ subject: asset, version: claiming.run.version }))
      await waitingIs(t0 + 60 * minute, asset.domainId, released === undefined ? [] : [released])
      await dueIs(t0 + 60 * minute, asset.domainId, [])
    })

    test('drops records that owe nothing', async () => {
      const asset = newAsset()
      const ended = created(await harness.store.create(endedRun({ subject: asset, version: 0 })))
      await dueIs(t0 + 60 * minute, asset.domainId, [ended])
      const announced = await harness.store.save({ ...ended, announcedAtMs: t0 + minute })
      await dueIs(t0 + 60 * minute, asset.domainId, [])
      const waiting = created(await harness.store.create(waitingFor(asset)))
      await waitingIs(t0 + 60 * minute, asset.domainId, [waiting])
      await harness.store.dropRequest(waiting)
      await waitingIs(t0 + 60 * minute, asset.domainId, [])
      expect(await runsOf(asset)).toEqual([announced])
    })

    test('P9: shows a record that is due later than any setting allows as due now', async () => {
      const { domainId } = newAsset()
      const at = (assetId: string) => ({ subject: { ...subject, domainId, assetId }, version: 0 })
      const year2100 = Date.UTC(2100, 0)
      const sent = { firstAtMs: year2100, lastAtMs: year2100 }
      const nowMs = t0 + minute
      const claim = { leaseEndsAtMs: nowMs + 60 * minute }
      const month = 40 * 24 * 60 * minute
      const runs: Run[] = [
        claimedRun({ ...at('lease'), leaseEndsAtMs: year2100, startSent: sent }),
        claimedRun({ ...at('lease-within'), ...claim }),
        endedRun({ ...at('ended'), detectedAtMs: year2100, startedAtMs: t0 }),
        inFlightRun({ ...at('in-flight'), startedAtMs: year2100 }),
        parkedRun({ ...at('parked'), retryAtMs: nowMs + month + 1 }),
        parkedRun({ ...at('parked-within'), retryAtMs: nowMs + month }),
      ]
      for (const run of runs) created(await harness.store.create(run))
      const shown = async (part: 'due' | 'waiting') =>
        (await runsIn(part, nowMs, domainId)).toSorted((left, right) =>
          runKey(left).partition < runKey(right).partition ? -1 : 1,
        )
      await expect
        .poll(() => shown('due'), { timeout: 10_000 })
        .toMatchObject([
          { subject: { assetId: 'ended' }, detectedAtMs: nowMs, startedAtMs: t0, version: 1 },
          { subject: { assetId: 'in-flight' }, startedAtMs: nowMs },
          {
            subject: { assetId: 'lease' },
            leaseEndsAtMs: nowMs,
            startSent: { firstAtMs: nowMs, lastAtMs: nowMs },
          },
        ])
      await expect
        .poll(() => shown('waiting'), { timeout: 10_000 })
        .toMatchObject([{ subject: { assetId: 'parked' }, retryAtMs: nowMs }])
      const [first] = await shown('due')
      if (first?.state !== 'ENDED') throw new Error('the ended run is missing')
      expect(await harness.store.save({ ...first, announcedAtMs: nowMs })).toMatchObject({
        detectedAtMs: nowMs,
      })
    })

    test.runIf(holdsItems)('returns records in order, over several pages', async () => {
      const { domainId } = newAsset()
      const runs: Run[] = []
      for (const index of [3, 1, 6, 0, 5, 2, 4]) {
        const run = parkedRun({
          subject: { ...subject, domainId, assetId: `asset-${index}` },
          version: 0,
          retryAtMs: t0 + index,
          error: { name: 'Bulky', message: bulk },
        })
        runs.push(created(await harness.store.create(run)))
      }
      await expect.poll(() => runsIn('waiting', t0 + minute, domainId)).toHaveLength(runs.length)
      const pages = await pagesOf('waiting', t0 + minute, domainId)
      expect(pages.length).toBeGreaterThan(2)
      const shown = pages.flatMap((page) => page.runs.map((run) => workAtMs(run)))
      expect(shown).toEqual([0, 1, 2, 3, 4, 5, 6].map((index) => t0 + index))
    })

    test('P8: returns unreadable records as unreadable', async () => {
      const asset = newAsset()
      const newer = inFlightRun({ subject: asset })
      await harness.plant({ ...toItem(newer), schemaVersion: 2 })
      await expect
        .poll(async () =>
          (await pagesOf('due', t0 + 60 * minute, asset.domainId)).flatMap((page) => page.unreadable),
        )
        .toMatchObject([{ key: runKey(newer), isNewer: true }])
      expect(await runsIn('due', t0 + 60 * minute, asset.domainId)).toEqual([])
    })
  })

  test('yields, with parkedAfter, the reasons of records parked until later, except of those released since', async () => {
    const farMs = t0 + 100 * 365 * 24 * 60 * minute
    const { domainId } = newAsset()
    const at = (assetId: string) => ({ subject: { ...subject, domainId, assetId }, version: 0 })
    const bulky = { name: 'Bulky', message: bulk }
    const runs: Run[] = [
      parkedRun({ ...at('due'), retryAtMs: farMs }),
      parkedRun({ ...at('one'), retryAtMs: farMs + 1, reason: 'SOURCE_DAY_FULL', error: bulky }),
      parkedRun({ ...at('two'), retryAtMs: farMs + 2, reason: 'RETRY', error: bulky }),
      parkedRun({ ...at('three'), retryAtMs: farMs + 3, reason: 'SOURCE_DAY_FULL', error: bulky }),
      parkedRun({ ...at('released'), retryAtMs: farMs + 2, reason: 'DENIED', releasedAtMs: farMs }),
      parkedRun({ ...at('before'), retryAtMs: farMs + 2, reason: 'DENIED', releasedAtMs: farMs - 1 }),
      claimedRun({ ...at('claimed'), leaseEndsAtMs: farMs + 4 }),
      endedRun({ ...at('announced'), detectedAtMs: farMs + 5, announcedAtMs: farMs + 5 }),
    ]
    for (const run of runs) created(await harness.store.create(run))
    const reasonsAfter = async (nowMs: number) => {
      const reasons: string[] = []
      for await (const page of harness.store.parkedAfter(nowMs))
        reasons.push(...page.map(({ reason }) => reason))
      return reasons.toSorted()
    }
    const expected = ['DENIED', 'RETRY', 'SOURCE_DAY_FULL', 'SOURCE_DAY_FULL']
    await expect.poll(() => reasonsAfter(farMs), { timeout: 10_000 }).toEqual(expected)
    expect(await reasonsAfter(farMs + 3)).toEqual([])
  })
}
