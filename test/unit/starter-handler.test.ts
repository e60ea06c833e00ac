import { describe, expect, test } from 'vitest'
import { starterHandler } from '../../functions/starter-handler.ts'
import { PortUnavailable } from '../../lib/errors.ts'
import type { Breakers } from '../../lib/ports/breakers.ts'
import type { RequestQueue } from '../../lib/ports/request-queue.ts'
import type { RunStore } from '../../lib/ports/run-store.ts'
import type { StarterSettings } from '../../lib/usecases/start/start-context.ts'
import { fixedPolicy } from '../support/fixed-policy.ts'
import { manualClock } from '../support/manual-clock.ts'
import { memoryBreakers } from '../support/memory-breakers.ts'
import { memoryRunStore, storeDown } from '../support/memory-run-store.ts'
import { memorySkipLog } from '../support/memory-skip-log.ts'
import { assetEvent, cancelRequest, runRequest, sourceCancelRequest } from '../support/messages.ts'
import { recordingBus, recordingQueue } from '../support/recorders.ts'
import { endedRun, t0 } from '../support/runs.ts'
import { answered, refused, scriptedDataZone, serviceRun } from '../support/scripted-datazone.ts'
import { sqsRecord } from '../support/sqs-record.ts'
import { defaults } from '../support/starter-world.ts'
import { unlimitedPace } from '../support/unlimited-pace.ts'

/** Returns the handler with in-memory ports, its log lines and its counts. */
const starter = (
  settings: Partial<StarterSettings> = {},
  store: RunStore = memoryRunStore(endedRun()),
  queue: RequestQueue = recordingQueue(),
  breakers: Breakers = memoryBreakers(),
) => {
  const counts = new Map<string, number>()
  const lines: Record<string, unknown>[] = []
  const take = (message: string, fields: Record<string, unknown>) => {
    lines.push({ message, ...fields })
  }
  const clock = manualClock()
  const handle = starterHandler({
    settings: { ...defaults.starter, ...settings },
    ports: {
      store,
      bus: recordingBus(),
      queue,
      clock,
      datazone: scriptedDataZone({
        startRun: async () => answered(serviceRun()),
        getAsset: async () => refused('UNAVAILABLE'),
      }),
      breakers,
      switches: { pauseOf: async () => undefined },
      skips: memorySkipLog(),
      pace: unlimitedPace(clock.now),
    },
    policies: fixedPolicy(settings.policy ?? defaults.starter.policy),
    telemetry: {
      info: take,
      warn: take,
      error: take,
      count: (name, value) => void counts.set(name, (counts.get(name) ?? 0) + value),
    },
  })
  const receiveAll = (bodies: readonly object[], receives = 1) =>
    handle(
      {
        Records: bodies.map((body, index) =>
          sqsRecord(`message-${index + 1}`, JSON.stringify(body), receives, t0),
        ),
      },
      { getRemainingTimeInMillis: () => 27_000 },
    )
  const receive = (body: object, receives = 1) => receiveAll([body], receives)
  return { lines, counts, clock, receive, receiveAll }
}

/** Returns the log lines of one message. */
const linesAbout = async (body: object, ...world: Parameters<typeof starter>) => {
  const { lines, receive } = starter(...world)
  await receive(body)
  return lines
}

const sent = { ...runRequest({ requestId: 'another' }), asset: { id: 'asset-2' } }
const skipping = { policy: { rules: [], triggers: ['PUBLISHED' as const], caps: [] } }

test.each<[string, object, Partial<StarterSettings>, Record<string, unknown>]>([
  ['skipped because no rule matches', assetEvent(), skipping, { outcome: 'skipped', reason: 'NO_RULE' }],
  ['skipped in mode off', assetEvent(), { mode: 'off' }, { outcome: 'skipped', reason: 'MODE_OFF' }],
  ['started', runRequest({ asset: { id: 'asset-1', revision: '9' } }), {}, { outcome: 'started' }],
  ['a duplicate', runRequest(), {}, { outcome: 'duplicate' }],
  ['returned to the queue', { ...sent, asset: { id: 'asset-1' } }, {}, { outcome: 'retry' }],
  ['a cancel that came too late', cancelRequest(), {}, { outcome: 'retry' }],
  [
    'a release of a deleted record',
    { release: 1, domainId: 'dzd_orders', assetId: 'asset-1', record: 'RUN#9' },
    {},
    {},
  ],
])('P2: logs the asset of a request that is %s', async (_, body, settings, line) => {
  const lines = await linesAbout(body, settings)
  expect(lines).not.toEqual([])
  for (const logged of lines) {
    expect(logged).toMatchObject({
      ...line,
      messageId: 'message-1',
      domainId: 'dzd_orders',
      assetId: 'asset-1',
    })
  }
})

test('P2: logs the data source of a request about one', async () => {
  const lines = await linesAbout(sourceCancelRequest())
  expect(lines).toMatchObject([
    { requestKey: 'cancel:stop-1', domainId: 'dzd_orders', dataSourceId: 'source-1' },
  ])
})

test('logs why a port is unavailable, and only the name of any other error', async () => {
  const failing = (error: Error): RunStore => ({
    ...memoryRunStore(),
    runsOf: async () => {
      throw error
    },
  })
  const line = { message: 'Request failed', messageId: 'message-1' }
  const cause = Object.assign(new Error('of ana@example.com'), { name: 'ValidationException' })
  expect(await linesAbout(runRequest(), {}, failing(new PortUnavailable('table', cause)))).toEqual([
    { ...line, name: 'PortUnavailable', reason: 'table is unavailable: ValidationException' },
  ])
  expect(await linesAbout(runRequest(), {}, failing(new TypeError('hunter2')))).toEqual([
    { ...line, name: 'TypeError', reason: undefined },
  ])
})

test('P2: logs the event id of a rejected body and nothing that the sender wrote', async () => {
  const lines = await linesAbout({ ...runRequest(), password: 'hunter2' })
  expect(lines).toMatchObject([{ message: 'Request handled', outcome: 'rejected', messageId: 'message-1' }])
  expect(JSON.stringify(lines)).not.toMatch(/hunter2|password/)
})

const minute = 60_000

describe('P2: a message received while the table is down', () => {
  /** Delivers the message as the queue does, at most 200 times. Returns the number of receives, or 'dead letter'. */
  const deliver = async (outageMs: number, queueIsDown = false) => {
    const store = memoryRunStore()
    let hiddenMs = 0
    const { clock, receive } = starter(
      {},
      {
        ...store,
        runsOf: async (asset) => {
          if (clock.now() < t0 + outageMs) throw storeDown()
          return store.runsOf(asset)
        },
      },
      {
        ...recordingQueue(),
        postpone: async (handle, seconds) => {
          expect(handle).toBe('handle-message-1')
          if (queueIsDown) throw new PortUnavailable('queue', new Error('down for a test'))
          hiddenMs = seconds * 1000
        },
      },
    )
    const body = runRequest({ asset: { id: 'asset-1', revision: '9' } })
    for (let receives = 1; receives <= 200; receives += 1) {
      hiddenMs = 3 * minute
      const { batchItemFailures } = await receive(body, receives)
      if (batchItemFailures.length === 0)
        return { receives, atMs: clock.now() - t0, runs: store.all().length }
      clock.advance(hiddenMs)
    }
    return 'dead letter'
  }

  test('survives an outage of four hours', async () => {
    expect(await deliver(240 * minute)).toMatchObject({ runs: 1 })
  })

  test.each([
    ['of 8 seconds', 8000],
    ['of 10 minutes', 10 * minute],
    ['of 40 minutes', 40 * minute],
  ])('P13: is handled within a minute of the end of an outage %s', async (_, outageMs) => {
    const handled = await deliver(outageMs)
    if (handled === 'dead letter') throw new Error('expected the message to be handled')
    expect(handled.atMs).toBeLessThan(outageMs + minute)
  })

  test('comes back after its visibility timeout while the queue is down too', async () => {
    expect(await deliver(5 * minute, true)).toMatchObject({ receives: 3, atMs: 6 * minute })
  })

  test('becomes a dead letter after an outage of a day', async () => {
    expect(await deliver(24 * 60 * minute)).toBe('dead letter')
  })
})

test('hides a message that fails with a defect a little longer each time', async () => {
  const queue = recordingQueue()
  const postponed: number[] = []
  queue.postpone = async (_, seconds) => void postponed.push(seconds)
  const failing = {
    ...memoryRunStore(),
    runsOf: async () => {
      throw new TypeError('a defect')
    },
  }
  const { receive } = starter({}, failing, queue)
  for (const receives of [1, 2, 199])
    expect((await receive(runRequest(), receives)).batchItemFailures).toHaveLength(1)
  expect(postponed).toEqual([5, 10, 30])
})

describe('P13: while the table is known to be down', () => {
  const openStarter = () => {
    let isDown = true
    let reads = 0
    const store = memoryRunStore()
    const queue = recordingQueue()
    const postponed: [string, number][] = []
    queue.postpone = async (handle, seconds) => void postponed.push([handle, seconds])
    const breakers = memoryBreakers()
    const open = starter(
      {},
      {
        ...store,
        runsOf: async (asset) => {
          reads += 1
          if (isDown) throw storeDown()
          return store.runsOf(asset)
        },
      },
      queue,
      {
        ...breakers,
        openBreakers: async () => {
          if (isDown) throw storeDown()
          return breakers.openBreakers()
        },
      },
    )
    const three = ['1', '2', '3'].map((id) => runRequest({ requestId: id, asset: { id, revision: '1' } }))
    return {
      ...open,
      store,
      postponed,
      three,
      reads: () => reads,
      recovers: () => {
        isDown = false
      },
    }
  }

  test('returns a batch untried after one read that fails, and counts it', async () => {
    const { receiveAll, three, reads, postponed, counts, lines } = openStarter()
    await receiveAll(three)
    expect(reads()).toBe(3)
    expect((await receiveAll(three, 2)).batchItemFailures).toHaveLength(3)
    expect(reads()).toBe(3)
    expect(postponed.slice(3)).toEqual([
      ['handle-message-1', 10],
      ['handle-message-2', 10],
      ['handle-message-3', 10],
    ])
    expect(counts.get('request-untried')).toBe(3)
    expect(lines.at(-1)).toEqual({
      message: 'Table does not answer: requests returned untried',
      requests: 3,
    })
  })

  test('handles the whole batch once the read is answered', async () => {
    const { receiveAll, three, store, recovers } = openStarter()
    await receiveAll(three)
    await receiveAll(three, 2)
    recovers()
    expect((await receiveAll(three, 3)).batchItemFailures).toEqual([])
    expect(store.all()).toHaveLength(3)
  })

  test('tries the whole batch again 90 seconds after the last failure', async () => {
    const { receiveAll, three, reads, clock } = openStarter()
    await receiveAll(three)
    clock.advance(89_999)
    await receiveAll(three, 2)
    expect(reads()).toBe(3)
    clock.advance(90_000)
    await receiveAll(three, 3)
    expect(reads()).toBe(6)
  })
})
