import { describe, expect, test } from 'vitest'
import { toItem } from '../../lib/adapters/dynamodb/run-item.ts'
import type { Records } from '../../lib/ports/run-store.ts'
import { runKey } from '../../lib/run/identity.ts'
import type { DataSourceSubject, ForeignSubject, Run, Subject } from '../../lib/run/run.ts'
import {
  claimedRun,
  endedRun,
  inFlightRun,
  minute,
  origin,
  parkedRun,
  plannedRun,
  t0,
} from '../support/runs.ts'

import {
  bulk,
  created,
  newAsset,
  newDataSource,
  type StoreAbilities,
  type StoreUnderTest,
} from './run-store-under-test.ts'

/** The contract of reads, which every RunStore keeps. */
export const readsContract = (harness: StoreUnderTest, { holdsItems }: StoreAbilities): void => {
  const { runsOf } = harness
  describe('byRunId', () => {
    test('finds the record that holds a run id, in its present state, and no other', async () => {
      const asset = newAsset()
      const runId = `run-of-${asset.assetId}`
      await harness.store.create(claimedRun({ subject: asset, version: 0 }))
      expect(await harness.store.byRunId(runId)).toEqual({ runs: [], unreadable: [] })
      const active = inFlightRun({ subject: asset, runId, version: 1 })
      await harness.store.save(active)
      const found = () => harness.store.byRunId(runId)
      await expect
        .poll(found, { timeout: 10_000 })
        .toEqual({ runs: [{ ...active, version: 2 }], unreadable: [] })
      const ended = endedRun({ subject: asset, runId, version: 2, announcedAtMs: t0 + minute })
      await harness.store.save(ended)
      expect(await found()).toEqual({ runs: [{ ...ended, version: 3 }], unreadable: [] })
    })

    test.runIf(holdsItems)('P8: returns a record that must not be acted on as unreadable', async () => {
      const asset = newAsset()
      const runId = `run-of-${asset.assetId}`
      await harness.plant({ ...toItem(inFlightRun({ subject: asset, runId })), schemaVersion: 99 })
      await expect
        .poll(async () => (await harness.store.byRunId(runId)).unreadable, { timeout: 10_000 })
        .toMatchObject([{ isNewer: true }])
    })
  })

  describe('decidingRunsOf', () => {
    const hour = 60 * minute
    const foreignTo = (source: DataSourceSubject, foreignRunId: string): ForeignSubject => {
      const { kind, domainId, dataSourceId } = source
      return { kind, domainId, dataSourceId, foreignRunId }
    }
    const trigger = (
      source: DataSourceSubject,
      triggerKey: string,
    ): { subject: Subject; version: number } => ({
      subject: { ...source, triggerKey },
      version: 0,
    })
    const openStart = { firstAtMs: t0, lastAtMs: t0 }

    test('P1: returns runs that may be active, runs that ended since a time, and all attempts of one subject', async () => {
      const source = newDataSource('wanted')
      const decisive: Run[] = [
        claimedRun(trigger(source, 'claimed')),
        parkedRun({ ...trigger(source, 'parked-open'), earlierStart: openStart }),
        inFlightRun({ ...trigger(source, 'in-flight'), runId: 'run-2' }),
        inFlightRun({ subject: foreignTo(source, 'run-3'), runId: 'run-3', version: 0 }),
        endedRun({ ...trigger(source, 'just-ended'), detectedAtMs: t0 - hour }),
        endedRun({ ...trigger(source, 'wanted'), detectedAtMs: t0 - 300 * hour }),
        parkedRun({ ...trigger(source, 'wanted'), attempt: 2 }),
      ]
      const others: Run[] = [
        plannedRun(trigger(source, 'planned')),
        parkedRun(trigger(source, 'parked')),
        endedRun({ ...trigger(source, 'ended'), detectedAtMs: t0 - hour - 1 }),
        endedRun({ ...trigger(source, 'wanted-too'), detectedAtMs: t0 - 300 * hour }),
        claimedRun(trigger(newDataSource(), 'another')),
      ]
      for (const run of [...decisive, ...others]) created(await harness.store.create(run))
      const { record } = runKey({ subject: source, attempt: 1, request: origin })
      const query = { domainId: source.domainId, dataSourceId: source.dataSourceId, endedSinceMs: t0 - hour }
      const recordsOf = ({ runs }: Records) => runs.map((run) => runKey(run).record).toSorted()
      const all = recordsOf({ runs: decisive, unreadable: [] })
      expect(recordsOf(await harness.store.decidingRunsOf({ ...query, attemptsOf: record }))).toEqual(all)
      const isOfTrigger = (name: string) => name.startsWith('RUN#wanted#')
      expect(recordsOf(await harness.store.decidingRunsOf(query))).toEqual(
        all.filter((name) => !isOfTrigger(name)),
      )
    })

    test('P1: returns the claim count, which the next claim is conditional on', async () => {
      const source = newDataSource()
      const query = { ...source, endedSinceMs: t0 }
      expect(await harness.store.decidingRunsOf(query)).toEqual({ runs: [], unreadable: [] })
      const claim = claimedRun({ subject: source, version: 0 })
      await harness.store.claim(claim, { claimCount: 0 })
      expect(await harness.store.decidingRunsOf(query)).toEqual({
        runs: [{ ...claim, version: 1 }],
        unreadable: [],
        claimCount: 1,
      })
    })

    test('returns a run that is claimed, in flight or ended since a time, but not a parked one', async () => {
      const source = newDataSource()
      const active = async (endedSinceMs: number) =>
        (await harness.store.decidingRunsOf({ ...source, endedSinceMs })).runs.map((run) => run.state)
      const claim = created(await harness.store.create(claimedRun({ subject: source, version: 0 })))
      expect(await active(t0 + 1000 * hour)).toEqual(['CLAIMED'])
      await harness.store.save(parkedRun({ subject: source, version: claim.version }))
      expect(await active(t0 - hour)).toEqual([])
      await harness.store.recordRunId(inFlightRun({ subject: source, version: 2 }))
      expect(await active(t0 + 1000 * hour)).toEqual(['IN_FLIGHT'])
      await harness.store.save(endedRun({ subject: source, version: 3, detectedAtMs: t0 }))
      expect(await active(t0)).toEqual(['ENDED'])
      expect(await active(t0 + 1)).toEqual([])
    })

    test('P8: returns a record that must not be acted on as unreadable', async () => {
      const source = newDataSource()
      const newer = claimedRun({ subject: source })
      await harness.plant({ ...toItem(newer), schemaVersion: 2 })
      const { record } = runKey(newer)
      const read = await harness.store.decidingRunsOf({ ...source, attemptsOf: record, endedSinceMs: t0 })
      expect(read).toMatchObject({ runs: [], unreadable: [{ key: runKey(newer), isNewer: true }] })
      expect(read.unreadable).toHaveLength(1)
    })
  })

  describe('holderOf', () => {
    test('P1: names the record that holds the run id of a data source run', async () => {
      const source = newDataSource()
      const runId = `run-of-${source.dataSourceId}`
      expect(await harness.store.holderOf(source.domainId, runId)).toBeUndefined()
      const run = inFlightRun({ subject: source, runId, version: 0 })
      await harness.store.recordRunId(run)
      expect(await harness.store.holderOf(source.domainId, runId)).toEqual(runKey(run))
      expect(await harness.store.holderOf(newDataSource().domainId, runId)).toBeUndefined()
    })
  })

  describe('runsOf', () => {
    test('reads more than a page of records, each once', async () => {
      const asset = newAsset()
      const runs: Run[] = []
      for (let attempt = 1; attempt <= 7; attempt += 1) {
        const error = { name: 'Bulky', message: bulk }
        runs.push(
          created(await harness.store.create(parkedRun({ subject: asset, attempt, version: 0, error }))),
        )
      }
      const read = await runsOf(asset)
      expect(read.map((run) => run.attempt)).toEqual([1, 2, 3, 4, 5, 6, 7])
      expect(read).toEqual(runs)
    })

    test('keeps assets and domains apart', async () => {
      const asset = newAsset({ assetId: 'a' })
      const neighbors = [
        { ...asset, assetId: 'ab' },
        { ...asset, assetId: 'a-' },
        { ...asset, domainId: `${asset.domainId}-` },
        newAsset({ assetId: 'a' }),
      ]
      const run = created(await harness.store.create(claimedRun({ subject: asset, version: 0 })))
      for (const neighbor of neighbors)
        created(await harness.store.create(claimedRun({ subject: neighbor, version: 0 })))
      expect(await runsOf(asset)).toEqual([run])
    })

    test('P8: returns records that must not be acted on as unreadable', async () => {
      const asset = newAsset()
      const readable = created(await harness.store.create(claimedRun({ subject: asset, version: 0 })))
      const newer = inFlightRun({ subject: asset, attempt: 2 })
      const damaged = inFlightRun({ subject: asset, attempt: 3 })
      await harness.plant({ ...toItem(newer), schemaVersion: 2, state: 'UPSIDE_DOWN' })
      await harness.plant({ ...toItem(damaged), nativeStatus: 7 })
      const records = await harness.store.runsOf(asset)
      expect(records.runs).toEqual([readable])
      expect(records.unreadable).toMatchObject([
        { key: runKey(newer), isNewer: true },
        { key: runKey(damaged), isNewer: false },
      ])
      expect(await harness.store.create(claimedRun({ subject: asset, attempt: 2 }))).toEqual({
        outcome: 'exists',
      })
    })
  })
}
