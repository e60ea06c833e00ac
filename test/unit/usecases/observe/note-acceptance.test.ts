import { expect, test } from 'vitest'
import type { Run } from '../../../../lib/run/run.ts'
import { noteAcceptance } from '../../../../lib/usecases/observe/note-acceptance.ts'
import { manualClock } from '../../../support/manual-clock.ts'
import { memoryRunStore } from '../../../support/memory-run-store.ts'
import { endedRun, inFlightRun, minute, subject, t0 } from '../../../support/runs.ts'

const hour = 60 * minute
const about = { domainId: subject.domainId, assetId: subject.assetId }

const ended = (revision: string, hoursAgo: number, over: Parameters<typeof endedRun>[0] = {}) =>
  endedRun({
    subject: { ...subject, revision },
    runId: `run-${revision}`,
    detectedAtMs: t0 - hoursAgo * hour,
    announcedAtMs: t0 - hoursAgo * hour,
    ...over,
  })

const note = async (
  runs: readonly Run[],
  time: { readonly acceptedAtMs?: number } = { acceptedAtMs: t0 },
) => {
  const store = memoryRunStore(...runs)
  const fate = await noteAcceptance({ ...about, ...time }, { store, clock: manualClock(t0 + minute) })
  const accepted = store
    .all()
    .flatMap((run) => (run.state === 'ENDED' && run.acceptedAtMs !== undefined ? [run.runId] : []))
  return { fate, accepted, store }
}

test('notes the acceptance on the last run of each type, and on no other', async () => {
  const glossary = { ...subject, revision: '3', types: ['BUSINESS_GLOSSARY_ASSOCIATIONS'] } as const
  const runs = [ended('1', 9), ended('2', 3), ended('3', 2, { subject: glossary }), inFlightRun()]
  const { fate, accepted, store } = await note(runs)
  expect(fate).toBe('accepted')
  expect(accepted).toEqual(['run-2', 'run-3'])
  expect(store.writes).toHaveLength(2)
})

test('P11: writes nothing for a repeat', async () => {
  const { store } = await note([ended('2', 3)])
  const again = await noteAcceptance(
    { ...about, acceptedAtMs: t0 },
    { store, clock: manualClock(t0 + hour / 2) },
  )
  expect(again).toBe('known')
  expect(store.writes).toHaveLength(1)
})

test('ignores an acceptance of an asset without an ended run', async () => {
  expect(await note([inFlightRun()])).toMatchObject({ fate: 'known', accepted: [] })
  expect(await note([])).toMatchObject({ fate: 'known' })
})

test('dates an event without a time, or with a future one, to when it was received', async () => {
  for (const time of [{}, { acceptedAtMs: t0 + 48 * hour }]) {
    const { store } = await note([ended('2', 3)], time)
    expect(store.all()).toMatchObject([{ acceptedAtMs: t0 + minute }])
  }
})

test('returns the event for another look when another process writes the run meanwhile', async () => {
  const store = memoryRunStore(ended('2', 3))
  store.beforeWrite = (run) => store.put({ ...run, version: 7 })
  expect(await noteAcceptance({ ...about, acceptedAtMs: t0 }, { store, clock: manualClock(t0) })).toBe(
    'active',
  )
})

test('returns the event for another look even when the acceptance is noted on another run', async () => {
  const glossary = { ...subject, revision: '1', types: ['BUSINESS_GLOSSARY_ASSOCIATIONS'] } as const
  const store = memoryRunStore(ended('1', 3, { subject: glossary }), ended('2', 3))
  let isFirst = true
  store.beforeWrite = (run) => {
    if (isFirst) store.put({ ...run, version: 7 })
    isFirst = false
  }
  const clock = manualClock(t0)
  expect(await noteAcceptance({ ...about, acceptedAtMs: t0 }, { store, clock })).toBe('active')
  expect(store.writes).toHaveLength(1)
})
