import { expect, test } from 'vitest'
import { announce, announceInParallel } from '../../../lib/usecases/announce.ts'
import { manualClock } from '../../support/manual-clock.ts'
import { memoryRunStore } from '../../support/memory-run-store.ts'
import { recordingBus, recordingQueue } from '../../support/recorders.ts'
import {
  endedRun,
  minute,
  origin,
  rejectedRun,
  second,
  sourceSubject,
  subject,
  t0,
} from '../../support/runs.ts'

const assetOf = (about: object): unknown => Reflect.get(about, 'assetId')

const ofAsset = (assetId: string, run = endedRun({ detectedAtMs: t0 })) => ({
  ...run,
  subject: { ...subject, assetId },
})

const world = (...runs: Parameters<typeof announce>[0]) => {
  const clock = manualClock()
  const ports = { clock, store: memoryRunStore(...runs), bus: recordingBus(), queue: recordingQueue() }
  return { ...ports, announce: () => announce(runs, ports) }
}

test('P3: marks the endings that the bus accepted, and leaves the others owed', async () => {
  const { announce, bus, store } = world(ofAsset('a'), ofAsset('b'), ofAsset('c'))
  bus.refuses = ({ detail }) => detail.data.asset?.id === 'b'
  expect(await announce()).toBe(2)
  expect(bus.events.map(({ detail }) => detail.data.asset?.id)).toEqual(['a', 'c'])
  expect(store.all().map((run) => 'announcedAtMs' in run)).toEqual([true, false, true])
})

test('P4: sends an event again, with the same id, when its mark was lost', async () => {
  const { announce, bus, store } = world(ofAsset('a'))
  store.beforeWrite = () => {
    throw new Error('down')
  }
  expect(await announce()).toBe(0)
  store.beforeWrite = () => {}
  expect(await announce()).toBe(1)
  const [first, again] = bus.events.map(({ detail }) => detail.metadata.id)
  expect(bus.events).toHaveLength(2)
  expect(again).toBe(first)
})

test('P9: marks the others when one cannot be marked', async () => {
  const { announce, bus, store } = world(ofAsset('a'), ofAsset('b'), ofAsset('c'))
  store.beforeWrite = (run) => {
    if (assetOf(run.subject) === 'a') throw new Error('poison')
  }
  expect(await announce()).toBe(2)
  expect(bus.events).toHaveLength(3)
  expect(store.all().map((run) => 'announcedAtMs' in run)).toEqual([false, true, true])
})

test("drops DataZone's texts from an ending that the bus has refused for ten minutes, and keeps its id", async () => {
  const failed = endedRun({ ending: 'FAILED', error: { name: 'E', message: 'x' }, detectedAtMs: t0 })
  const { announce, bus, clock } = world(failed)
  clock.advance(10 * minute)
  await announce()
  clock.advance(second)
  await announce()
  const [whole, minimal] = bus.events.map(({ detail }) => detail)
  expect(whole?.data).toHaveProperty('error')
  expect(minimal?.data).not.toHaveProperty('error')
  expect(minimal?.metadata.id).toBe(whole?.metadata.id)
})

test('P2: copies a rejected request after its event and before its mark, and leaves it owed without the copy', async () => {
  const { announce, bus, queue, store } = world(ofAsset('a', rejectedRun()), ofAsset('b'))
  queue.isDown = true
  expect(await announce()).toBe(1)
  expect(bus.events.map(({ detail }) => detail.data.asset?.id)).toEqual(['a', 'b'])
  expect(store.all().map((run) => 'announcedAtMs' in run)).toEqual([false, true])
  queue.isDown = false
  await announce()
  expect(queue.copies).toMatchObject([
    {
      reasons: ['ValidationException: no structured schema'],
      truncated: false,
      eventId: bus.events[0]?.detail.metadata.id,
    },
  ])
})

test('P2: copies a rejected request as it was recorded', async () => {
  const copied = async (over: Parameters<typeof rejectedRun>[0]) => {
    const { announce, queue } = world(rejectedRun(over))
    await announce()
    return JSON.parse(queue.copies[0]?.body ?? '')
  }
  const common = {
    version: 1,
    requestId: 'nightly-1',
    domainId: 'dzd_orders',
    projectId: 'project-1',
    requestedAt: '2026-11-20T02:12:00.000Z',
    lane: 'live',
  }
  const asset = { id: 'asset-1', revision: '4' }
  const { revision: _, ...unresolved } = subject
  expect(await copied({})).toEqual({
    ...common,
    kind: 'METADATA_GENERATION',
    asset,
    types: subject.types,
    regenerate: false,
  })
  expect(
    await copied({ subject: unresolved, request: { ...origin, revision: '4', policyTypes: [] } }),
  ).toEqual({
    ...common,
    kind: 'METADATA_GENERATION',
    asset,
    regenerate: false,
  })
  expect(await copied({ subject: unresolved })).toMatchObject({ asset: { id: 'asset-1' } })
  expect(await copied({ subject: sourceSubject })).toEqual({
    ...common,
    kind: 'DATA_SOURCE',
    dataSource: { id: 'source-1' },
    triggerKey: 'load-1',
  })
})

test('P2: copies a rejected request once, when the bus accepts the event that it refused for an hour', async () => {
  const { announce, bus, queue, clock } = world(ofAsset('a', rejectedRun({ detectedAtMs: t0 })))
  bus.refuses = () => true
  for (let n = 0; n < 60; n += 1) {
    expect(await announce()).toBe(0)
    clock.advance(minute)
  }
  expect(queue.copies).toEqual([])
  bus.refuses = () => false
  expect(await announce()).toBe(1)
  expect(queue.copies).toHaveLength(1)
})

test('sends concurrent batches of ten, each run once', async () => {
  const runs = Array.from({ length: 25 }, (_, n) => ofAsset(`a-${n}`))
  const { announce: _, ...ports } = world(...runs)
  const sizes: number[] = []
  const { put } = ports.bus
  ports.bus.put = (events) => {
    sizes.push(events.length)
    return put(events)
  }
  expect(await announceInParallel(runs, ports)).toBe(25)
  expect(sizes).toEqual([10, 10, 5])
  expect(new Set(ports.bus.events.map(({ detail }) => detail.data.asset?.id)).size).toBe(25)
})

test('copies only rejected requests', async () => {
  const { announce, queue } = world(ofAsset('a'), ofAsset('b', endedRun({ ending: 'FAILED' })))
  await announce()
  expect(queue.copies).toEqual([])
})

test('keeps the announced mark that another invocation wrote meanwhile', async () => {
  const run = ofAsset('a')
  const { announce, store } = world(run)
  store.beforeWrite = () => store.put({ ...run, version: 2, announcedAtMs: t0 - second })
  await announce()
  expect(store.all()).toMatchObject([{ version: 2, announcedAtMs: t0 - second }])
})

test('counts an ending when its mark is recorded, and not when another invocation recorded it', async () => {
  const { announce: _, ...ports } = world(ofAsset('a'))
  const added: unknown[] = []
  const counters = { add: async (counts: readonly object[]) => void added.push(...counts) }
  const [run] = ports.store.all()
  if (run?.state !== 'ENDED') throw new Error('expected an ended run')
  await announce([run], { ...ports, counters })
  expect(added).toMatchObject([{ counts: { SUCCEEDED: 1, STARTED: 1 } }])
  await announce([run], { ...ports, counters })
  expect(added).toHaveLength(1)
})
