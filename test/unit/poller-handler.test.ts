import { expect, test } from 'vitest'
import type { pollerHandler } from '../../functions/poller-handler.ts'
import type { Telemetry } from '../../functions/telemetry.ts'
import type { LastSweep } from '../../lib/ports/sweep-log.ts'
import type { ParkReason } from '../../lib/run/run.ts'
import { sweepOnce } from '../support/measured-handlers.ts'
import { memoryRunStore, storeDown } from '../support/memory-run-store.ts'
import { inFlightRun, minute, parkedRun, subject, t0 } from '../support/runs.ts'
import { answered, refused, scriptedDataZone, serviceRun } from '../support/scripted-datazone.ts'

type Parts = Parameters<typeof pollerHandler>[0]

/** Returns a poller that keeps its log lines and metrics. */
const poller = (ports: Partial<Parts['ports']>, parts: Partial<Parts> = {}) => {
  const lines: string[] = []
  const counts: Record<string, number> = {}
  const take = (message: string, fields: Record<string, unknown>) => {
    lines.push(JSON.stringify({ message, ...fields }))
  }
  const telemetry: Telemetry = {
    info: take,
    warn: take,
    error: take,
    count: (metric, value) => {
      counts[metric] = value
    },
  }
  const sweep = () => sweepOnce(ports, telemetry, parts)
  return { sweep, lines, counts }
}

test('P8: counts every unreadable record and names only the first few', async () => {
  const store = memoryRunStore()
  for (let n = 0; n < 5000; n += 1) {
    const key = { partition: `ASSET#dzd_orders#asset-${n}`, record: 'RUN#1#BUSINESS_NAMES#0001' }
    store.unreadable.push({ key, isNewer: true, problem: 'is newer' })
  }
  const { sweep, lines, counts } = poller({ store })
  await sweep()
  expect(counts['sweep-unreadable']).toBe(5000)
  expect(lines).toHaveLength(1)
  expect(lines[0]).toContain('ASSET#dzd_orders#asset-0 RUN#1#BUSINESS_NAMES#0001: is newer')
  expect(lines[0]?.length).toBeLessThan(5000)
})

test('counts the requests that wait only for a slot or for DataZone', async () => {
  const waiting = (reason: ParkReason, attempt: number) =>
    parkedRun({ reason, attempt, retryAtMs: t0 + minute })
  const store = memoryRunStore(waiting('PACED', 1), waiting('UNAVAILABLE', 2), waiting('DENIED', 3))
  const { sweep, counts } = poller({ store })
  await sweep()
  expect(counts).toMatchObject({ 'waiting-for-start': 2, 'parked-denied': 1 })
})

test('P6: reports once per sweep, in the log and in a metric, that List was refused', async () => {
  const runs = Array.from({ length: 6 }, (_, n) =>
    inFlightRun({
      subject: { ...subject, assetId: `asset-${n}` },
      runId: `run-${n}`,
      startedAtMs: t0 - minute,
    }),
  )
  const { sweep, lines, counts } = poller({
    store: memoryRunStore(...runs),
    datazone: scriptedDataZone({
      listRuns: async () => refused('DENIED'),
      getRun: async (_domainId, runId) => answered(serviceRun({ runId, nativeStatus: 'IN_PROGRESS' })),
    }),
  })
  await sweep()
  expect(lines).toHaveLength(1)
  expect(lines[0]?.match(/List was refused/g)).toHaveLength(1)
  expect(lines[0]).toContain('List was refused: read 6 runs with Get instead')
  expect(counts['sweep-read-without-list']).toBe(6)
})

test('records the caps in force and the settings of the deployment, for dzrun quota and dzrun backfill plan', async () => {
  const caps = [{ name: 'all', perMonth: 300 }]
  const sweeps: LastSweep[] = []
  const { sweep } = poller(
    {},
    {
      log: { record: async (last) => void sweeps.push(last) },
      policies: { current: async () => ({ version: 2, policy: { rules: [], triggers: [], caps } }) },
      deployed: { defaultTypes: ['BUSINESS_NAMES'], startRatePerSecond: 5 },
    },
  )
  await sweep()
  expect(sweeps).toMatchObject([
    { caps, mode: 'run', due: 0, defaultTypes: ['BUSINESS_NAMES'], startRatePerSecond: 5 },
  ])
})

test('finishes a sweep that cannot be recorded, because the table does not answer', async () => {
  const sweeps: LastSweep[] = []
  const { sweep } = poller(
    {},
    {
      log: { record: async (last) => void sweeps.push(last) },
      policies: { current: () => Promise.reject(storeDown()) },
    },
  )
  expect(await sweep()).toMatchObject({ due: 0 })
  expect(sweeps).toEqual([])
})

const quota = (used: readonly number[]) => ({
  policies: {
    current: async () => ({
      version: 2,
      policy: {
        rules: [],
        triggers: [],
        caps: [
          { name: 'all', perMonth: 300, perDay: 1 },
          { name: 'names', perMonth: 1000 },
          { name: 'daily', perDay: 1 },
        ],
      },
    }),
  },
  capUsage: { used: async () => used },
})

test('measures the fullest monthly cap, and no daily cap', async () => {
  const { sweep, counts } = poller({}, quota([150, 900]))
  await sweep()
  expect(counts['quota-used-percent']).toBe(90)
})

test('sends no quota metric while the counters cannot be read', async () => {
  const { sweep, counts } = poller(
    {},
    { ...quota([]), capUsage: { used: () => Promise.reject(storeDown()) } },
  )
  expect(await sweep()).toMatchObject({ due: 0 })
  expect(counts).not.toHaveProperty('quota-used-percent')
})
