import { BatchWriteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { dynamoDbBreakers } from '../lib/adapters/dynamodb/breakers.ts'
import { dynamoDbRunCounters, dynamoDbRunCounts } from '../lib/adapters/dynamodb/run-counts.ts'
import { toItem } from '../lib/adapters/dynamodb/run-item.ts'
import { dynamoDbRunList } from '../lib/adapters/dynamodb/run-list.ts'
import { dynamoDbRunStore } from '../lib/adapters/dynamodb/run-store.ts'
import { dynamoDbSkipHistory } from '../lib/adapters/dynamodb/skip-log.ts'
import { dynamoDbSweepHistory, dynamoDbSweepLog } from '../lib/adapters/dynamodb/sweep-log.ts'
import { dynamoDbPauseList, dynamoDbSwitches } from '../lib/adapters/dynamodb/switches.ts'
import { incrementsFor } from '../lib/run/caps.ts'
import { countsOf } from '../lib/run/day-counts.ts'
import type { Run } from '../lib/run/run.ts'
import { explainTarget } from '../lib/usecases/inspect/explain-target.ts'
import { failures, listRuns } from '../lib/usecases/inspect/list-runs.ts'
import { overviewOf } from '../lib/usecases/inspect/overview.ts'
import { command, wholeNumber } from '../local/flags.ts'
import { runCommand } from '../local/run-as-command.ts'
import { openRunTable } from '../test/contract/run-table.ts'
import { claimedRun, endedRun, inFlightRun, parkedRun, subject, t0 } from '../test/support/runs.ts'

/**
 * Counts capacity units as the embedded engine reports them: written by one run, and read by `status`, `list`, `explain`
 * and `coverage` when the table holds many records.
 */
const definition = command(
  'bench:units',
  'Counts the write units of one run, and the read units of the commands of dzrun.',
  {
    records: wholeNumber({
      describe: 'how many records the table holds',
      from: 1,
      to: 10_000_000,
      default: '100000',
    }),
  },
)

interface Answer {
  readonly ConsumedCapacity?:
    | { readonly CapacityUnits?: number }
    | readonly { readonly CapacityUnits?: number }[]
}

/** Makes every call report its units, and returns how many were used since the last look. */
const meter = (client: DynamoDBClient) => {
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

const names = {
  assetName: 'store_sales',
  projectName: 'Retail analytics',
  portalUrl:
    'https://dzd_4hcuvz5s9kx7ma.datazone.eu-west-1.on.aws/projects/b2yn6t0r9p1q3w/catalog/assets/c8r1d5m3k7x2ha',
}
const caps = [{ name: 'descriptions', type: 'BUSINESS_DESCRIPTIONS', perMonth: 10_000 }] as const

/** Of 1,000 records: 1 in flight, 99 parked, 50 failed; the rest have succeeded. */
const recordOf = (index: number): Run => {
  const history = [{ atMs: t0 - index * 1000, what: 'made for a measurement' }]
  const about = { subject: { ...subject, assetId: `asset-${index}` }, ...names, history }
  const place = index % 1000
  if (place === 0) return inFlightRun({ ...about, runId: `run-${index}` })
  if (place < 100) return parkedRun({ ...about, reason: 'CAP_FULL', retryAtMs: t0 + 86_400_000 })
  return endedRun({
    ...about,
    runId: `run-${index}`,
    announcedAtMs: t0,
    ending: place < 150 ? 'FAILED' : 'SUCCEEDED',
  })
}

const print = (what: string, units: number) =>
  console.log(`${what.padEnd(64)}${units.toFixed(1).padStart(10)}`)

const measure = async (records: number) => {
  const table = await openRunTable({})
  const { client, name } = table
  const used = meter(client)
  const store = dynamoDbRunStore(client, name)
  try {
    const oneRun = async (about: Partial<Run> & { readonly assetId: string }, isCounted: boolean) => {
      const { assetId, ...fields } = about
      const of = { ...fields, subject: { ...subject, assetId, types: ['BUSINESS_DESCRIPTIONS'] as const } }
      const claim = claimedRun({ ...of, version: 0 } as object)
      const capCounts = isCounted ? incrementsFor(claim, caps, t0) : []
      const claiming = await store.claim(claim, { capCounts })
      if (claiming.outcome !== 'claimed') throw new Error(claiming.outcome)
      const { version } = claiming.run
      const flight = await store.save(inFlightRun({ ...of, version } as object))
      const ended = await store.save(endedRun({ ...of, version: flight?.version ?? 0 } as object))
      await store.save(endedRun({ ...of, version: ended?.version ?? 0, announcedAtMs: t0 } as object))
      return used()
    }
    print('write units of a run without names, caps and counts', await oneRun({ assetId: 'before' }, false))
    print('write units of a run with names', await oneRun({ assetId: 'named', ...names }, false))
    print('write units of a run with names and one cap', await oneRun({ assetId: 'after', ...names }, true))
    const counters = dynamoDbRunCounters(client, name)
    await counters.add(countsOf([endedRun()]))
    used()
    await counters.add(countsOf([endedRun()]))
    print('write units of one batch of endings in the counts', used())
    const sweep = {
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
    await dynamoDbSweepLog(client, name).record(sweep)
    print('write units of a sweep', used())

    for (let from = 0; from < records; from += 25) {
      const batch = Array.from({ length: Math.min(25, records - from) }, (_, index) => recordOf(from + index))
      const Items = batch.map((run) => ({
        PutRequest: { Item: marshall(toItem(run), { removeUndefinedValues: true }) },
      }))
      await client.send(new BatchWriteItemCommand({ RequestItems: { [name]: Items } }))
    }
    used()
    console.log(`\n${records} records: 10% parked, 5% failed, 0.1% in flight`)
    const ports = {
      store,
      breakers: dynamoDbBreakers(client, name),
      switches: dynamoDbSwitches(client, name, Date.now),
      skips: dynamoDbSkipHistory(client, name),
      counts: dynamoDbRunCounts(client, name),
      sweeps: dynamoDbSweepHistory(client, name),
      pauses: dynamoDbPauseList(client, name),
    }
    await overviewOf(ports, t0)
    print('read units of dzrun status', used())
    await overviewOf(ports, t0, { isExact: true })
    print('read units of dzrun status --exact', used())
    const list = dynamoDbRunList(client, name)
    await listRuns(list, [subject.domainId], {}, { limit: 50 })
    print('read units of dzrun list', used())
    await listRuns(list, [subject.domainId], { statuses: failures }, { limit: 50 })
    print('read units of dzrun list --ending any-failure', used())
    await explainTarget({ domainId: subject.domainId, assetId: 'asset-1' }, ports)
    print('read units of dzrun explain', used())
    for (let index = 0; index < 100; index += 1)
      await store.runsOf({ domainId: subject.domainId, assetId: `asset-${index}` })
    print('read units of dzrun coverage, for each 100 published assets', used())
  } finally {
    await table.close()
  }
}

await runCommand(definition, async ({ records }) => {
  await measure(records)
  return 0
})
