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

/** A run store under test. It may hold records of others: every case has assets of its own. */
export interface OpenRunStore {
  readonly store: RunStore
  /** Puts an item into the table without asking the store. */
  plant(item: Readonly<Record<string, unknown>>): Promise<void>
  close(): Promise<void>
}

let made = 0
export const assetOfItsOwn = (over: Partial<MetadataSubject> = {}): MetadataSubject => {
  made += 1
  return { ...subject, domainId: `dzd_${process.pid}-${made}`, assetId: `asset-${made}`, ...over }
}

/** A counter of its own. */
export const countOf = ({ limit }: { readonly limit: number }): CounterIncrement => {
  made += 1
  const counter = { cap: `cap-${process.pid}-${made}`, period: 'DAY#2026-11-20' }
  return { counter, limit, periodEndsAtMs: t0 + 60 * minute }
}

/** A request that does not know its revision yet. */
export const waitingFor = (
  { revision: _, ...about }: MetadataSubject,
  over: Partial<ParkedRun> = {},
): ParkedRun => parkedRun({ subject: about, version: 0, reason: 'UNAVAILABLE', ...over })

export const created = <R extends Run>(creation: CreateResult<R>): R => {
  if (creation.outcome !== 'created') throw new Error(`the record was not created: ${creation.outcome}`)
  return creation.run
}

/** A text that makes a record of nearly the largest size. */
export const bulk = 'x'.repeat(350_000)

const domainOf = (key: string): string => key.split('#')[1] ?? ''

export const sourceOfItsOwn = (triggerKey = 'load-1'): DataSourceSubject => {
  const { domainId, assetId } = assetOfItsOwn()
  return { kind: 'DATA_SOURCE', domainId, dataSourceId: assetId, triggerKey }
}

/** Opens a store before the tests of a suite and returns it with what the tests read from it. */
export const storeUnderTest = (open: () => Promise<OpenRunStore>) => {
  let opened: OpenRunStore
  beforeAll(async () => {
    opened = await open()
  })
  afterAll(() => opened?.close())
  const runsOf = async (about: Subject): Promise<readonly Run[]> => (await opened.store.runsOf(about)).runs

  type Part = 'due' | 'waiting'

  /** The pages of `due`, or of `waiting`, with only the records of one domain in them. */
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

  /** An index may show a write late; a fact about it is awaited, not demanded. */
  const shows = (part: Part, nowMs: number, domainId: string, expected: readonly Run[]) =>
    expect.poll(() => runsIn(part, nowMs, domainId), { timeout: 10_000 }).toEqual(expected)
  const dueIs = (nowMs: number, domainId: string, expected: readonly Run[]) =>
    shows('due', nowMs, domainId, expected)
  const waitingIs = (nowMs: number, domainId: string, expected: readonly Run[]) =>
    shows('waiting', nowMs, domainId, expected)

  /** Retries a transaction that another one kept from being decided. */
  const claimAtOnce = (claim: ClaimedRun, terms: ClaimConditions) =>
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
    claimAtOnce,
  }
}

export type StoreUnderTest = ReturnType<typeof storeUnderTest>

/** What a store can be asked for: see `runStoreContract`. */
export interface StoreAbilities {
  readonly holdsItems: boolean
  readonly isolatesTransactions: boolean
}
