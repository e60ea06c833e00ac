import { DataZoneClient, GetMetadataGenerationRunCommand } from '@aws-sdk/client-datazone'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dataZoneGateway } from '../../lib/adapters/datazone/gateway.ts'
import type { Answer, DataZone } from '../../lib/ports/datazone.ts'
import { sampleCatalogue } from '../../local/catalogue/catalogue.ts'
import type { Fault } from '../../local/datazone/calls/fault-schema.ts'
import { createDataZone } from '../../local/datazone/datazone.ts'
import { startDataZoneServer } from '../../local/datazone/http/server.ts'
import { listen } from '../../local/servers/http.ts'
import { dataZoneFor } from '../simulation/ports/datazone.ts'
import { second, t0 } from '../support/runs.ts'
import { dataZoneContract } from './datazone.suite.ts'
import { domainId, type OpenDataZoneAt, startInput } from './datazone-under-test.ts'
import { driven } from './simulated.ts'

const seed = 'contract'

/** Returns a client without retries: a retried read would use up faults that the other implementation still has. */
const clientOf = (endpoint: string): DataZoneClient =>
  new DataZoneClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  })

const openServer: OpenDataZoneAt = async (settings) => {
  let nowMs = t0
  const server = await startDataZoneServer({ seed, now: () => nowMs, ...settings })
  const client = clientOf(server.endpoint)
  return {
    datazone: dataZoneGateway({ starts: client, reads: client }),
    control: server.datazone.control,
    advanceTo: async (atMs) => {
      nowMs = atMs
    },
    unplug: server.stop,
    close: async () => {
      client.destroy()
      await server.stop()
    },
  }
}

const openSimulated: OpenDataZoneAt = async (settings) => {
  // Calls take no time, so that the server and this simulator are called at the same times.
  const { time, step, unplug } = driven(t0, { accidents: {}, latencyMs: [0, 0] })
  const core = createDataZone({ seed, now: time.now, ...settings })
  return {
    datazone: dataZoneFor(step, core),
    control: core.control,
    advanceTo: async (atMs) => {
      await time.run(atMs)
    },
    unplug: async () => unplug(),
    close: async () => {},
  }
}

dataZoneContract("the SDK against the simulator's server", openServer)
dataZoneContract("the simulator's core, in process", openSimulated)

describe('an error that the service model does not have', () => {
  test.each([
    [400, 'SomethingNewException', 'UNAVAILABLE', false],
    [404, 'SomethingNewException', 'UNAVAILABLE', false],
    [418, 'SomethingNewException', 'UNAVAILABLE', false],
    [503, 'SomethingNewException', 'UNAVAILABLE', false],
    [503, 'ThrottlingException', 'THROTTLED', false],
    [401, 'MissingAuthenticationTokenException', 'DENIED', true],
    [429, 'TooManyRequestsException', 'THROTTLED', true],
  ] as const)('P8: classifies %i %s as %s', async (status, name, kind, definite) => {
    const server = await listen('a front door', (request, response) => {
      request.resume()
      response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': name }).end('{}')
    })
    const client = clientOf(server.endpoint)
    const { startRun } = dataZoneGateway({ starts: client, reads: client })
    expect(await startRun(startInput(), 60 * second)).toMatchObject({ refusal: { kind, definite, name } })
    client.destroy()
    await server.close()
  })
})

describe('a field that the service model does not have', () => {
  test('P8: is dropped by the SDK, so that it can be neither kept nor logged, and does no harm', async () => {
    const run = `{"domainId":"${domainId}","id":"run-1","status":"SUBMITTED","addedByALaterVersion":"text"}`
    const server = await listen('a front door', (request, response) => {
      request.resume()
      response.writeHead(200, { 'content-type': 'application/json' }).end(run)
    })
    const client = clientOf(server.endpoint)
    const got = new GetMetadataGenerationRunCommand({ domainIdentifier: domainId, identifier: 'run-1' })
    const output = await client.send(got)
    expect(output).toMatchObject({ id: 'run-1', status: 'SUBMITTED' })
    expect(JSON.stringify(output)).not.toContain('addedByALaterVersion')
    client.destroy()
    await server.close()
  })
})

describe('an invalid creation time', () => {
  const input = startInput()
  test.each(['1e300', '-1e300', 'null'])('P8: leaves out %s and keeps the run', async (createdAt) => {
    const run = `{"domainId":"${domainId}","id":"run-1","createdAt":${createdAt},"status":"SUBMITTED"}`
    const server = await listen('a front door', (request, response) => {
      request.resume()
      const body = request.method === 'GET' && !request.url?.includes('run-1') ? `{"items":[${run}]}` : run
      response.writeHead(200, { 'content-type': 'application/json' }).end(body)
    })
    const client = clientOf(server.endpoint)
    const datazone = dataZoneGateway({ starts: client, reads: client })
    const shown = { runId: 'run-1', nativeStatus: 'SUBMITTED', types: [] }
    expect(await datazone.startRun(input, 60 * second)).toEqual({ outcome: 'answered', value: shown })
    expect(await datazone.getRun(domainId, 'run-1')).toEqual({ outcome: 'answered', value: shown })
    expect(await datazone.listRuns(domainId, {})).toEqual({ outcome: 'answered', value: { runs: [shown] } })
    client.destroy()
    await server.close()
  })
})

/** Returns the parts of an answer that do not depend on the network, as the message of a broken connection does. */
const comparable = (answer: Answer<unknown>): unknown => {
  if (answer.outcome === 'answered') return answer
  const { kind, definite, name, message } = answer.refusal
  return definite ? { kind, definite, name, message } : { kind, definite }
}

type Action = (datazone: DataZone, runIds: readonly string[]) => Promise<Answer<unknown>>

const assetIds = ['tpcds_store_sales', 'tpcds_web_sales', 'tpcds_item', 'nothing', 'not an id']

/** Valid and invalid Starts, cancels and reads, of a few assets and of the runs that exist by then. */
const actions: fc.Arbitrary<Action> = fc.oneof(
  fc
    .record({
      assetId: fc.constantFrom(...assetIds),
      projectId: fc.constantFrom('salesproject01', 'refdataproj001'),
      revision: fc.constantFrom('1', '2', '', '9'),
      types: fc.subarray(['BUSINESS_NAMES', 'BUSINESS_DESCRIPTIONS'] as const),
      clientToken: fc.constantFrom('token-1', 'token-2', ''),
    })
    .map(
      (over): Action =>
        (datazone) =>
          datazone.startRun(startInput(over), 60 * second),
    ),
  fc.constantFrom(...assetIds).map(
    (id): Action =>
      (datazone) =>
        datazone.getAsset(domainId, id),
  ),
  fc.nat().map(
    (which): Action =>
      (datazone, runIds) =>
        datazone.getRun(domainId, runIds[which % (runIds.length + 1)] ?? 'run0000000001'),
  ),
  fc.nat().map(
    (which): Action =>
      (datazone, runIds) =>
        datazone.cancelRun(domainId, runIds[which % (runIds.length + 1)] ?? 'run0000000001'),
  ),
  fc
    .record(
      {
        status: fc.constantFrom('SUBMITTED', 'IN_PROGRESS', 'SUCCEEDED'),
        assetId: fc.constantFrom(...assetIds),
        nextToken: fc.constantFrom('nonsense'),
      },
      { requiredKeys: [] },
    )
    .map(
      (query): Action =>
        (datazone) =>
          datazone.listRuns(domainId, query),
    ),
)

const faults: fc.Arbitrary<Fault> = fc.oneof(
  fc.constant({ kind: 'lostAnswer' as const, probability: 0.2 }),
  fc.constant({ kind: 'errorAfterEffect' as const, probability: 0.2 }),
  fc.record({
    kind: fc.constant('error' as const),
    error: fc.constantFrom('ServiceQuotaExceededException', 'ThrottlingException', 'AccessDeniedException'),
    probability: fc.constant(0.2),
  }),
)

const scenarios = fc.record({
  settings: fc.record({
    failureShare: fc.constantFrom(0, 0.3),
    partialShare: fc.constantFrom(0, 0.3),
    unknownStatusShare: fc.constantFrom(0, 0.3),
    conflictWhileRunning: fc.boolean(),
    listOrder: fc.constantFrom('newest', 'random'),
    listLagMs: fc.constantFrom(0, 5000),
  }),
  faults: fc.array(faults, { maxLength: 3 }),
  steps: fc.array(fc.record({ act: actions, laterMs: fc.constantFrom(0, 100, 10_000, 60_000) }), {
    minLength: 1,
    maxLength: 25,
  }),
})

describe('the DataZone port of the simulation', () => {
  test('answers every call as the gateway does', async () => {
    await fc.assert(
      fc.asyncProperty(scenarios, async ({ settings, faults: given, steps }) => {
        const both = [await openServer(settings), await openSimulated(settings)]
        const results: unknown[][] = []
        for (const { datazone, control, advanceTo, close } of both) {
          control.loadCatalogue(sampleCatalogue(24))
          control.setFaults(given)
          const answers: unknown[] = []
          let atMs = t0
          for (const { act, laterMs } of steps) {
            atMs += laterMs
            await advanceTo(atMs)
            const runIds = control.runs().map(({ id }) => id)
            answers.push(comparable(await act(datazone, runIds)))
          }
          results.push([...answers, control.runs()])
          await close()
        }
        expect(results[1]).toEqual(results[0])
      }),
      { numRuns: 60 },
    )
  })
})
