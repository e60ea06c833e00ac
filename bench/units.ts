import { BatchWriteItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { dynamoDbBreakers } from '../lib/adapters/dynamodb/breakers.ts'
import { dynamoDbRunCounts } from '../lib/adapters/dynamodb/run-counts.ts'
import { toItem } from '../lib/adapters/dynamodb/run-item.ts'
import { dynamoDbRunList } from '../lib/adapters/dynamodb/run-list.ts'
import { dynamoDbRunStore } from '../lib/adapters/dynamodb/run-store.ts'
import { dynamoDbSkipHistory } from '../lib/adapters/dynamodb/skip-log.ts'
import { dynamoDbSweepHistory } from '../lib/adapters/dynamodb/sweep-log.ts'
import { dynamoDbPauseList, dynamoDbSwitches } from '../lib/adapters/dynamodb/switches.ts'
import type { Run } from '../lib/run/run.ts'
import { explainTarget } from '../lib/usecases/inspect/explain-target.ts'
import { failures, listRuns } from '../lib/usecases/inspect/list-runs.ts'
import { overviewOf } from '../lib/usecases/inspect/overview.ts'
import { command, wholeNumber } from '../local/flags.ts'
import { runCommand } from '../local/run-as-command.ts'
import { openRunTable, type RunTable } from '../test/contract/run-table.ts'
import { endedRun, inFlightRun, parkedRun, subject, t0 } from '../test/support/runs.ts'
import { measureWrites, meter, names } from './write-units.ts'

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

const fillTable = async ({ client, name }: RunTable, records: number): Promise<void> => {
  for (let from = 0; from < records; from += 25) {
    const batch = Array.from({ length: Math.min(25, records - from) }, (_, index) => recordOf(from + index))
    const Items = batch.map((run) => ({
      PutRequest: { Item: marshall(toItem(run), { removeUndefinedValues: true }) },
    }))
    await client.send(new BatchWriteItemCommand({ RequestItems: { [name]: Items } }))
  }
}

/** What each command reads, by its name. */
const readsOf = ({ client, name }: RunTable): Readonly<Record<string, () => Promise<unknown>>> => {
  const { domainId } = subject
  const store = dynamoDbRunStore(client, name)
  const list = dynamoDbRunList(client, name)
  const ports = {
    store,
    breakers: dynamoDbBreakers(client, name),
    switches: dynamoDbSwitches(client, name, Date.now),
    skips: dynamoDbSkipHistory(client, name),
    counts: dynamoDbRunCounts(client, name),
    sweeps: dynamoDbSweepHistory(client, name),
    pauses: dynamoDbPauseList(client, name),
  }
  return {
    status: () => overviewOf(ports, t0),
    'status --exact': () => overviewOf(ports, t0, { isExact: true }),
    list: () => listRuns(list, [domainId], {}, { limit: 50 }),
    'list --ending any-failure': () => listRuns(list, [domainId], { statuses: failures }, { limit: 50 }),
    explain: () => explainTarget({ domainId, assetId: 'asset-1' }, ports),
    'coverage, for each 100 published assets': async () => {
      for (let index = 0; index < 100; index += 1) await store.runsOf({ domainId, assetId: `asset-${index}` })
    },
  }
}

await runCommand(definition, async ({ records }) => {
  const table = await openRunTable({})
  try {
    for (const [what, units] of Object.entries(await measureWrites(table))) print(what, units)
    await fillTable(table, records)
    const used = meter(table.client)
    console.log(`\n${records} records: 10% parked, 5% failed, 0.1% in flight`)
    for (const [what, read] of Object.entries(readsOf(table))) {
      await read()
      print(`read units of dzrun ${what}`, used())
    }
  } finally {
    await table.close()
  }
  return 0
})
