import { afterEach, describe, expect, test } from 'vitest'
import type { ApiSetting } from '../../lib/ports/datazone.ts'
import { sampleCatalogue } from '../../local/catalogue/catalogue.ts'
import { startDataZoneServer } from '../../local/datazone/http/server.ts'
import { minute, t0 } from '../support/runs.ts'
import { answering, closeOpened, expectedRun, gatewayAt, metadataRun, opened } from './datazone-at.ts'
import { domainId, startInput } from './datazone-under-test.ts'

afterEach(closeOpened)

describe('P8: an error of DataZone', () => {
  test.each<[number, string | object, string, boolean]>([
    [429, { message: 5 }, 'THROTTLED', true],
    [429, { message: { text: 'slow down' } }, 'THROTTLED', true],
    [403, '<html>Forbidden</html>', 'DENIED', true],
    [400, '<html>Bad request</html>', 'UNAVAILABLE', false],
    [500, { __type: 7 }, 'UNAVAILABLE', false],
  ])(
    'is classified, with a readable name and message, though its body is unreadable: %i %j',
    async (status, body, kind, definite) => {
      const { datazone } = await answering({ status, body })
      const answer = await datazone.startRun(startInput(), minute)
      expect(answer).toMatchObject({
        refusal: { kind, definite, name: expect.any(String), message: expect.any(String) },
      })
    },
  )

  test('has its message cut to 5,000 characters', async () => {
    const { datazone } = await answering({
      status: 400,
      error: 'ValidationException',
      body: { message: 'x'.repeat(60_000) },
    })
    const answer = await datazone.getRun(domainId, 'run-1')
    expect(answer.outcome === 'refused' && answer.refusal.message.length).toBe(5000)
  })
})

describe('P7: an error of the signature or the credentials', () => {
  const names = [
    'InvalidSignatureException',
    'ExpiredToken',
    'ExpiredTokenException',
    'UnrecognizedClientException',
    'IncompleteSignature',
    'RequestExpired',
  ]
  test.each([400, 403].flatMap((status) => names.map((error) => ({ status, error }))))(
    'makes the gateway sign and send the call again at once, even a Start: $status $error',
    async ({ status, error }) => {
      const stale = { status, error, body: { message: 'Signature expired: 20261120T021403Z is now earlier' } }
      const { datazone, received } = await answering(stale, { body: metadataRun })
      expect(await datazone.startRun(startInput(), minute)).toEqual({
        outcome: 'answered',
        value: expectedRun,
      })
      expect(received).toHaveLength(2)
      expect(received[1]?.body).toBe(received[0]?.body)
    },
  )

  test('is definite and transient if it persists, so that it opens no breaker', async () => {
    const { datazone, received } = await answering({ status: 403, error: 'ExpiredTokenException', body: {} })
    expect(await datazone.startRun(startInput(), minute)).toMatchObject({
      refusal: { kind: 'UNAVAILABLE', definite: true, name: 'ExpiredTokenException' },
    })
    expect(received).toHaveLength(3)
  })
})

describe('the older generation of the API', () => {
  const openOlder = async (api?: ApiSetting) => {
    const server = await startDataZoneServer({ seed: 'contract', now: () => t0, apiGeneration: 'older' })
    server.datazone.control.loadCatalogue(sampleCatalogue(80))
    opened.push({ close: server.stop })
    return { ...gatewayAt(server.endpoint, api), calls: () => server.datazone.control.runs().length }
  }
  const descriptions = startInput({ types: ['BUSINESS_DESCRIPTIONS'] })

  test.each(['auto', 'older'] as const)('P1: starts one run with the same token (%s)', async (api) => {
    const { datazone, calls } = await openOlder(api)
    const first = await datazone.startRun(descriptions, minute)
    expect(first).toMatchObject({ value: { types: ['BUSINESS_DESCRIPTIONS'], isOlderShape: true } })
    expect(await datazone.startRun(descriptions, minute)).toEqual(first)
    expect(calls()).toBe(1)
  })

  test('is remembered for its domain, so that later Starts are sent once', async () => {
    const refusal = {
      status: 400,
      error: 'ValidationException',
      body: {
        message:
          "1 validation error detected: Value null at 'type' failed to satisfy constraint: Member must not be null",
      },
    }
    const { datazone, received } = await answering(refusal, { body: metadataRun })
    await datazone.startRun(descriptions, minute)
    await datazone.startRun(descriptions, minute)
    expect(
      received.map(({ body }) => Object.keys(JSON.parse(body)).filter((key) => key.startsWith('type'))),
    ).toEqual([['types'], ['type'], ['type']])
  })

  test('refuses types that it does not know, and names those that it knows', async () => {
    const { datazone, calls } = await openOlder()
    expect(await datazone.startRun(startInput(), minute)).toMatchObject({
      refusal: {
        kind: 'INVALID',
        definite: true,
        name: 'UnsupportedType',
        message: expect.stringContaining('BUSINESS_NAMES'),
        supportedTypes: ['BUSINESS_DESCRIPTIONS'],
      },
    })
    expect(calls()).toBe(0)
  })

  test('is not tried if the setting pins the current one', async () => {
    const { datazone } = await openOlder('current')
    expect(await datazone.startRun(descriptions, minute)).toMatchObject({
      refusal: { kind: 'INVALID', name: 'ValidationException' },
    })
  })

  test.each([
    "1 validation error detected: Value at 'target.type' failed to satisfy constraint: Member must not be null",
    'The asset type does not support generation',
  ])('is not inferred from another refusal: %s', async (message) => {
    const { datazone, received } = await answering({
      status: 400,
      error: 'ValidationException',
      body: { message },
    })
    expect(await datazone.startRun(descriptions, minute)).toMatchObject({ refusal: { kind: 'INVALID' } })
    expect(received).toHaveLength(1)
  })
})
