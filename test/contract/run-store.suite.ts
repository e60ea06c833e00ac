import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toItem } from '../../lib/adapters/dynamodb/run-item.ts'
import { PortUnavailable } from '../../lib/errors.ts'
import type { ClaimConditions, CreateResult, Records, RunStore } from '../../lib/ports/run-store.ts'
import type { CounterIncrement } from '../../lib/run/caps.ts'
import { runKey } from '../../lib/run/identity.ts'
import type {
  ClaimedRun,
  DataSourceSubject,
  ForeignSubject,
  MetadataSubject,
  ParkedRun,
  Run,
  Subject,
} from '../../lib/run/run.ts'
import { workAtMs } from '../../lib/run/sweep-plan.ts'
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
} from '../support/runs.ts'
import { arbitraryRun } from './arbitrary-run.ts'

/** A run store under test. It may hold records of others: every case has assets of its own. */
export interface OpenRunStore {
  readonly store: RunStore
  /** Puts an item into the table without asking the store. */
  plant(item: Readonly<Record<string, unknown>>): Promise<void>
  close(): Promise<void>
}

let made = 0
const assetOfItsOwn = (over: Partial<MetadataSubject> = {}): MetadataSubject => {
  made += 1
  return { ...subject, domainId: `dzd_${process.pid}-${made}`, assetId: `asset-${made}`, ...over }
}

/** A counter of its own. */
const countOf = ({ limit }: { readonly limit: number }): CounterIncrement => {
  made += 1
  const counter = { cap: `cap-${process.pid}-${made}`, period: 'DAY#2026-11-20' }
  return { counter, limit, periodEndsAtMs: t0 + 60 * minute }
}

/** A request that does not know its revision yet. */
const waitingFor = ({ revision: _, ...about }: MetadataSubject, over: Partial<ParkedRun> = {}): ParkedRun =>
  parkedRun({ subject: about, version: 0, reason: 'UNAVAILABLE', ...over })

const created = <R extends Run>(creation: CreateResult<R>): R => {
  if (creation.outcome !== 'created') throw new Error(`the record was not created: ${creation.outcome}`)
  return creation.run
}

/** A text that makes a record of nearly the largest size. */
const bulk = 'x'.repeat(350_000)

const domainOf = (key: string): string => key.split('#')[1] ?? ''

/**
 * What every RunStore does. `holdsItems`: it indexes items that are not records, and keeps to DynamoDB's limits.
 * `isolatesTransactions`: concurrent transactions do not see each other's halves, which moto does not promise.
 */
export const runStoreContract = (
  name: string,
  open: () => Promise<OpenRunStore>,
  {
    holdsItems = true,
    isolatesTransactions = true,
  }: { readonly holdsItems?: boolean; readonly isolatesTransactions?: boolean } = {},
): void => {
  describe(`RunStore: ${name}`, () => {
    const testOfIsolation = test.runIf(isolatesTransactions)
    let opened: OpenRunStore
    let store: RunStore
    beforeAll(async () => {
      opened = await open()
      store = opened.store
    })
    afterAll(() => opened?.close())

    const runsOf = async (about: Subject): Promise<readonly Run[]> => (await store.runsOf(about)).runs

    type Part = 'due' | 'waiting'

    /** The pages of `due`, or of `waiting`, with only the records of one domain in them. */
    const pagesOf = async (part: Part, nowMs: number, domainId: string): Promise<readonly Records[]> => {
      const pages: Records[] = []
      for await (const page of store[part](nowMs)) {
        pages.push({
          runs: page.runs.filter((run) => run.subject.domainId === domainId),
          unreadable: page.unreadable.filter((record) => domainOf(record.key.partition) === domainId),
        })
      }
      return pages
    }
    const runsIn = async (part: Part, nowMs: number, domainId: string): Promise<readonly Run[]> =>
      (await pagesOf(part, nowMs, domainId)).flatMap((page) => page.runs)

    /** An index may show a write late; a fact about it is awaited, not demanded. */
    const shows = (part: Part, nowMs: number, domainId: string, expected: readonly Run[]) =>
      expect.poll(() => runsIn(part, nowMs, domainId), { timeout: 10_000 }).toEqual(expected)
    const dueIs = (nowMs: number, domainId: string, expected: readonly Run[]) =>
      shows('due', nowMs, domainId, expected)
    const waitingIs = (nowMs: number, domainId: string, expected: readonly Run[]) =>
      shows('waiting', nowMs, domainId, expected)

    /** Retries a transaction that another one kept from being decided. */
    const claimAtOnce = (claim: ClaimedRun, terms: ClaimConditions) =>
      store.claim(claim, terms).catch(() => undefined)

    describe('byRunId', () => {
      test('finds the record that holds a run id, as it stands, and only that', async () => {
        const about = assetOfItsOwn()
        const runId = `run-of-${about.assetId}`
        await store.create(claimedRun({ subject: about, version: 0 }))
        expect(await store.byRunId(runId)).toEqual({ runs: [], unreadable: [] })
        const active = inFlightRun({ subject: about, runId, version: 1 })
        await store.save(active)
        const found = () => store.byRunId(runId)
        await expect
          .poll(found, { timeout: 10_000 })
          .toEqual({ runs: [{ ...active, version: 2 }], unreadable: [] })
        const ended = endedRun({ subject: about, runId, version: 2, announcedAtMs: t0 + minute })
        await store.save(ended)
        expect(await found()).toEqual({ runs: [{ ...ended, version: 3 }], unreadable: [] })
      })

      test.runIf(holdsItems)('P8: shows a record that it must not act on as such', async () => {
        const about = assetOfItsOwn()
        const runId = `run-of-${about.assetId}`
        await opened.plant({ ...toItem(inFlightRun({ subject: about, runId })), schemaVersion: 99 })
        await expect
          .poll(async () => (await store.byRunId(runId)).unreadable, { timeout: 10_000 })
          .toMatchObject([{ isNewer: true }])
      })
    })

    describe('claim', () => {
      test('P1: is written at version 1 when there is no record, or only a plan', async () => {
        const about = assetOfItsOwn()
        const claim = claimedRun({ subject: about, version: 0 })
        expect(await store.claim(claim)).toEqual({ outcome: 'claimed', run: { ...claim, version: 1 } })
        expect(await store.claim(claim)).toEqual({ outcome: 'exists' })
        const next = { ...claim, attempt: 2 }
        created(await store.create(plannedRun({ subject: about, attempt: 2, version: 0 })))
        expect(await store.claim(next)).toMatchObject({ outcome: 'claimed' })
        expect(await runsOf(about)).toEqual([
          { ...claim, version: 1 },
          { ...next, version: 1 },
        ])
      })

      test('P1: is written over the version read, and over no other', async () => {
        const about = assetOfItsOwn()
        created(await store.create(parkedRun({ subject: about, version: 0 })))
        expect(await store.claim(claimedRun({ subject: about, version: 2 }))).toEqual({ outcome: 'changed' })
        expect(await store.claim(claimedRun({ subject: about, version: 1 }))).toMatchObject({
          outcome: 'claimed',
          run: { version: 2 },
        })
        expect(await store.claim(claimedRun({ subject: assetOfItsOwn(), version: 1 }))).toEqual({
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
        const waiting = created(await store.create(waitingFor(about)))
        const claim = claimedRun({ subject: about, version: 0 })
        const late = { ...waiting, version: 7 }
        expect(await store.claim(claim, { replaces: late })).toEqual({ outcome: 'request-changed' })
        expect(await runsOf(about)).toEqual([waiting])
        expect(await store.claim(claim, { replaces: waiting })).toMatchObject({ outcome: 'claimed' })
        expect(await runsOf(about)).toEqual([{ ...claim, version: 1 }])
      })
    })

    describe('claim, counted by caps', () => {
      const claimOne = (counts: readonly CounterIncrement[], version = 0) =>
        store.claim(claimedRun({ subject: assetOfItsOwn(), version }), { capCounts: counts })

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
        expect(await store.claim(claim, { capCounts: [full, free] })).toEqual({
          outcome: 'full',
          full: [full],
        })
        expect(await runsOf(about)).toEqual([])
        expect(await claimOne([free])).toMatchObject({ outcome: 'claimed' })
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

    const sourceOfItsOwn = (triggerKey = 'load-1'): DataSourceSubject => {
      const { domainId, assetId } = assetOfItsOwn()
      return { kind: 'DATA_SOURCE', domainId, dataSourceId: assetId, triggerKey }
    }

    describe('recordRunId', () => {
      const foreignOf = ({ kind, domainId, dataSourceId }: DataSourceSubject, foreignRunId: string) =>
        inFlightRun({
          subject: { kind, domainId, dataSourceId, foreignRunId },
          runId: foreignRunId,
          version: 0,
        })

      test('P1: writes a run with its run id over the version read, once', async () => {
        const about = sourceOfItsOwn()
        const claim = created(await store.create(claimedRun({ subject: about, version: 0 })))
        const run = inFlightRun({ subject: about, runId: 'run-1', version: claim.version })
        const recorded = { ...run, version: 2 }
        expect(await store.recordRunId(run)).toEqual({ outcome: 'recorded', run: recorded })
        expect(await store.recordRunId(run)).toEqual({ outcome: 'changed' })
        expect(await store.runsOf(about)).toEqual({ runs: [recorded], unreadable: [] })
      })

      test('P1: writes a new one, and no second beside it', async () => {
        const about = sourceOfItsOwn()
        const foreign = foreignOf(about, 'run-1')
        const recorded = { ...foreign, version: 1 }
        expect(await store.recordRunId(foreign)).toEqual({ outcome: 'recorded', run: recorded })
        expect(await store.recordRunId(foreign)).toEqual({ outcome: 'changed' })
        expect(await runsOf(about)).toEqual([recorded])
      })

      test('P1: writes nothing when another record holds the run id', async () => {
        const about = sourceOfItsOwn()
        const claim = created(await store.create(claimedRun({ subject: about, version: 0 })))
        const mine = inFlightRun({ subject: about, runId: 'run-1', version: claim.version })
        expect(await store.recordRunId(foreignOf(about, 'run-1'))).toMatchObject({ outcome: 'recorded' })
        const before = await runsOf(about)
        expect(await store.recordRunId(mine)).toEqual({ outcome: 'taken' })
        expect(await runsOf(about)).toEqual(before)

        const other = sourceOfItsOwn()
        const its = created(await store.create(claimedRun({ subject: other, version: 0 })))
        const run = inFlightRun({ subject: other, runId: 'run-1', version: its.version })
        expect(await store.recordRunId(run)).toMatchObject({ outcome: 'recorded' })
        expect(await store.recordRunId(foreignOf(other, 'run-1'))).toEqual({ outcome: 'taken' })
        expect(await store.recordRunId(foreignOf(other, 'run-2'))).toMatchObject({ outcome: 'recorded' })
      })

      test('writes nothing over a version that is not there any more, and keeps the run id free', async () => {
        const about = sourceOfItsOwn()
        const claim = created(await store.create(claimedRun({ subject: about, version: 0 })))
        const saved = await store.save({ ...claim, leaseEndsAtMs: t0 + 2 * minute })
        const run = inFlightRun({ subject: about, runId: 'run-1', version: claim.version })
        expect(await store.recordRunId(run)).toEqual({ outcome: 'changed' })
        expect(await runsOf(about)).toEqual([saved])
        expect(await store.recordRunId({ ...run, version: 2 })).toMatchObject({ outcome: 'recorded' })
      })

      testOfIsolation('P1: has one winner among many at once', async () => {
        const about = sourceOfItsOwn()
        const subjects = ['load-1', 'load-2', 'load-3'].map((triggerKey) => ({ ...about, triggerKey }))
        for (const one of subjects) created(await store.create(claimedRun({ subject: one, version: 0 })))
        const all = await Promise.allSettled([
          store.recordRunId(foreignOf(about, 'run-1')),
          ...subjects.map((one) =>
            store.recordRunId(inFlightRun({ subject: one, runId: 'run-1', version: 1 })),
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
        const recording = await store.recordRunId(foreignOf(about, runId))
        if (recording.outcome !== 'recorded') throw new Error('it was not recorded')
        await expect
          .poll(() => store.byRunId(runId), { timeout: 10_000 })
          .toEqual({ runs: [recording.run], unreadable: [] })
        await dueIs(t0 + 60 * minute, about.domainId, [recording.run])
      })
    })

    describe('claim, by turns', () => {
      test('P1: writes a claim, and counts it', async () => {
        const about = sourceOfItsOwn()
        const claim = claimedRun({ subject: about, version: 0 })
        expect(await store.runsOf(about)).toEqual({ runs: [], unreadable: [] })
        expect(await store.claim(claim, { claimCount: 0 })).toEqual({
          outcome: 'claimed',
          run: { ...claim, version: 1 },
        })
        expect(await store.runsOf(about)).toEqual({
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
          store.claim(claimedRun({ subject: about, version }), { claimCount: turn })
        expect(await claim(0, 0)).toMatchObject({ outcome: 'claimed' })
        expect(await claim(0, 1)).toEqual({ outcome: 'exists' })
        const parked = await store.save(parkedRun({ subject: about, version: 1 }))
        expect(await claim(1, 1)).toEqual({ outcome: 'changed' })
        expect(await claim(2, 0)).toEqual({ outcome: 'claim-count-changed' })
        expect(await runsOf(about)).toEqual([parked])
        expect(await claim(2, 1)).toMatchObject({ outcome: 'claimed', run: { version: 3 } })
        expect((await store.runsOf(about)).claimCount).toBe(2)
      })
    })

    describe('create', () => {
      test('P1: writes at version 1, once', async () => {
        const about = assetOfItsOwn()
        const run = claimedRun({ subject: about, version: 0 })
        expect(await store.create(run)).toEqual({ outcome: 'created', run: { ...run, version: 1 } })
        expect(await store.create({ ...run, projectId: 'another' })).toEqual({ outcome: 'exists' })
        expect(await runsOf(about)).toEqual([{ ...run, version: 1 }])
      })

      test('P1: has one winner among many at once', async () => {
        const about = assetOfItsOwn()
        const rivals = Array.from({ length: 8 }, (_, index) =>
          claimedRun({ subject: about, version: 0, projectId: `project-${index}` }),
        )
        const outcomes = await Promise.all(rivals.map((rival) => store.create(rival)))
        const winners = outcomes.flatMap((one) => (one.outcome === 'created' ? [one.run] : []))
        expect(outcomes.filter((one) => one.outcome === 'exists')).toHaveLength(7)
        expect(winners).toHaveLength(1)
        expect(await runsOf(about)).toEqual(winners)
      })

      test('replaces a plan, and nothing else', async () => {
        const about = assetOfItsOwn()
        created(await store.create(plannedRun({ subject: about, version: 0 })))
        const claim = created(await store.create(claimedRun({ subject: about, version: 0 })))
        expect(await runsOf(about)).toEqual([claim])
        for (const state of [parkedRun(), inFlightRun(), endedRun({ announcedAtMs: t0 })]) {
          const other = assetOfItsOwn()
          const first = created(await store.create({ ...state, subject: other }))
          expect(await store.create(claimedRun({ subject: other }))).toEqual({ outcome: 'exists' })
          expect(await runsOf(other)).toEqual([first])
        }
      })

      test('P1: keeps who read the plan from writing over the claim that replaced it', async () => {
        const about = assetOfItsOwn()
        const plan = created(await store.create(plannedRun({ subject: about, version: 0 })))
        const later = claimedRun({ subject: about, version: 0, createdAtMs: plan.createdAtMs + second })
        const claim = created(await store.create(later))
        expect(claim.version).toBe(plan.version)
        expect(await store.save(plan)).toBeUndefined()
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
        for (const run of others) created(await store.create(run))
        expect(await runsOf(about)).toHaveLength(others.length)
      })

      test.runIf(holdsItems)(
        'says that a record is too large for the table, and writes nothing',
        async () => {
          const about = assetOfItsOwn()
          const huge = { name: 'Huge', message: 'x'.repeat(450_000) }
          const run = parkedRun({ subject: about, version: 0, error: huge })
          await expect(store.create(run)).rejects.toThrow(PortUnavailable)
          expect(await runsOf(about)).toEqual([])
        },
      )
    })

    describe('create in the place of a waiting request', () => {
      test('is one write: the record comes, the request goes', async () => {
        const about = assetOfItsOwn()
        const waiting = created(await store.create(waitingFor(about)))
        const claim = created(await store.create(claimedRun({ subject: about, version: 0 }), waiting))
        expect(await runsOf(about)).toEqual([claim])
      })

      test('replaces a plan too', async () => {
        const about = assetOfItsOwn()
        const waiting = created(await store.create(waitingFor(about)))
        created(await store.create(plannedRun({ subject: about, version: 0 })))
        const claim = created(await store.create(claimedRun({ subject: about, version: 0 }), waiting))
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
          const waiting = created(await store.create(waitingFor(about)))
          if (given.request === 'saved') await store.save({ ...waiting, retryAtMs: t0 + second })
          if (given.request === 'dropped') await store.dropRequest(waiting)
          if (given.taken) created(await store.create(inFlightRun({ subject: about, version: 0 })))
          const before = await runsOf(about)
          expect(await store.create(claimedRun({ subject: about, version: 0 }), waiting)).toEqual({
            outcome: given.request === 'unchanged' ? 'exists' : 'request-changed',
          })
          expect(await runsOf(about)).toEqual(before)
        },
      )

      test('P1: lets at most one of two starters take the request', async () => {
        const about = assetOfItsOwn()
        const waiting = created(await store.create(waitingFor(about)))
        const claim = (revision: string) =>
          store.create(claimedRun({ subject: { ...about, revision }, version: 0 }), waiting)
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
        const claim = created(await store.create(claimedRun({ subject: about, version: 0 })))
        const flight = inFlightRun({ subject: about, version: claim.version })
        expect(await store.save(flight)).toEqual({ ...flight, version: 2 })
        expect(await runsOf(about)).toEqual([{ ...flight, version: 2 }])
      })

      test('returns undefined and writes nothing when another write won', async () => {
        const about = assetOfItsOwn()
        const claim = created(await store.create(claimedRun({ subject: about, version: 0 })))
        await store.save({ ...claim, leaseEndsAtMs: t0 + 2 * minute })
        const before = await runsOf(about)
        expect(await store.save({ ...claim, leaseEndsAtMs: t0 + 3 * minute })).toBeUndefined()
        expect(await store.save({ ...claim, version: 7 })).toBeUndefined()
        expect(await runsOf(about)).toEqual(before)
      })

      test('makes no record', async () => {
        const about = assetOfItsOwn()
        expect(await store.save(claimedRun({ subject: about }))).toBeUndefined()
        expect(await store.save(claimedRun({ subject: about, version: 0 }))).toBeUndefined()
        expect(await runsOf(about)).toEqual([])
      })

      test('has one winner among many at once', async () => {
        const about = assetOfItsOwn()
        const claim = created(await store.create(claimedRun({ subject: about, version: 0 })))
        const saved = await Promise.all(
          Array.from({ length: 8 }, (_, index) => store.save({ ...claim, projectId: `project-${index}` })),
        )
        const winners = saved.filter((run) => run !== undefined)
        expect(winners).toHaveLength(1)
        expect(await runsOf(about)).toEqual(winners)
      })
    })

    describe('endWithNext', () => {
      const failed = async (about: Subject) => {
        const run = created(await store.create(inFlightRun({ subject: about, version: 0 })))
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
        expect(await store.endWithNext(ended, next(about))).toEqual({ outcome: 'saved', ended: saved })
        expect(await runsOf(about)).toEqual([saved, { ...next(about), version: 1 }])
        await dueIs(t0 + 60 * minute, about.domainId, [saved])
        await waitingIs(t0 + 60 * minute, about.domainId, [{ ...next(about), version: 1 }])
      })

      test('takes the place of a plan, and of nothing else; then nothing is written', async () => {
        const about = assetOfItsOwn()
        const ended = await failed(about)
        created(await store.create(claimedRun({ subject: about, attempt: 2, version: 0 })))
        const before = await runsOf(about)
        expect(await store.endWithNext(ended, next(about))).toEqual({ outcome: 'exists' })
        expect(await runsOf(about)).toEqual(before)

        const other = assetOfItsOwn()
        const otherEnded = await failed(other)
        created(await store.create(plannedRun({ subject: other, attempt: 2, version: 0 })))
        expect(await store.endWithNext(otherEnded, next(other))).toMatchObject({ outcome: 'saved' })
        expect((await runsOf(other)).map((run) => run.state)).toEqual(['ENDED', 'PARKED'])
      })

      test('returns changed and writes nothing when another write won', async () => {
        const about = assetOfItsOwn()
        const ended = await failed(about)
        const saved = await store.save(inFlightRun({ subject: about, nativeStatus: 'IN_PROGRESS' }))
        expect(await store.endWithNext(ended, next(about))).toEqual({ outcome: 'changed' })
        expect(await runsOf(about)).toEqual([saved])
      })

      test('P1: has one winner among many at once', async () => {
        const about = assetOfItsOwn()
        const ended = await failed(about)
        const all = await Promise.allSettled(
          Array.from({ length: 4 }, () => store.endWithNext(ended, next(about))),
        )
        const won = all.filter((one) => one.status === 'fulfilled' && one.value.outcome === 'saved')
        expect(won.length).toBeLessThanOrEqual(1)
        expect(await runsOf(about)).toHaveLength(1 + won.length)
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
        for (const run of [...decisive, ...others]) created(await store.create(run))
        const { record } = runKey({ subject: of, attempt: 1, request: origin })
        const query = { domainId: of.domainId, dataSourceId: of.dataSourceId, endedSinceMs: t0 - hour }
        const recordsOf = ({ runs }: Records) => runs.map((run) => runKey(run).record).toSorted()
        const all = recordsOf({ runs: decisive, unreadable: [] })
        expect(recordsOf(await store.decidingRunsOf({ ...query, attemptsOf: record }))).toEqual(all)
        const isOfTrigger = (name: string) => name.startsWith('RUN#wanted#')
        expect(recordsOf(await store.decidingRunsOf(query))).toEqual(all.filter((name) => !isOfTrigger(name)))
      })

      test('P1: brings the claim count, which the next claim is conditional on', async () => {
        const of = sourceOfItsOwn()
        const query = { ...of, endedSinceMs: t0 }
        expect(await store.decidingRunsOf(query)).toEqual({ runs: [], unreadable: [] })
        const claim = claimedRun({ subject: of, version: 0 })
        await store.claim(claim, { claimCount: 0 })
        expect(await store.decidingRunsOf(query)).toEqual({
          runs: [{ ...claim, version: 1 }],
          unreadable: [],
          claimCount: 1,
        })
      })

      test('follows a run from its claim to its ending', async () => {
        const of = sourceOfItsOwn()
        const active = async (endedSinceMs: number) =>
          (await store.decidingRunsOf({ ...of, endedSinceMs })).runs.map((run) => run.state)
        const claim = created(await store.create(claimedRun({ subject: of, version: 0 })))
        expect(await active(t0 + 1000 * hour)).toEqual(['CLAIMED'])
        await store.save(parkedRun({ subject: of, version: claim.version }))
        expect(await active(t0 - hour)).toEqual([])
        await store.recordRunId(inFlightRun({ subject: of, version: 2 }))
        expect(await active(t0 + 1000 * hour)).toEqual(['IN_FLIGHT'])
        await store.save(endedRun({ subject: of, version: 3, detectedAtMs: t0 }))
        expect(await active(t0)).toEqual(['ENDED'])
        expect(await active(t0 + 1)).toEqual([])
      })

      test('P8: shows a record that it must not act on as such', async () => {
        const of = sourceOfItsOwn()
        const newer = claimedRun({ subject: of })
        await opened.plant({ ...toItem(newer), schemaVersion: 2 })
        const { record } = runKey(newer)
        const read = await store.decidingRunsOf({ ...of, attemptsOf: record, endedSinceMs: t0 })
        expect(read).toMatchObject({ runs: [], unreadable: [{ key: runKey(newer), isNewer: true }] })
        expect(read.unreadable).toHaveLength(1)
      })
    })

    describe('holderOf', () => {
      test('P1: names the record that holds the run id of a data source run', async () => {
        const of = sourceOfItsOwn()
        const runId = `run-of-${of.dataSourceId}`
        expect(await store.holderOf(of.domainId, runId)).toBeUndefined()
        const run = inFlightRun({ subject: of, runId, version: 0 })
        await store.recordRunId(run)
        expect(await store.holderOf(of.domainId, runId)).toEqual(runKey(run))
        expect(await store.holderOf(sourceOfItsOwn().domainId, runId)).toBeUndefined()
      })
    })

    describe('dropRequest', () => {
      test('removes the request at the version read', async () => {
        const about = assetOfItsOwn()
        const waiting = created(await store.create(waitingFor(about)))
        expect(await store.dropRequest(waiting)).toBe(true)
        expect(await runsOf(about)).toEqual([])
        expect(await store.dropRequest(waiting)).toBe(false)
      })

      test('keeps the request when another write won', async () => {
        const about = assetOfItsOwn()
        const waiting = created(await store.create(waitingFor(about)))
        const saved = await store.save({ ...waiting, retryAtMs: t0 + 2 * minute })
        expect(await store.dropRequest(waiting)).toBe(false)
        expect(await runsOf(about)).toEqual([saved])
      })
    })

    describe('runsOf', () => {
      test('reads records of more than a page, each once', async () => {
        const about = assetOfItsOwn()
        const runs: Run[] = []
        for (let attempt = 1; attempt <= 7; attempt += 1) {
          const error = { name: 'Bulky', message: bulk }
          runs.push(created(await store.create(parkedRun({ subject: about, attempt, version: 0, error }))))
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
        const run = created(await store.create(claimedRun({ subject: about, version: 0 })))
        for (const neighbour of neighbours)
          created(await store.create(claimedRun({ subject: neighbour, version: 0 })))
        expect(await runsOf(about)).toEqual([run])
      })

      test('P8: gives back what it must not act on as unreadable', async () => {
        const about = assetOfItsOwn()
        const readable = created(await store.create(claimedRun({ subject: about, version: 0 })))
        const newer = inFlightRun({ subject: about, attempt: 2 })
        const damaged = inFlightRun({ subject: about, attempt: 3 })
        await opened.plant({ ...toItem(newer), schemaVersion: 2, state: 'UPSIDE_DOWN' })
        await opened.plant({ ...toItem(damaged), nativeStatus: 7 })
        const records = await store.runsOf(about)
        expect(records.runs).toEqual([readable])
        expect(records.unreadable).toMatchObject([
          { key: runKey(newer), isNewer: true },
          { key: runKey(damaged), isNewer: false },
        ])
        expect(await store.create(claimedRun({ subject: about, attempt: 2 }))).toEqual({ outcome: 'exists' })
      })
    })

    describe('the work index', () => {
      test('shows only what owes something by then, oldest first, and parked records apart from the rest', async () => {
        const { domainId } = assetOfItsOwn()
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
          throw new Error('the runs of this case are missing')
        for (const run of runs) created(await store.create(run))
        await dueIs(t0 + 4 * second, domainId, [ended, inFlight, claimed])
        await waitingIs(t0 + 4 * second, domainId, [longer, parked])
        await waitingIs(t0 + 2 * second, domainId, [longer])
        await waitingIs(t0 + second - 1, domainId, [])
        await dueIs(t0 + 2 * second, domainId, [ended])
        await dueIs(t0 + second - 1, domainId, [])
      })

      test('moves a record from one part to the other with its state', async () => {
        const about = assetOfItsOwn()
        const parked = created(await store.create(parkedRun({ subject: about, version: 0, retryAtMs: t0 })))
        await waitingIs(t0 + 60 * minute, about.domainId, [parked])
        const claimed = claimedRun({ subject: about, version: parked.version, leaseEndsAtMs: t0 })
        const claiming = await store.claim(claimed)
        if (claiming.outcome !== 'claimed') throw new Error(`not claimed: ${claiming.outcome}`)
        await dueIs(t0 + 60 * minute, about.domainId, [claiming.run])
        await waitingIs(t0 + 60 * minute, about.domainId, [])
        const released = await store.save(parkedRun({ subject: about, version: claiming.run.version }))
        await waitingIs(t0 + 60 * minute, about.domainId, released === undefined ? [] : [released])
        await dueIs(t0 + 60 * minute, about.domainId, [])
      })

      test('drops records that owe nothing', async () => {
        const about = assetOfItsOwn()
        const ended = created(await store.create(endedRun({ subject: about, version: 0 })))
        await dueIs(t0 + 60 * minute, about.domainId, [ended])
        const announced = await store.save({ ...ended, announcedAtMs: t0 + minute })
        await dueIs(t0 + 60 * minute, about.domainId, [])
        const waiting = created(await store.create(waitingFor(about)))
        await waitingIs(t0 + 60 * minute, about.domainId, [waiting])
        await store.dropRequest(waiting)
        await waitingIs(t0 + 60 * minute, about.domainId, [])
        expect(await runsOf(about)).toEqual([announced])
      })

      test('P9: shows a record that is due later than any setting allows as due now', async () => {
        const { domainId } = assetOfItsOwn()
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
        for (const run of runs) created(await store.create(run))
        const shown = async (part: Part) =>
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
        expect(await store.save({ ...first, announcedAtMs: nowMs })).toMatchObject({ detectedAtMs: nowMs })
      })

      test.runIf(holdsItems)('returns pages, in order over all of them', async () => {
        const { domainId } = assetOfItsOwn()
        const runs: Run[] = []
        for (const index of [3, 1, 6, 0, 5, 2, 4]) {
          const run = parkedRun({
            subject: { ...subject, domainId, assetId: `asset-${index}` },
            version: 0,
            retryAtMs: t0 + index,
            error: { name: 'Bulky', message: bulk },
          })
          runs.push(created(await store.create(run)))
        }
        await expect.poll(() => runsIn('waiting', t0 + minute, domainId)).toHaveLength(runs.length)
        const pages = await pagesOf('waiting', t0 + minute, domainId)
        expect(pages.length).toBeGreaterThan(2)
        const shown = pages.flatMap((page) => page.runs.map((run) => workAtMs(run)))
        expect(shown).toEqual([0, 1, 2, 3, 4, 5, 6].map((index) => t0 + index))
      })

      test('P8: reports unreadable records as such', async () => {
        const about = assetOfItsOwn()
        const newer = inFlightRun({ subject: about })
        await opened.plant({ ...toItem(newer), schemaVersion: 2 })
        await expect
          .poll(async () =>
            (await pagesOf('due', t0 + 60 * minute, about.domainId)).flatMap((page) => page.unreadable),
          )
          .toMatchObject([{ key: runKey(newer), isNewer: true }])
        expect(await runsIn('due', t0 + 60 * minute, about.domainId)).toEqual([])
      })
    })

    test('yields the reasons of records parked until later, without those released since', async () => {
      const farMs = t0 + 100 * 365 * 24 * 60 * minute
      const { domainId } = assetOfItsOwn()
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
      for (const run of runs) created(await store.create(run))
      const reasonsAfter = async (nowMs: number) => {
        const reasons: string[] = []
        for await (const page of store.parkedAfter(nowMs)) reasons.push(...page.map(({ reason }) => reason))
        return reasons.toSorted()
      }
      const expected = ['DENIED', 'RETRY', 'SOURCE_DAY_FULL', 'SOURCE_DAY_FULL']
      await expect.poll(() => reasonsAfter(farMs), { timeout: 10_000 }).toEqual(expected)
      expect(await reasonsAfter(farMs + 3)).toEqual([])
    })

    test('gives every run back exactly as it was', async () => {
      await fc.assert(
        fc.asyncProperty(arbitraryRun, arbitraryRun, async (first, second) => {
          const begun = created(await store.create(first))
          expect(await runsOf(begun.subject)).toEqual([{ ...first, version: 1 }])
          const { subject: about, attempt, request, createdAtMs } = begun
          const next = { ...second, subject: about, attempt, request, createdAtMs, version: 1 }
          const saved = await store.save<Run>(next)
          expect(await runsOf(about)).toEqual([saved])
        }),
        { numRuns: 100 },
      )
    })
  })
}
