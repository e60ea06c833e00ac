import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { dynamoDbRunCounters } from '../lib/adapters/dynamodb/run-counts.ts'
import { dynamoDbRunStore } from '../lib/adapters/dynamodb/run-store.ts'
import { dynamoDbSweepLog } from '../lib/adapters/dynamodb/sweep-log.ts'
import type { RunStore } from '../lib/ports/run-store.ts'
import { incrementsFor } from '../lib/run/caps.ts'
import { countsOf } from '../lib/run/day-counts.ts'
import type { Run } from '../lib/run/run.ts'
import type { RunTable } from '../test/contract/run-table.ts'
import { claimedRun, endedRun, inFlightRun, subject, t0 } from '../test/support/runs.ts'

interface Answer {
  readonly ConsumedCapacity?:
    | { readonly CapacityUnits?: number }
    | readonly { readonly CapacityUnits?: number }[]
}

/** Makes every call report its units, and returns how many were used since the last look. */
export const meter = (client: DynamoDBClient) => {
  let units = 0
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } })
      const { ConsumedCapacity } = result.output as Answer
      for (const one of [ConsumedCapacity ?? []].flat()) units += one.CapacityUnits ?? 0
      return result
    },
    { step: 'initialize', name: 'meterUnits' },
  )
  return () => {
    const used = units
    units = 0
    return used
  }
}

export const names = {
  assetName: 'store_sales',
  projectName: 'Retail analytics',
  portalUrl:
    'https://dzd_4hcuvz5s9kx7ma.datazone.eu-west-1.on.aws/projects/b2yn6t0r9p1q3w/catalog/assets/c8r1d5m3k7x2ha',
}
const caps = [{ name: 'descriptions', type: 'BUSINESS_DESCRIPTIONS', perMonth: 10_000 }] as const

/** Writes a run's four writes through a store: claim, run id, ending, announced. */
const writeOneRun = async (store: RunStore, of: Partial<Run>, isCapped: boolean): Promise<void> => {
  const claim = claimedRun({ ...of, version: 0 } as object)
  const claiming = await store.claim(claim, { capCounts: isCapped ? incrementsFor(claim, caps, t0) : [] })
  if (claiming.outcome !== 'claimed') throw new Error(`the claim of a run failed: ${claiming.outcome}`)
  const flight = await store.save(inFlightRun({ ...of, version: claiming.run.version } as object))
  const ended = await store.save(endedRun({ ...of, version: flight?.version ?? 0 } as object))
  await store.save(endedRun({ ...of, version: ended?.version ?? 0, announcedAtMs: t0 } as object))
}

const sweepReport = {
  startedAtMs: t0,
  tookMs: 900,
  mode: 'run',
  caps,
  due: 9,
  announced: 1,
  released: 0,
  parked: { CAP_FULL: 9900 },
  nextAtMs: { CAP_FULL: t0 },
  unreadable: 0,
  outOfTime: false,
  problems: [],
} as const

/** The write units, indexes included, of a run's four writes, of a batch of endings in the day's counts, and of a sweep. */
export const measureWrites = async ({ newClient: another, name }: RunTable) => {
  const client = another()
  const used = meter(client)
  const store = dynamoDbRunStore(client, name)
  const counters = dynamoDbRunCounters(client, name)
  const unitsOf = async (write: () => Promise<unknown>): Promise<number> => {
    used()
    await write()
    return used()
  }
  const unitsOfRun = (assetId: string, fields: Partial<Run>, isCapped: boolean) => {
    const of = { ...fields, subject: { ...subject, assetId, types: ['BUSINESS_DESCRIPTIONS'] as const } }
    return unitsOf(() => writeOneRun(store, of, isCapped))
  }
  const addCounts = () => counters.add(countsOf([endedRun()]))
  // The first write of a day makes the item; the measured one updates it, as nearly all do.
  await addCounts()
  return {
    'write units of a run without names, caps and counts': await unitsOfRun('before', {}, false),
    'write units of a run with names': await unitsOfRun('named', names, false),
    'write units of a run with names and one cap': await unitsOfRun('after', names, true),
    'write units of one batch of endings in the counts': await unitsOf(addCounts),
    'write units of a sweep': await unitsOf(() => dynamoDbSweepLog(client, name).record(sweepReport)),
  }
}
