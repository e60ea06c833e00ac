import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import {
  GetMetadataGenerationRunCommand,
  ListMetadataGenerationRunsCommand,
  StartMetadataGenerationRunCommand,
} from '@aws-sdk/client-datazone'
import { describe, expect, test } from 'vitest'
import { sampleDomainId } from '../../local/catalogue/catalogue.ts'
import type { Fault } from '../../local/datazone/calls/fault-schema.ts'
import { cleanups, startRequest, startSimulator, withMessage } from '../support/datazone-simulator.ts'

const operation = 'StartMetadataGenerationRun'
const start = () => new StartMetadataGenerationRunCommand(startRequest)

const simulatorWith = async (...faults: Fault[]) => {
  const simulator = await startSimulator()
  simulator.datazone.control.setFaults(faults)
  return simulator
}

describe('a fault, as the AWS SDK meets it', () => {
  test('answers a raw HTML page instead of the call', async () => {
    const body = '<html><body>503 Service Unavailable</body></html>'
    const headers = { 'content-type': 'text/html' }
    const { client, datazone } = await simulatorWith({ kind: 'raw', status: 503, headers, body, times: 1 })
    await expect(client.send(start())).rejects.toMatchObject({ $metadata: { httpStatusCode: 503 } })
    expect(datazone.control.runs()).toEqual([])
    expect(datazone.control.calls().counts[operation]).toEqual({ raw: 1 })
  })

  test('answers a raw response after the effect', async () => {
    const raw = { kind: 'raw', status: 200, body: '{"id":["run1"]}', afterEffect: true } as const
    const { client, datazone } = await simulatorWith(raw)
    expect((await client.send(start())).id).toEqual(['run1'])
    expect(datazone.control.runs()).toHaveLength(1)
  })

  test('cuts an answer off halfway, after the effect', async () => {
    const { client, datazone } = await simulatorWith({ kind: 'truncated', times: 1 })
    await expect(client.send(start())).rejects.toThrow()
    expect(datazone.control.runs()).toHaveLength(1)
  })

  test('resets the connection without an effect', async () => {
    const { client, datazone } = await simulatorWith({ kind: 'reset', times: 1 })
    await expect(client.send(start())).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(datazone.control.runs()).toEqual([])
  })

  test.each([false, true])(
    'leaves a call unanswered until the caller gives up, with an effect: %s',
    async (afterEffect) => {
      const { client, datazone } = await simulatorWith({ kind: 'hang', afterEffect })
      const abort = new AbortController()
      const answer = client.send(start(), { abortSignal: abort.signal })
      await expect.poll(() => datazone.control.calls().counts[operation]).toEqual({ hang: 1 })
      abort.abort()
      await expect(answer).rejects.toMatchObject({ name: 'AbortError' })
      expect(datazone.control.runs()).toHaveLength(afterEffect ? 1 : 0)
    },
  )

  test('makes one run of a page unreadable, so that the SDK fails on the whole page', async () => {
    const { client, datazone } = await startSimulator()
    const { id } = await client.send(start())
    const list = () =>
      client.send(new ListMetadataGenerationRunsCommand({ domainIdentifier: sampleDomainId }))
    datazone.control.setFaults([
      { kind: 'unreadable', fields: { createdAt: '2026-11-20T02:14Z' }, id: String(id) },
    ])
    await expect(list()).rejects.toThrow()
    datazone.control.setFaults([
      { kind: 'unreadable', fields: { createdAt: '2026-11-20T02:14Z' }, id: 'another' },
    ])
    expect((await list()).items).toHaveLength(1)
  })

  test.each([
    ['InvalidSignatureException', 403, /^Signature expired: \d{8}T\d{6}Z is now earlier than/],
    ['ExpiredTokenException', 403, /security token included in the request is expired/],
    ['UnrecognizedClientException', 403, /security token included in the request is invalid/],
    ['IncompleteSignature', 400, /Injected by a fault of the simulator/],
  ] as const)('answers %s about the credentials of the caller', async (error, status, message) => {
    const { client, datazone } = await simulatorWith({ kind: 'error', error })
    await expect(client.send(start())).rejects.toMatchObject({
      name: error,
      message: expect.stringMatching(message),
      $metadata: { httpStatusCode: status },
    })
    expect(datazone.control.runs()).toEqual([])
  })

  test('answers an error with the status and message of the fault', async () => {
    const fault = { kind: 'error', error: 'ExpiredTokenException', status: 400, message: 'too late' } as const
    const { client } = await simulatorWith(fault)
    await expect(client.send(start())).rejects.toMatchObject({
      name: 'ExpiredTokenException',
      message: 'too late',
      $metadata: { httpStatusCode: 400 },
    })
  })

  test('refuses List while Get answers', async () => {
    const { client } = await simulatorWith({
      kind: 'error',
      error: 'AccessDeniedException',
      operation: 'ListMetadataGenerationRuns',
    })
    const { id: identifier } = await client.send(start())
    const domain = { domainIdentifier: sampleDomainId }
    await expect(client.send(new ListMetadataGenerationRunsCommand(domain))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    })
    expect(await client.send(new GetMetadataGenerationRunCommand({ ...domain, identifier }))).toMatchObject({
      status: 'SUBMITTED',
    })
  })
})

describe('a request that no SDK sends', () => {
  const runs = `/v2/domains/${sampleDomainId}/metadata-generation-runs`
  const posted = async (endpoint: string, body: string | Uint8Array<ArrayBuffer>, headers = {}) => {
    const answer = await fetch(`${endpoint}${runs}`, { method: 'POST', body, headers })
    return [answer.status, answer.headers.get('x-amzn-errortype'), await answer.json()]
  }

  test('is refused with SerializationException if its body is not JSON', async () => {
    const { endpoint } = await startSimulator()
    expect(await posted(endpoint, '{"types":')).toEqual([
      400,
      'SerializationException',
      withMessage('not JSON'),
    ])
  })

  test('is refused with SerializationException if its body is not valid UTF-8', async () => {
    const { endpoint } = await startSimulator()
    const body = new Uint8Array([0x7b, 0xff, 0x7d])
    expect(await posted(endpoint, body)).toEqual([400, 'SerializationException', withMessage('valid UTF-8')])
  })

  test('is refused with a clear message if it is compressed', async () => {
    const { endpoint } = await startSimulator()
    const body = new Uint8Array(gzipSync('{}'))
    expect(await posted(endpoint, body, { 'content-encoding': 'gzip' })).toEqual([
      415,
      'UnsupportedMediaTypeException',
      withMessage('send it uncompressed'),
    ])
  })

  test('keeps its dot segments, which no pattern allows', async () => {
    const { endpoint } = await startSimulator()
    const { hostname, port } = new URL(endpoint)
    const get = async (path: string) => {
      const socket = connect(Number(port), hostname)
      cleanups.push(() => socket.destroy())
      socket.end(`GET ${path} HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\n\r\n`)
      return text(socket)
    }
    for (const dots of ['..', '%2e%2e', '.'])
      expect(await get(`/v2/domains/${dots}/metadata-generation-runs`)).toContain(
        "Value at 'domainIdentifier' failed to satisfy constraint: Member must satisfy regular expression pattern",
      )
    expect(await get(`/v2/domains/x/../${sampleDomainId}/metadata-generation-runs`)).toContain(
      'UnknownOperationException',
    )
  })

  test('keeps its connection for 60 seconds', async () => {
    const { endpoint } = await startSimulator()
    expect((await fetch(`${endpoint}${runs}`)).headers.get('keep-alive')).toBe('timeout=60')
  })
})
