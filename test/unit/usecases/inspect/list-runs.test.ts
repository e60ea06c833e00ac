import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RunList, RunListQuery } from '../../../../lib/ports/run-list.ts'
import type { RunSummary } from '../../../../lib/run/run-summary.ts'
import {
  type ListPosition,
  listRuns,
  type RunFilter,
  type RunListPage,
  runStatuses,
} from '../../../../lib/usecases/inspect/list-runs.ts'

const summary = (over: Partial<RunSummary>): RunSummary => ({
  record: 'RUN#1#BUSINESS_DESCRIPTIONS#0001',
  domainId: 'dzd_orders',
  status: 'FAILED',
  projectId: 'project-1',
  assetId: 'asset-1',
  attempt: 1,
  updatedAtMs: 0,
  ...over,
})

const { assetId: _, ...common } = summary({})
const sourceSummary: RunSummary = { ...common, dataSourceId: 'source-1' }

const listOf = (pages: Readonly<Record<string, readonly (readonly RunSummary[])[]>>) => {
  const queries: RunListQuery[] = []
  let pagesRead = 0
  return {
    queries,
    pagesRead: () => pagesRead,
    async *newestFirst(query: RunListQuery) {
      queries.push(query)
      for (const page of pages[query.status] ?? []) {
        pagesRead += 1
        yield page
      }
    },
  }
}

/** Lists every page of the runs of two domains, `limit` runs at a time. */
const listPages = async (list: RunList, filter: RunFilter, limit: number): Promise<readonly RunSummary[]> => {
  const listed: RunSummary[] = []
  let after: ListPosition | undefined
  do {
    const position = after === undefined ? {} : { after }
    const page: RunListPage = await listRuns(list, ['dzd_1', 'dzd_2'], filter, { limit, ...position })
    expect(page.runs.length).toBeLessThanOrEqual(limit)
    listed.push(...page.runs)
    after = page.next
  } while (after !== undefined)
  return listed
}

describe('listRuns', () => {
  test('merges the statuses, newest first, up to the limit', async () => {
    const list = listOf({
      FAILED: [[summary({ updatedAtMs: 5 }), summary({ updatedAtMs: 1 })]],
      PARKED: [[summary({ status: 'PARKED', updatedAtMs: 3 })]],
    })
    const { runs } = await listRuns(list, ['dzd_orders'], {}, { limit: 2 })
    expect(runs.map(({ updatedAtMs }) => updatedAtMs)).toEqual([5, 3])
    expect(list.queries.map(({ status }) => status)).toEqual(runStatuses)
  })

  test('reads no more pages than the limit needs', async () => {
    const page = [summary({ updatedAtMs: 9 }), summary({ updatedAtMs: 8 })]
    const list = listOf({ FAILED: [page, page, page] })
    await listRuns(list, ['dzd_orders'], { statuses: ['FAILED'] }, { limit: 2 })
    expect(list.pagesRead()).toBe(2)
  })

  test.each([
    [{ projectId: 'project-2' }, ['b']],
    [{ assetId: 'c' }, ['c']],
    [{ reason: 'DENIED' }, ['d']],
    [{ reason: 'PAUSED' }, []],
    [{ type: 'BUSINESS_NAMES' }, ['e']],
    [{ kind: 'DATA_SOURCE' as const }, [undefined]],
  ])('filters by %o', async (filter, found) => {
    const list = listOf({
      FAILED: [
        [
          summary({ assetId: 'a' }),
          summary({ assetId: 'b', projectId: 'project-2' }),
          summary({ assetId: 'c' }),
          summary({ assetId: 'd', reason: 'DENIED' }),
          summary({ assetId: 'e', types: ['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES'] }),
          summary({ assetId: 'f', types: ['BUSINESS_DESCRIPTIONS'] }),
          sourceSummary,
        ],
      ],
    })
    const { runs } = await listRuns(list, ['dzd_orders'], { ...filter, statuses: ['FAILED'] }, { limit: 10 })
    expect(runs.map(({ assetId }) => assetId)).toEqual(found)
  })

  test('queries the index only for runs that changed since then', async () => {
    const list = listOf({})
    await listRuns(list, ['dzd_orders'], { statuses: ['FAILED'], sinceMs: 7 }, { limit: 10 })
    expect(list.queries).toEqual([{ domainId: 'dzd_orders', status: 'FAILED', sinceMs: 7, pageSize: 11 }])
  })

  test('merges domains, and continues where a page ended, also within one millisecond', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e']
    const all = ids.map((assetId, index) =>
      summary({ assetId, domainId: index % 2 === 0 ? 'dzd_1' : 'dzd_2', updatedAtMs: index < 1 ? 2 : 1 }),
    )
    const list = {
      async *newestFirst({ domainId, beforeMs = 9 }: RunListQuery) {
        yield all.filter((run) => run.domainId === domainId && run.updatedAtMs < beforeMs)
      },
    }
    const found = await listPages(list, { statuses: ['FAILED'] }, 2)
    expect(found.map(({ assetId }) => assetId)).toEqual(['a', 'c', 'e', 'b', 'd'])
  })

  test('lists each matching run once and newest first, wherever its pages end', async () => {
    const drawn = fc.record({
      domainId: fc.constantFrom('dzd_1', 'dzd_2'),
      status: fc.constantFrom<RunSummary['status']>('FAILED', 'PARKED'),
      updatedAtMs: fc.nat(3),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(drawn, { maxLength: 12 }),
        fc.nat(3),
        fc.nat(3),
        async (all, sinceMs, extra) => {
          const runs = all.map((over, index) => summary({ ...over, assetId: `asset-${index}` }))
          const list = {
            // Like the index: bounds of time, pages of some size, and no order within a millisecond.
            async *newestFirst({
              domainId,
              status,
              sinceMs: since = 0,
              beforeMs = 9,
              pageSize = 100,
            }: RunListQuery) {
              const found = runs
                .filter((run) => run.domainId === domainId && run.status === status)
                .filter(({ updatedAtMs }) => updatedAtMs >= since && updatedAtMs < beforeMs)
                .toSorted((left, right) => right.updatedAtMs - left.updatedAtMs)
              for (let from = 0; from < found.length; from += pageSize)
                yield found.slice(from, from + pageSize)
            },
          }
          const listed = await listPages(list, { sinceMs }, extra + 1)
          const wanted = runs.filter(({ updatedAtMs }) => updatedAtMs >= sinceMs)
          expect(new Set(listed)).toEqual(new Set(wanted))
          expect(listed).toHaveLength(wanted.length)
          const times = listed.map(({ updatedAtMs }) => updatedAtMs)
          expect(times).toEqual(times.toSorted((left, right) => right - left))
        },
      ),
    )
  })

  test('asks for the next page only what is older than the last run, or of its millisecond', async () => {
    const list = listOf({})
    const after = { updatedAtMs: 7, id: 'dzd_orders asset-1 RUN#1' }
    await listRuns(list, ['dzd_orders'], { statuses: ['FAILED'] }, { limit: 500, after })
    expect(list.queries).toEqual([{ domainId: 'dzd_orders', status: 'FAILED', beforeMs: 8, pageSize: 100 }])
  })
})
