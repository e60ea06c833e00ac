import { afterAll, beforeAll, expect } from 'vitest'
import type { ClaimConditions, CreateResult, Records, RunStore } from '../../lib/ports/run-store.ts'
import type { CounterIncrement } from '../../lib/run/caps.ts'
import type {
  ClaimedRun,
  DataSourceSubject,
  MetadataSubject,
  ParkedRun,
  Run,
  Subject,
} from '../../lib/run/run.ts'
import { minute, parkedRun, subject, t0 } from '../support/runs.ts'

/** A run store under test. It may hold records of other tests, so each test uses assets of its own. */
export interface OpenRunStore {
  readonly store: RunStore
  /** Writes an item to the table directly, not through the store. */
  plant(item: Readonly<Record<string, unknown>>): Promise<void>
  close(): Promise<void>
}

let made = 0
/** Returns the subject of an asset, in a domain, that no other test uses. */
export const newAsset = (over: Partial<MetadataSubject> = {}): MetadataSubject => {
  made += 1
  return { ...subject, domainId: `dzd_${process.pid}-${made}`, assetId: `asset-${made}`, ...over }
}

/** Returns an increment of a counter that no other test uses. */
export const newCounterIncrement = ({ limit }: { readonly limit: number }): CounterIncrement => {
  made += 1
  const counter = { cap: `cap-${process.pid}-${made}`, period: 'DAY#2026-11-20' }
  return { counter, limit, periodEndsAtMs: t0 + 60 * minute }
}

/** Returns a parked request whose revision is not resolved yet. */
export const waitingFor = (
  { revision: _, ...asset }: MetadataSubject,
  over: Partial<ParkedRun> = {},
): ParkedRun => parkedRun({ subject: asset, version: 0, reason: 'UNAVAILABLE', ...over })

export const created = <R extends Run>(creation: CreateResult<R>): R => {
  if (creation.outcome !== 'created') throw new Error(`the record was not created: ${creation.outcome}`)
  return creation.run
}

/** A text that makes a record almost as large as an item can be. */
export const bulk = 'x'.repeat(350_000)

const domainOf = (key: string): string => key.split('#')[1] ?? ''

export const newDataSource = (triggerKey = 'load-1'): DataSourceSubject => {
  const { domainId, assetId } = newAsset()
  return { kind: 'DATA_SOURCE', domainId, dataSourceId: assetId, triggerKey }
}

/** Opens a store before the tests of a suite, and returns it with helpers that read from it. */
export const storeUnderTest = (open: () => Promise<OpenRunStore>) => {
  let opened: OpenRunStore
  beforeAll(async () => {
    opened = await open()
  })
  afterAll(() => opened?.close())
  const runsOf = async (runSubject: Subject): Promise<readonly Run[]> =>
    (await opened.store.runsOf(runSubject)).runs

  type Part = 'due' | 'waiting'

  /** Returns the pages of `due` or `waiting`, with the records of one domain only. */
  const pagesOf = async (part: Part, nowMs: number, domainId: string): Promise<readonly Records[]> => {
    const pages: Records[] = []
    for await (const page of opened.store[part](nowMs)) {
      pages.push({
        runs: page.runs.filter((run) => run.subject.domainId === domainId),
        unreadable: page.unreadable.filter((record) => domainOf(record.key.partition) === domainId),
      })
    }
    return pages
  }
  const runsIn = async (part: Part, nowMs: number, domainId: string): Promise<readonly Run[]> =>
    (await pagesOf(part, nowMs, domainId)).flatMap((page) => page.runs)

  /** Waits until the index shows these runs, because an index may lag behind a write. */
  const shows = (part: Part, nowMs: number, domainId: string, expected: readonly Run[]) =>
    expect.poll(() => runsIn(part, nowMs, domainId), { timeout: 10_000 }).toEqual(expected)
  const dueIs = (nowMs: number, domainId: string, expected: readonly Run[]) =>
    shows('due', nowMs, domainId, expected)
  const waitingIs = (nowMs: number, domainId: string, expected: readonly Run[]) =>
    shows('waiting', nowMs, domainId, expected)

  /** Returns undefined if a concurrent transaction left the claim undecided. */
  const tryClaim = (claim: ClaimedRun, terms: ClaimConditions) =>
    opened.store.claim(claim, terms).catch(() => undefined)

  return {
    get store(): RunStore {
      return opened.store
    },
    plant: (item: Readonly<Record<string, unknown>>): Promise<void> => opened.plant(item),
    runsOf,
    pagesOf,
    runsIn,
    dueIs,
    waitingIs,
    tryClaim,
  }
}

export type StoreUnderTest = ReturnType<typeof storeUnderTest>

/** What a store supports; see `runStoreContract`. */
export interface StoreAbilities {
  readonly holdsItems: boolean
  readonly isolatesTransactions: boolean
}
