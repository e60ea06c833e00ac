import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { afterEach, describe, expect, test } from 'vitest'
import { eventBridgeBus } from '../../lib/adapters/eventbridge/event-bus.ts'
import { eventSource, startedEvent } from '../../lib/contracts/run-event.ts'
import { startEventBridge } from '../../local/eventbridge/server.ts'
import { simulatedBus } from '../simulation/ports/event-bus.ts'
import { inFlightRun } from '../support/runs.ts'
import { eventBusContract } from './event-bus.suite.ts'
import { driven } from './simulated.ts'

const busName = 'runs'

const openEventBridge = async () => {
  const server = await startEventBridge({
    buses: { Bus: busName },
    rules: [],
    origin: { account: '000000000000', region: 'us-east-1' },
    deliver: async () => {},
    log: () => {},
  })
  const client = new EventBridgeClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  })
  return {
    server,
    bus: eventBridgeBus(client, busName),
    close: async () => {
      client.destroy()
      await server.close()
    },
  }
}

eventBusContract('EventBridge', async () => {
  const { server, bus, close } = await openEventBridge()
  return {
    bus,
    seen: () =>
      server
        .archive(busName)
        .map(({ event }) => ({ detailType: event['detail-type'], detail: event.detail })),
    refuse: (detailType) =>
      server.setFault((entry) => (entry.DetailType === detailType ? 'ThrottlingException' : undefined)),
    unplug: () => server.close(),
    close,
  }
})

eventBusContract('the simulated bus', async () => {
  const { time, step, unplug } = driven()
  let refused: string | undefined
  const simulated = simulatedBus({ time, entryFails: ({ detailType }) => detailType === refused })
  return {
    bus: simulated.busFor(step),
    seen: () =>
      simulated.events().map(({ detailType, detail }) => ({ detailType, detail: JSON.parse(detail) })),
    refuse: (detailType) => {
      refused = detailType
    },
    unplug: async () => unplug(),
    close: async () => {},
  }
})

describe('the bus on EventBridge', () => {
  let opened: Awaited<ReturnType<typeof openEventBridge>> | undefined
  afterEach(() => opened?.close())

  test('sends what fails once more, by itself', async () => {
    opened = await openEventBridge()
    opened.server.failNext(2)
    const events = Array.from({ length: 3 }, () => startedEvent(inFlightRun()))
    expect(await opened.bus.put(events)).toEqual([true, true, true])
    expect(opened.server.archive(busName)).toHaveLength(3)
  })

  test('names itself as the source', async () => {
    opened = await openEventBridge()
    await opened.bus.put([startedEvent(inFlightRun())])
    expect(opened.server.archive(busName)[0]?.event).toMatchObject({ source: eventSource })
  })
})
