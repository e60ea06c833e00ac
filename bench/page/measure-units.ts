import { setTimeout as delay } from 'node:timers/promises'
import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { dynamoDbBreakers } from '../../lib/adapters/dynamodb/breakers.ts'
import { toItem } from '../../lib/adapters/dynamodb/run-item.ts'
import { dynamoDbRunList } from '../../lib/adapters/dynamodb/run-list.ts'
import { dynamoDbRunStore } from '../../lib/adapters/dynamodb/run-store.ts'
import type { Page } from '../../page/server/page-server.ts'
import { openRunTable } from '../../test/contract/run-table.ts'
import { openPageWorld } from '../../test/support/page-world.ts'
import { report } from './report.ts'
import { allRuns } from './runs.ts'

const minuteMs = 60_000
const batchSize = 100

type RunTable = Awaited<ReturnType<typeof openRunTable>>

const fill = async ({ client, name }: RunTable): Promise<void> => {
  const items = allRuns(Date.now()).map((run) => marshall(toItem(run), { removeUndefinedValues: true }))
  for (let from = 0; from < items.length; from += batchSize)
    await Promise.all(
      items
        .slice(from, from + batchSize)
        .map((Item) => client.send(new PutItemCommand({ TableName: name, Item }))),
    )
}

/** Follows the stream as a viewer does, and calls back with the units that the page itself counts. */
const view = async (page: Page, signal: AbortSignal, onUnits: (units: number) => void): Promise<void> => {
  const cookie = `dzrun_page_${page.port}=${new URL(page.url).searchParams.get('token')}`
  const { body } = await fetch(`${page.origin}/api/stream`, { headers: { cookie }, signal })
  for await (const chunk of body ?? []) {
    const found = /"unitsLastMinute":([\d.]+)/.exec(Buffer.from(chunk).toString())?.[1]
    if (found !== undefined) onUnits(Number(found))
  }
}

const stackOf = async (table: RunTable) => {
  const world = await openPageWorld({ isDeployed: true })
  const { client, name: tableName } = table
  const stack = {
    ...world.stack,
    client,
    tableName,
    store: dynamoDbRunStore(client, tableName),
    list: dynamoDbRunList(client, tableName),
    breakers: dynamoDbBreakers(client, tableName),
  }
  return { world, stack }
}

/** Read units in a minute at the pace of a deployed stack, with a table of 10,000 runs of which 100 are in flight. */
export const measureUnits = async (): Promise<void> => {
  const table = await openRunTable(process.env)
  await fill(table)
  const { world, stack } = await stackOf(table)
  const stopped = new AbortController()
  try {
    const page = await world.start({ stack, unitsPerMinute: 600 })
    let units = 0
    const watching: Promise<void>[] = []
    const join = () =>
      watching.push(
        view(page, stopped.signal, (counted) => {
          units = counted
        }).catch(() => {}),
      )
    for (const viewers of [1, 10]) {
      while (watching.length < viewers) join()
      // The first minute pays back the first read of the table.
      await delay(2 * minuteMs)
      report(`read units in a minute, ${viewers} ${viewers === 1 ? 'viewer' : 'viewers'}`, String(units))
    }
    stopped.abort()
    await Promise.all(watching)
  } finally {
    await world.close()
    await table.close()
  }
}
