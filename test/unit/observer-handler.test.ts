import { expect, test } from 'vitest'
import { type ObserverPorts, observerHandler } from '../../functions/observer-handler.ts'
import type { ObserverSettings } from '../../lib/config.ts'
import type { EventBus } from '../../lib/ports/event-bus.ts'
import { fixedPolicy } from '../support/fixed-policy.ts'
import { manualClock } from '../support/manual-clock.ts'
import { memoryRunStore, storeDown } from '../support/memory-run-store.ts'
import { recordingBus, recordingQueue } from '../support/recorders.ts'
import { inFlightRun, subject, t0 } from '../support/runs.ts'
import { answered, refused, scriptedDataZone, serviceRun } from '../support/scripted-datazone.ts'
import { sqsRecord } from '../support/sqs-record.ts'
import { defaults } from '../support/starter-world.ts'

const bodyOf = (id: string) =>
  JSON.stringify({
    source: 'aws.datazone',
    'detail-type': 'Metadata Generation Succeeded',
    detail: { metadata: { domain: 'dzd_orders', id }, data: {} },
  })

const record = (messageId: string, body: string, receives = 1) => sqsRecord(messageId, body, receives, t0)

const world = (
  nativeStatus: string,
  lookAgain: (handles: readonly string[], seconds: number) => Promise<void>,
  over: Partial<ObserverSettings> = {},
  store = memoryRunStore(inFlightRun()),
  ports: Partial<ObserverPorts> = {},
) => {
  const counts: Record<string, number> = {}
  const handler = observerHandler({
    settings: { ...defaults.observer, ...over },
    ports: {
      store,
      datazone: scriptedDataZone({
        getRun: async (_, runId) => answered(serviceRun({ runId, nativeStatus })),
        listRuns: async () => answered({ runs: [] }),
        getSourceRun: async () => refused('NOT_FOUND'),
      }),
      bus: recordingBus(),
      queue: recordingQueue(),
      hints: { postpone: lookAgain },
      clock: manualClock(),
      ...ports,
    },
    policies: fixedPolicy({
      ...defaults.starter.policy,
      followDataSourceRuns: over.following?.followDataSourceRuns ?? [],
    }),
    telemetry: {
      info: () => {},
      warn: () => {},
      error: () => {},
      count: (metric, value) => {
        counts[metric] = (counts[metric] ?? 0) + value
      },
    },
  })
  const handle = (...Records: ReturnType<typeof record>[]) =>
    handler({ Records }, { getRemainingTimeInMillis: () => 30_000 })
  return { handle, counts }
}

const failed = (...messageIds: string[]) => ({
  batchItemFailures: messageIds.map((itemIdentifier) => ({ itemIdentifier })),
})

test('settles a run, ignores an event that is not a hint and postpones an early hint', async () => {
  const postponed: string[] = []
  const { handle, counts } = world('SUCCEEDED', async (handles) => {
    postponed.push(...handles)
  })
  const batch = [record('a', bodyOf('run-1')), record('b', 'junk'), record('c', bodyOf('run-2'))]
  expect(await handle(...batch)).toEqual(failed('c'))
  expect(postponed).toEqual(['handle-c'])
  expect(counts).toEqual({
    'hint-ignored': 1,
    'hint-by-run': 1,
    'hint-settled': 1,
    'hint-by-nothing': 1,
    'hint-early': 1,
    'run-succeeded': 1,
  })
})

test('counts each ending under its metric name', async () => {
  const { handle, counts } = world('PARTIALLY_SUCCEEDED', async () => {})
  await handle(record('a', bodyOf('run-1')))
  expect(counts).toMatchObject({ 'run-partially-succeeded': 1 })
})

test('reads a hint again three times, then leaves its run to the sweep', async () => {
  const { handle } = world('IN_PROGRESS', async () => {})
  expect(await handle(record('a', bodyOf('run-1'), 3))).toEqual(failed('a'))
  expect(await handle(record('a', bodyOf('run-1'), 4))).toEqual(failed())
})

test('reads a hint about a foreign run for longer, then counts that it gives up', async () => {
  const postponed: number[] = []
  const following = { ...defaults.observer.following, followDataSourceRuns: [{}] }
  const { handle, counts } = world('IN_PROGRESS', async (_, seconds) => void postponed.push(seconds), {
    following,
  })
  const body = JSON.stringify({
    id: 'event-1',
    source: 'aws.datazone',
    'detail-type': 'Data Source Run Triggered',
    detail: {
      metadata: { domain: 'dzd_orders', id: 'run-9', owningProjectId: 'project-1' },
      data: { dataSourceId: 'source-1' },
    },
  })
  expect(await handle(record('a', body, 3))).toEqual(failed('a'))
  expect(await handle(record('a', body, 4))).toEqual(failed('a'))
  expect(await handle(record('a', body, 34))).toEqual(failed())
  expect(postponed).toEqual([10, 60])
  expect(counts['hint-not-followed']).toBe(1)
})

test('reads an acceptance that cannot be recorded for longer, because no sweep would find it', async () => {
  const postponed: number[] = []
  const store = memoryRunStore()
  store.runsOf = async () => {
    throw storeDown()
  }
  const { handle } = world('IN_PROGRESS', async (_, seconds) => void postponed.push(seconds), {}, store)
  const body = JSON.stringify({
    source: 'aws.datazone',
    time: new Date(t0).toISOString(),
    'detail-type': 'Metadata Generation Accepted',
    detail: { metadata: { domain: 'dzd_orders', id: 'asset-1' }, data: {} },
  })
  expect(await handle(record('a', body, 4))).toEqual(failed('a'))
  expect(postponed).toEqual([60])
})

test('returns a hint to the queue even if postponing it fails', async () => {
  const { handle } = world('IN_PROGRESS', async () => {
    throw new Error('down for a test')
  })
  expect(await handle(record('a', bodyOf('run-1')))).toEqual(failed('a'))
})

test('aborts announcements at its deadline, and leaves unsent events to the sweep', async () => {
  const runs = Array.from({ length: 25 }, (_, index) =>
    inFlightRun({ subject: { ...subject, assetId: `asset-${index}` }, runId: `run-${index}` }),
  )
  const store = memoryRunStore(...runs)
  const clock = manualClock()
  const budgets: number[] = []
  const silentBus: EventBus = {
    put: async (events, abortAfterMs = Number.POSITIVE_INFINITY) => {
      budgets.push(abortAfterMs)
      return events.map(() => false)
    },
  }
  const { handle } = world('SUCCEEDED', async () => {}, {}, store, { bus: silentBus, clock })
  const batch = runs.map(({ runId }) => record(runId, bodyOf(runId)))
  expect(await handle(...batch)).toEqual(failed())
  // Three concurrent batches, each aborted at the deadline of the invocation.
  expect(budgets).toEqual([25_000, 25_000, 25_000])
  for (const run of store.all()) expect(run).toMatchObject({ state: 'ENDED' })
  for (const run of store.all()) expect(run).not.toHaveProperty('announcedAtMs')
})
