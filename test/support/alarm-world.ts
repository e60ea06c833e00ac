import { type AttributeValue, DynamoDBClient, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { DeleteQueueCommand, QueueDoesNotExist, SQSClient } from '@aws-sdk/client-sqs'
import { dynamoDbPolicyHistory } from '../../lib/adapters/dynamodb/policies.ts'
import { closers } from '../../local/closers.ts'
import { packagedTemplate } from '../../local/package.ts'
import type { TapPoint, TapRule } from '../../local/servers/tap-rules.ts'
import { alarmWatch } from './alarm-watch.ts'
import { failedEvent } from './ending-events.ts'
import { startFakeSts } from './fake-sts.ts'
import { fastSettings, type LocalSystem, openSystem } from './local-system.ts'
import { domainId } from './requests.ts'

/** Returns the project of an asset. Each asset has its own, so that an open breaker delays one asset only. */
export const projectOf = (assetId: string): string => `project-${assetId}`

const parameters = { Mode: 'run', NotificationEmail: 'data-team@example.com' }

/** Reads and writes the table directly, not through the functions. */
const tableOf = (client: DynamoDBClient, TableName: string) => ({
  policies: dynamoDbPolicyHistory(client, TableName),
  put: (Item: Record<string, AttributeValue>) => client.send(new PutItemCommand({ TableName, Item })),
  /** Returns the item of an asset's only record. */
  recordItem: async (assetId: string): Promise<Record<string, AttributeValue>> => {
    const { Items: [item] = [] } = await client.send(
      new QueryCommand({
        TableName,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :run)',
        ExpressionAttributeValues: { ':pk': { S: `ASSET#${domainId}#${assetId}` }, ':run': { S: 'RUN#' } },
      }),
    )
    if (item === undefined) throw new Error(`${assetId} has no record`)
    return item
  },
})

/** Deletes a queue, if it exists. */
const deleteQueue = async (sqs: SQSClient, QueueUrl: string | undefined): Promise<void> => {
  try {
    await sqs.send(new DeleteQueueCommand({ QueueUrl }))
  } catch (error) {
    if (!(error instanceof QueueDoesNotExist)) throw error
  }
}

/** Puts the event of a failed run on the run bus. */
const putFailedEvent = (client: EventBridgeClient, EventBusName: string | undefined) => {
  const named = { EventBusName, Source: 'datazone-run-orchestrator' }
  const Detail = JSON.stringify(failedEvent(1))
  return client.send(
    new PutEventsCommand({ Entries: [{ ...named, DetailType: 'Metadata Generation Run Failed', Detail }] }),
  )
}

/** Returns what a provocation can change, and `recover`, which undoes it. */
const disturbances = ({ stack, control }: LocalSystem, settings: Record<string, string>) => {
  const taps = new Set<TapPoint>()
  let isChanged = false
  /** Replaces the execution environments by new ones with other settings, as a deployment does. */
  const redeploy = async (changes: Readonly<Record<string, string>> = {}): Promise<void> => {
    for (const name of Object.keys(settings)) delete settings[name]
    Object.assign(settings, fastSettings, changes)
    isChanged = Object.keys(changes).length > 0
    await stack.killWorkers()
  }
  return {
    redeploy,
    tap: (rule: TapRule): TapPoint => {
      const point = stack.tap(rule)
      taps.add(point)
      return point
    },
    recover: async (): Promise<void> => {
      control.setFaults([])
      stack.setEventFault(undefined)
      for (const point of taps) point.remove()
      taps.clear()
      if (isChanged) await redeploy()
    },
  }
}

/** Starts the stack, the simulator and an STS that denies AssumeRole, and returns what provokes and watches alarms. */
export const openAlarmWorld = async (assetIds: readonly string[]) => {
  const opened = closers()
  const watch = alarmWatch((await packagedTemplate()).template, parameters)
  const settings = { ...fastSettings }
  const system = await openSystem({
    assets: assetIds.map((id) => ({ id, projectId: projectOf(id) })),
    taps: true,
    batch: { size: 1, windowSeconds: 0 },
    settings,
    parameters,
    onMetric: watch.onMetric,
    datazone: { medianMs: 100, failureShare: 0 },
  })
  opened.add(system.close)
  const { stack } = system
  const sts = await startFakeSts(() => ({ error: 'AccessDenied', status: 403 }))
  opened.add(sts.close)
  const table = new DynamoDBClient(stack.connect('dynamodb'))
  const sqs = new SQSClient(stack.connect('sqs'))
  const events = new EventBridgeClient(stack.connect('eventbridge'))
  for (const client of [table, sqs, events]) opened.add(async () => client.destroy())
  return {
    ...system,
    ...disturbances(system, settings),
    watch,
    stsEndpoint: sts.endpoint,
    table: tableOf(table, stack.tableName),
    deleteQueue: (queueId: string) => deleteQueue(sqs, stack.queueUrls[queueId]),
    putFailedEvent: () => putFailedEvent(events, stack.busNames['RunEventBus']),
    close: opened.close,
  }
}
export type AlarmWorld = Awaited<ReturnType<typeof openAlarmWorld>>
