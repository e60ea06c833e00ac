import { expect, test } from 'vitest'
import type { Catalog } from '../../../../lib/ports/catalog.ts'
import { coverageOf } from '../../../../lib/usecases/inspect/coverage.ts'
import { manualClock } from '../../../support/manual-clock.ts'
import { memoryRunStore } from '../../../support/memory-run-store.ts'
import { endedRun, parkedRun, subject, t0 } from '../../../support/runs.ts'

const asset = (assetId: string, name = assetId) => ({
  assetId,
  name,
  projectId: 'project-1',
  typeIdentifier: 'Table',
  hasDescription: false,
  revision: '4',
})

test('puts each published asset in one place, page by page', async () => {
  const pages = [
    ['accepted', 'review', 'older'].map((id) => asset(id)),
    [asset('failed'), asset('waiting'), asset('skipped', 'stg_orders'), asset('missing')],
  ]
  const of = (assetId: string, revision = '4') => ({ subject: { ...subject, assetId, revision } })
  const store = memoryRunStore(
    endedRun({ ...of('accepted', '3'), acceptedAtMs: t0 }),
    endedRun(of('review')),
    endedRun(of('older', '3')),
    endedRun({ ...of('failed'), ending: 'FAILED', projectName: 'Sales' }),
    parkedRun(of('waiting')),
  )
  const catalog: Catalog = {
    listings: async (_, token) => ({
      outcome: 'answered',
      value: {
        assets: pages[Number(token ?? 0)] ?? [],
        ...(token === undefined ? { nextToken: '1', total: 7 } : {}),
      },
    }),
    inventory: () => Promise.reject(new Error('not called')),
    details: () => Promise.reject(new Error('not called')),
  }
  const rules = [
    { match: { name: 'stg_*' }, verdict: { kind: 'skip', because: 'staging' } },
    { match: {}, verdict: { kind: 'run', policy: {} } },
  ] as const
  const progress: unknown[] = []
  const coverage = await coverageOf(
    'dzd_orders',
    undefined,
    { rules },
    {
      catalog,
      store,
      clock: manualClock(),
      onProgress: (...counts) => progress.push(counts),
    },
  )
  expect(coverage).toEqual([
    {
      domainId: 'dzd_orders',
      projectId: 'project-1',
      projectName: 'Sales',
      published: 7,
      covered: 2,
      accepted: 1,
      review: 1,
      failed: 1,
      waiting: 1,
      skipped: 1,
      missing: 2,
    },
  ])
  expect(progress).toEqual([
    [3, 7],
    [7, 7],
  ])
})
