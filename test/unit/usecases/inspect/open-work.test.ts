import { expect, test } from 'vitest'
import { openWork } from '../../../../lib/usecases/inspect/open-work.ts'
import { memoryRunStore } from '../../../support/memory-run-store.ts'
import { claimedRun, endedRun, inFlightRun, minute, parkedRun, subject, t0 } from '../../../support/runs.ts'

const aboutAsset = (assetId: string) => ({ subject: { ...subject, assetId } })

test('returns records that wait, run or owe an event, whenever they are due', async () => {
  const store = memoryRunStore(
    claimedRun(aboutAsset('claimed')),
    parkedRun({ ...aboutAsset('parked'), retryAtMs: t0 + 40 * 24 * 60 * minute }),
    inFlightRun(aboutAsset('in-flight')),
    endedRun(aboutAsset('to-announce')),
    endedRun({ ...aboutAsset('announced'), announcedAtMs: t0 }),
  )
  const { runs, unreadable } = await openWork(store)
  const ids = runs.map((run) => (run.subject.kind === 'METADATA_GENERATION' ? run.subject.assetId : ''))
  expect(ids.toSorted()).toEqual(['claimed', 'in-flight', 'parked', 'to-announce'])
  expect(unreadable).toEqual([])
})

test('returns the records that cannot be read', async () => {
  const unreadable = [{ key: { partition: 'p', record: 'r' }, problem: 'has no state', isNewer: false }]
  const store = {
    ...memoryRunStore(),
    async *due() {
      yield { runs: [], unreadable }
    },
  }
  expect(await openWork(store)).toEqual({ runs: [], unreadable })
})
