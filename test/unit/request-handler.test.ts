import { expect, test } from 'vitest'
import { requestHandler } from '../../functions/request-handler.ts'
import { PortUnavailable } from '../../lib/errors.ts'
import type { RunStore } from '../../lib/ports/run-store.ts'
import type { StarterSettings } from '../../lib/usecases/starter-tools.ts'
import { manualClock } from '../support/manual-clock.ts'
import { memoryBreakers } from '../support/memory-breakers.ts'
import { memoryRunStore } from '../support/memory-run-store.ts'
import { assetEvent, cancelRequest, runRequest, sourceCancelRequest } from '../support/messages.ts'
import { recordingBus, recordingQueue } from '../support/recorders.ts'
import { endedRun, t0 } from '../support/runs.ts'
import { answered, refused, scriptedDataZone, serviceRun } from '../support/scripted-datazone.ts'
import { defaults } from '../support/starter-world.ts'

const record = (messageId: string, body: string) => ({
  messageId,
  receiptHandle: `handle-${messageId}`,
  body,
  attributes: {
    ApproximateReceiveCount: '1',
    SentTimestamp: String(t0),
    SenderId: 'test',
    ApproximateFirstReceiveTimestamp: String(t0),
  },
  messageAttributes: {},
  md5OfBody: '',
  eventSource: 'aws:sqs',
  eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:requests',
  awsRegion: 'us-east-1',
})

/** What the starter's log says of one message. */
const linesAbout = async (
  body: object,
  settings: Partial<StarterSettings> = {},
  store: RunStore = memoryRunStore(endedRun()),
) => {
  const lines: Record<string, unknown>[] = []
  const take = (message: string, fields: Record<string, unknown>) => {
    lines.push({ message, ...fields })
  }
  const clock = manualClock()
  const handler = requestHandler({
    settings: { ...defaults.starter, ...settings },
    ports: {
      store,
      bus: recordingBus(),
      queue: recordingQueue(),
      clock,
      datazone: scriptedDataZone({
        startRun: async () => answered(serviceRun()),
        getAsset: async () => refused('UNAVAILABLE'),
      }),
      breakers: memoryBreakers(),
      switches: { pauseOf: async () => undefined },
      pace: {
        reserve: async (count) => Array.from({ length: count }, () => ({ atMs: clock.now(), falls: 0 })),
        falls: async () => 0,
        slowDown: async () => {},
      },
    },
    telemetry: { info: take, warn: take, error: take, count: () => {} },
  })
  await handler(
    { Records: [record('message-1', JSON.stringify(body))] },
    { getRemainingTimeInMillis: () => 27_000 },
  )
  return lines
}

const sent = { ...runRequest({ requestId: 'another' }), asset: { id: 'asset-2' } }
const skipping = { policy: { rules: [], caps: [] } }

test.each<[string, object, Partial<StarterSettings>, Record<string, unknown>]>([
  ['skipped, for no rule', assetEvent(), skipping, { message: 'request skipped', reason: 'NO_RULE' }],
  ['skipped, in mode off', assetEvent(), { mode: 'off' }, { message: 'request skipped', reason: 'MODE_OFF' }],
  ['started', runRequest({ asset: { id: 'asset-1', revision: '9' } }), {}, { message: 'request started' }],
  ['a duplicate', runRequest(), {}, { message: 'request duplicate' }],
  ['back on the queue', { ...sent, asset: { id: 'asset-1' } }, {}, { message: 'request retry' }],
  ['a cancel that comes too late', cancelRequest(), {}, { message: 'request retry' }],
  [
    'a release of what is gone',
    { release: 1, domainId: 'dzd_orders', assetId: 'asset-1', record: 'RUN#9' },
    {},
    {},
  ],
])('P2: the log names the asset of a request that is %s', async (_, body, settings, line) => {
  const lines = await linesAbout(body, settings)
  expect(lines).not.toEqual([])
  for (const told of lines) {
    expect(told).toMatchObject({
      ...line,
      messageId: 'message-1',
      domainId: 'dzd_orders',
      assetId: 'asset-1',
    })
  }
})

test('P2: and the data source, of a request about one', async () => {
  const lines = await linesAbout(sourceCancelRequest())
  expect(lines).toMatchObject([
    { requestKey: 'cancel:stop-1', domainId: 'dzd_orders', dataSourceId: 'source-1' },
  ])
})

test('of a table that cannot answer the log says so; of another error no more than its name', async () => {
  const failing = (error: Error): RunStore => ({
    ...memoryRunStore(),
    runsOfAsset: async () => {
      throw error
    },
  })
  const line = { message: 'a request could not be handled', messageId: 'message-1' }
  const cause = Object.assign(new Error('of ana@example.com'), { name: 'ValidationException' })
  expect(await linesAbout(runRequest(), {}, failing(new PortUnavailable('table', cause)))).toEqual([
    { ...line, name: 'PortUnavailable', reason: 'table is unavailable: ValidationException' },
  ])
  expect(await linesAbout(runRequest(), {}, failing(new TypeError('hunter2')))).toEqual([
    { ...line, name: 'TypeError', reason: undefined },
  ])
})

test('P2: of a body that is none of ours the log says its event, and nothing of what was sent', async () => {
  const lines = await linesAbout({ ...runRequest(), password: 'hunter2' })
  expect(lines).toMatchObject([{ message: 'request rejected', messageId: 'message-1' }])
  expect(JSON.stringify(lines)).not.toMatch(/hunter2|password/)
})
