import { expect, test } from 'vitest'
import { observerHandler } from '../../functions/observer-handler.ts'
import type { ObserverSettings } from '../../lib/config.ts'
import { manualClock } from '../support/manual-clock.ts'
import { memoryRunStore, storeDown } from '../support/memory-run-store.ts'
import { recordingBus, recordingQueue } from '../support/recorders.ts'
import { inFlightRun, t0 } from '../support/runs.ts'
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
) => {
  const counts: Record<string, number> = {}
  const handler = observerHandler({
    settings: { ...defaults.observer, ...over },
    ports: {
      store,
      datazone: scriptedDataZone({
        getRun: async () => answered(serviceRun({ nativeStatus })),
        getSourceRun: async () => refused('NOT_FOUND'),
      }),
      bus: recordingBus(),
      queue: recordingQueue(),
      hints: { postpone: lookAgain },
      clock: manualClock(),
    },
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

test('settles what it can, ignores what is no hint, and puts off what came too soon', async () => {
  const putOff: string[] = []
  const { handle, counts } = world('SUCCEEDED', async (handles) => {
    putOff.push(...handles)
  })
  const batch = [record('a', bodyOf('run-1')), record('b', 'junk'), record('c', bodyOf('run-2'))]
  expect(await handle(...batch)).toEqual(failed('c'))
  expect(putOff).toEqual(['handle-c'])
  expect(counts).toEqual({
    'hint-ignored': 1,
    'hint-by-run': 1,
    'hint-settled': 1,
    'hint-by-nothing': 1,
    'hint-early': 1,
    'run-succeeded': 1,
  })
})

test('counts each ending under a name like all others', async () => {
  const { handle, counts } = world('PARTIALLY_SUCCEEDED', async () => {})
  await handle(record('a', bodyOf('run-1')))
  expect(counts).toMatchObject({ 'run-partially-succeeded': 1 })
})

test('looks again three times, and then leaves the run to the sweep', async () => {
  const { handle } = world('IN_PROGRESS', async () => {})
  expect(await handle(record('a', bodyOf('run-1'), 3))).toEqual(failed('a'))
  expect(await handle(record('a', bodyOf('run-1'), 4))).toEqual(failed())
})

test('a run of others is looked at for longer, then given up with a word', async () => {
  const putOff: number[] = []
  const following = { ...defaults.observer.following, followDataSourceRuns: [{}] }
  const { handle, counts } = world('IN_PROGRESS', async (_, seconds) => void putOff.push(seconds), {
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
  expect(putOff).toEqual([10, 60])
  expect(counts['hint-not-followed']).toBe(1)
})

test('an acceptance that cannot be noted is looked at for longer, too: nobody else tells of it', async () => {
  const putOff: number[] = []
  const store = memoryRunStore()
  store.runsOf = async () => {
    throw storeDown()
  }
  const { handle } = world('IN_PROGRESS', async (_, seconds) => void putOff.push(seconds), {}, store)
  const body = JSON.stringify({
    source: 'aws.datazone',
    time: new Date(t0).toISOString(),
    'detail-type': 'Metadata Generation Accepted',
    detail: { metadata: { domain: 'dzd_orders', id: 'asset-1' }, data: {} },
  })
  expect(await handle(record('a', body, 4))).toEqual(failed('a'))
  expect(putOff).toEqual([60])
})

test('what cannot be put off comes again all the same', async () => {
  const { handle } = world('IN_PROGRESS', async () => {
    throw new Error('down for a test')
  })
  expect(await handle(record('a', bodyOf('run-1')))).toEqual(failed('a'))
})
