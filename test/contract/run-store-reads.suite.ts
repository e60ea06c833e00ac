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
  assetOfItsOwn,
  bulk,
  created,
  type StoreAbilities,
  type StoreUnderTest,
  sourceOfItsOwn,
} from './run-store-under-test.ts'

/** How every RunStore finds records. */
export const readsContract = (under: StoreUnderTest, { holdsItems }: StoreAbilities): void => {
  const { runsOf } = under
  describe('byRunId', () => {
    test('finds the record that holds a run id, as it stands, and only that', async () => {
      const about = assetOfItsOwn()
      const runId = `run-of-${about.assetId}`
      await under.store.create(claimedRun({ subject: about, version: 0 }))
      expect(await under.store.byRunId(runId)).toEqual({ runs: [], unreadable: [] })
      const active = inFlightRun({ subject: about, runId, version: 1 })
      await under.store.save(active)
      const found = () => under.store.byRunId(runId)
      await expect
        .poll(found, { timeout: 10_000 })
        .toEqual({ runs: [{ ...active, version: 2 }], unreadable: [] })
      const ended = endedRun({ subject: about, runId, version: 2, announcedAtMs: t0 + minute })
      await under.store.save(ended)
      expect(await found()).toEqual({ runs: [{ ...ended, version: 3 }], unreadable: [] })
    })

    test.runIf(holdsItems)('P8: shows a record that it must not act on as such', async () => {
      const about = assetOfItsOwn()
      const runId = `run-of-${about.assetId}`
      await under.plant({ ...toItem(inFlightRun({ subject: about, runId })), schemaVersion: 99 })
      await expect
        .poll(async () => (await under.store.byRunId(runId)).unreadable, { timeout: 10_000 })
        .toMatchObject([{ isNewer: true }])
    })
  })

  describe('decidingRunsOf', () => {
    const hour = 60 * minute
    const foreignTo = (of: DataSourceSubject, foreignRunId: string): ForeignSubject => {
      const { kind, domainId, dataSourceId } = of
      return { kind, domainId, dataSourceId, foreignRunId }
    }
    const trigger = (of: DataSourceSubject, triggerKey: string): { subject: Subject; version: number } => ({
      subject: { ...of, triggerKey },
      version: 0,
    })
    const openStart = { firstAtMs: t0, lastAtMs: t0 }

    test('P1: returns what may be active, what ended since, and the attempts of one subject', async () => {
      const of = sourceOfItsOwn('wanted')
      const decisive: Run[] = [
        claimedRun(trigger(of, 'claimed')),
        parkedRun({ ...trigger(of, 'parked-open'), earlierStart: openStart }),
        inFlightRun({ ...trigger(of, 'in-flight'), runId: 'run-2' }),
        inFlightRun({ subject: foreignTo(of, 'run-3'), runId: 'run-3', version: 0 }),
        endedRun({ ...trigger(of, 'just-ended'), detectedAtMs: t0 - hour }),
        endedRun({ ...trigger(of, 'wanted'), detectedAtMs: t0 - 300 * hour }),
        parkedRun({ ...trigger(of, 'wanted'), attempt: 2 }),
      ]
      const others: Run[] = [
        plannedRun(trigger(of, 'planned')),
        parkedRun(trigger(of, 'parked')),
        endedRun({ ...trigger(of, 'ended'), detectedAtMs: t0 - hour - 1 }),
        endedRun({ ...trigger(of, 'wanted-too'), detectedAtMs: t0 - 300 * hour }),
        claimedRun(trigger(sourceOfItsOwn(), 'another')),
      ]
      for (const run of [...decisive, ...others]) created(await under.store.create(run))
      const { record } = runKey({ subject: of, attempt: 1, request: origin })
      const query = { domainId: of.domainId, dataSourceId: of.dataSourceId, endedSinceMs: t0 - hour }
      const recordsOf = ({ runs }: Records) => runs.map((run) => runKey(run).record).toSorted()
      const all = recordsOf({ runs: decisive, unreadable: [] })
      expect(recordsOf(await under.store.decidingRunsOf({ ...query, attemptsOf: record }))).toEqual(all)
      const isOfTrigger = (name: string) => name.startsWith('RUN#wanted#')
      expect(recordsOf(await under.store.decidingRunsOf(query))).toEqual(
        all.filter((name) => !isOfTrigger(name)),
      )
    })

    test('P1: brings the claim count, which the next claim is conditional on', async () => {
      const of = sourceOfItsOwn()
      const query = { ...of, endedSinceMs: t0 }
      expect(await under.store.decidingRunsOf(query)).toEqual({ runs: [], unreadable: [] })
      const claim = claimedRun({ subject: of, version: 0 })
      await under.store.claim(claim, { claimCount: 0 })
      expect(await under.store.decidingRunsOf(query)).toEqual({
        runs: [{ ...claim, version: 1 }],
        unreadable: [],
        claimCount: 1,
      })
    })

    test('follows a run from its claim to its ending', async () => {
      const of = sourceOfItsOwn()
      const active = async (endedSinceMs: number) =>
        (await under.store.decidingRunsOf({ ...of, endedSinceMs })).runs.map((run) => run.state)
      const claim = created(await under.store.create(claimedRun({ subject: of, version: 0 })))
      expect(await active(t0 + 1000 * hour)).toEqual(['CLAIMED'])
      await under.store.save(parkedRun({ subject: of, version: claim.version }))
      expect(await active(t0 - hour)).toEqual([])
      await under.store.recordRunId(inFlightRun({ subject: of, version: 2 }))
      expect(await active(t0 + 1000 * hour)).toEqual(['IN_FLIGHT'])
      await under.store.save(endedRun({ subject: of, version: 3, detectedAtMs: t0 }))
      expect(await active(t0)).toEqual(['ENDED'])
      expect(await active(t0 + 1)).toEqual([])
    })

    test('P8: shows a record that it must not act on as such', async () => {
      const of = sourceOfItsOwn()
      const newer = claimedRun({ subject: of })
      await under.plant({ ...toItem(newer), schemaVersion: 2 })
      const { record } = runKey(newer)
      const read = await under.store.decidingRunsOf({ ...of, attemptsOf: record, endedSinceMs: t0 })
      expect(read).toMatchObject({ runs: [], unreadable: [{ key: runKey(newer), isNewer: true }] })
      expect(read.unreadable).toHaveLength(1)
    })
  })

  describe('holderOf', () => {
    test('P1: names the record that holds the run id of a data source run', async () => {
      const of = sourceOfItsOwn()
      const runId = `run-of-${of.dataSourceId}`
      expect(await under.store.holderOf(of.domainId, runId)).toBeUndefined()
      const run = inFlightRun({ subject: of, runId, version: 0 })
      await under.store.recordRunId(run)
      expect(await under.store.holderOf(of.domainId, runId)).toEqual(runKey(run))
      expect(await under.store.holderOf(sourceOfItsOwn().domainId, runId)).toBeUndefined()
    })
  })

  describe('runsOf', () => {
    test('reads records of more than a page, each once', async () => {
      const about = assetOfItsOwn()
      const runs: Run[] = []
      for (let attempt = 1; attempt <= 7; attempt += 1) {
        const error = { name: 'Bulky', message: bulk }
        runs.push(
          created(await under.store.create(parkedRun({ subject: about, attempt, version: 0, error }))),
        )
      }
      const read = await runsOf(about)
      expect(read.map((run) => run.attempt)).toEqual([1, 2, 3, 4, 5, 6, 7])
      expect(read).toEqual(runs)
    })

    test('keeps assets and domains apart', async () => {
      const about = assetOfItsOwn({ assetId: 'a' })
      const neighbours = [
        { ...about, assetId: 'ab' },
        { ...about, assetId: 'a-' },
        { ...about, domainId: `${about.domainId}-` },
        assetOfItsOwn({ assetId: 'a' }),
      ]
      const run = created(await under.store.create(claimedRun({ subject: about, version: 0 })))
      for (const neighbour of neighbours)
        created(await under.store.create(claimedRun({ subject: neighbour, version: 0 })))
      expect(await runsOf(about)).toEqual([run])
    })

    test('P8: gives back what it must not act on as unreadable', async () => {
      const about = assetOfItsOwn()
      const readable = created(await under.store.create(claimedRun({ subject: about, version: 0 })))
      const newer = inFlightRun({ subject: about, attempt: 2 })
      const damaged = inFlightRun({ subject: about, attempt: 3 })
      await under.plant({ ...toItem(newer), schemaVersion: 2, state: 'UPSIDE_DOWN' })
      await under.plant({ ...toItem(damaged), nativeStatus: 7 })
      const records = await under.store.runsOf(about)
      expect(records.runs).toEqual([readable])
      expect(records.unreadable).toMatchObject([
        { key: runKey(newer), isNewer: true },
        { key: runKey(damaged), isNewer: false },
      ])
      expect(await under.store.create(claimedRun({ subject: about, attempt: 2 }))).toEqual({
        outcome: 'exists',
      })
    })
  })
}
