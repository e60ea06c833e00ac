import {
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge'
import type { Delivery } from '../../local/eventbridge/event-router.ts'
import { startEventBridge } from '../../local/eventbridge/server.ts'

export const arn = (resource: string) => `arn:aws:events:eu-west-1:000000000000:${resource}`
export const EventPattern = JSON.stringify({ source: ['runs'], 'detail-type': ['Ended'] })
export const EventBusName = 'runs'
export const inbox = 'arn:aws:sqs:eu-west-1:000000000000:inbox'
export const origin = { account: '000000000000', region: 'eu-west-1' }

export const clientOf = (endpoint: string) =>
  new EventBridgeClient({
    endpoint,
    region: origin.region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  })

/** Starts the local EventBridge with a bus named runs and a client, and records what its rules deliver. */
export const openLocalBus = async () => {
  const delivered: Delivery[] = []
  const server = await startEventBridge({
    buses: { RunEventBus: EventBusName },
    rules: [],
    origin,
    deliver: async (delivery) => void delivered.push(delivery),
    log: () => {},
  })
  const client = clientOf(server.endpoint)
  return {
    server,
    client,
    delivered,
    /** Returns the parsed body of each delivery. */
    bodies: (): readonly unknown[] => delivered.map(({ body }) => JSON.parse(body)),
    put: (detail: object, DetailType = 'Ended') =>
      client.send(
        new PutEventsCommand({
          Entries: [{ Source: 'runs', DetailType, Detail: JSON.stringify(detail), EventBusName }],
        }),
      ),
    putRule: (Name = 'ended') => client.send(new PutRuleCommand({ Name, EventBusName, EventPattern })),
    /** Gives the rule `ended` targets that receive the detail of an event. */
    putTargets: (...Ids: readonly string[]) =>
      client.send(
        new PutTargetsCommand({
          Rule: 'ended',
          EventBusName,
          Targets: Ids.map((Id) => ({ Id, Arn: inbox, InputPath: '$.detail' })),
        }),
      ),
    close: async () => {
      client.destroy()
      await server.close()
    },
  }
}

export type LocalBus = Awaited<ReturnType<typeof openLocalBus>>
