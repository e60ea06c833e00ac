import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { SQSClient } from '@aws-sdk/client-sqs'
import { clientSettings } from '../cli/connect.ts'
import {
  closeTail,
  maxTailMs,
  openTail,
  readTail,
  removeLeftovers,
  type TailClients,
} from '../cli/event-tail.ts'
import type { StackLocation, StackOptions } from '../cli/stack-location.ts'
import { jsonOf } from '../lib/contracts/event-body.ts'
import { eventSource } from '../lib/contracts/run-event.ts'
import type { BusEvents } from './server/bus-events.ts'

const waitSeconds = 10

/** Follows one bus through a rule and a queue, which it replaces when they reach the maximum age of a tail. */
const followBus = async (clients: TailClients, pattern: object): Promise<BusEvents> => {
  let openedAtMs = Date.now()
  let tail = await openTail(pattern, clients, openedAtMs)
  return {
    next: async (signal) => {
      if (Date.now() - openedAtMs > maxTailMs) {
        await closeTail(tail, clients)
        openedAtMs = Date.now()
        tail = await openTail(pattern, clients, openedAtMs)
      }
      const bodies = await readTail(tail, clients.sqs, waitSeconds, signal)
      return bodies.map((body) => ({ bus: clients.bus, event: jsonOf(body) }))
    },
    close: () => closeTail(tail, clients),
  }
}

/**
 * Follows the run bus and the events of DataZone on the default bus, each by a temporary rule and queue, as
 * `dzrun events tail` does. First removes the rules and queues that killed tails left behind.
 */
export const connectEvents = async (
  location: StackLocation,
  options: StackOptions,
): Promise<readonly BusEvents[]> => {
  const events = new EventBridgeClient(clientSettings(location, 'eventbridge', options))
  const sqs = new SQSClient(clientSettings(location, 'sqs', options))
  const onRunBus = { events, sqs, bus: location.eventBusName }
  const onDefaultBus = { events, sqs, bus: 'default' }
  for (const clients of [onRunBus, onDefaultBus]) await removeLeftovers(clients, Date.now())
  const runBus = await followBus(onRunBus, { source: [eventSource] })
  const serviceBus = await followBus(onDefaultBus, { source: ['aws.datazone'] }).catch(
    async (error: unknown) => {
      await runBus.close()
      throw error
    },
  )
  return [runBus, serviceBus]
}
