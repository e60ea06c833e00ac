import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { afterEach, describe, expect, test } from 'vitest'
import { eventBridgeBus } from '../../lib/adapters/eventbridge/event-bus.ts'
import { eventSource, startedEvent } from '../../lib/contracts/run-event.ts'
import type { ReportRefusedEvents } from '../../lib/ports/event-bus.ts'
import { startEventBridge } from '../../local/eventbridge/server.ts'
import { listen } from '../../local/servers/http.ts'
import { simulatedBus } from '../simulation/ports/event-bus.ts'
import { inFlightRun } from '../support/runs.ts'
import { eventBusContract } from './event-bus.suite.ts'
import { driven } from './simulated.ts'

const busName = 'runs'

const openEventBridge = async (report: ReportRefusedEvents = () => {}) => {
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
    bus: eventBridgeBus(client, busName, { report }),
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

describe('eventBridgeBus', () => {
  let opened: Awaited<ReturnType<typeof openEventBridge>> | undefined
  afterEach(() => opened?.close())

  test('retries a failed call once', async () => {
    opened = await openEventBridge()
    opened.server.failNext(2)
    const events = Array.from({ length: 3 }, () => startedEvent(inFlightRun()))
    expect(await opened.bus.put(events)).toEqual([true, true, true])
    expect(opened.server.archive(busName)).toHaveLength(3)
  })

  test('sets its own source', async () => {
    opened = await openEventBridge()
    await opened.bus.put([startedEvent(inFlightRun())])
    expect(opened.server.archive(busName)[0]?.event).toMatchObject({ source: eventSource })
  })

  const clientAt = (endpoint: string) =>
    new EventBridgeClient({
      endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    })

  test.each([
    ['the end of its own budget', { budgetMs: 50 }, undefined],
    ["the caller's deadline", {}, 50],
    ["the caller's deadline, which has passed", {}, -5],
  ])('gives up on a bus that never answers at %s', async (_, options, abortAfterMs) => {
    const server = await listen('a silent bus', (request) => {
      request.resume()
    })
    const client = clientAt(server.endpoint)
    const refused: [string, number][] = []
    const bus = eventBridgeBus(client, busName, { ...options, report: (...one) => refused.push(one) })
    const events = Array.from({ length: 12 }, () => startedEvent(inFlightRun()))
    expect(await bus.put(events, abortAfterMs)).toEqual(Array(12).fill(false))
    expect(refused).toEqual([[expect.stringMatching(/^(Abort|Timeout)Error$/), 12]])
    client.destroy()
    await server.close()
  })

  test('reports the name of the error of a refused call', async () => {
    const server = await listen('a bus with a policy', (request, response) => {
      request.resume()
      response
        .writeHead(400, {
          'content-type': 'application/x-amz-json-1.1',
          'x-amzn-errortype': 'AccessDeniedException',
        })
        .end('{"message":"explicit deny in a service control policy"}')
    })
    const client = clientAt(server.endpoint)
    const refused: [string, number][] = []
    const bus = eventBridgeBus(client, busName, { report: (...one) => refused.push(one) })
    expect(await bus.put([startedEvent(inFlightRun())])).toEqual([false])
    expect(refused).toEqual([['AccessDeniedException', 1]])
    client.destroy()
    await server.close()
  })

  test('reports the error code of refused entries', async () => {
    const refused: [string, number][] = []
    opened = await openEventBridge((...one) => refused.push(one))
    opened.server.setFault(() => 'InternalFailure')
    expect(await opened.bus.put([startedEvent(inFlightRun()), startedEvent(inFlightRun())])).toEqual([
      false,
      false,
    ])
    expect(refused).toEqual([['InternalFailure', 2]])
  })
})
