import { describe, expect, test } from 'vitest'
import { malformedEvent } from '../../../lib/contracts/malformed-event.ts'
import { parseWith } from '../../../lib/contracts/problems.ts'
import {
  detailType,
  endedEvent,
  type RunEvent,
  RunEventDetail,
  startedEvent,
} from '../../../lib/contracts/run-event.ts'
import { endings, generationTypes, type Run } from '../../../lib/run/run.ts'
import { transition } from '../../../lib/run/transition.ts'
import {
  endedRun,
  inFlightRun,
  minute,
  origin,
  rejectedRun,
  sourceSubject,
  subject,
  t0,
} from '../../support/runs.ts'

const whole = { minimal: false }
const explained = endedRun({
  ending: 'FAILED',
  nativeStatus: 'FAILED',
  typeStats: [
    {
      type: 'BUSINESS_DESCRIPTIONS',
      status: 'FAILED',
      errorMessage: `denied to jo@example.com ${'x'.repeat(5000)}`,
    },
  ],
  error: { name: 'GenerationFailed', message: `arn:aws:sts::1:assumed-role/a/b ${'y'.repeat(5000)}` },
})

const detailTypes = [...endings, 'STARTED' as const].map((status) => detailType(status))

const validates = ({ detail }: RunEvent) => parseWith(RunEventDetail, JSON.parse(JSON.stringify(detail))).ok

describe('endedEvent and startedEvent', () => {
  test('marks a foreign data source run, which has no trigger key', () => {
    const subject = {
      kind: 'DATA_SOURCE',
      domainId: 'dzd_orders',
      dataSourceId: 'source-1',
      foreignRunId: 'run-9',
    } as const
    const run = endedRun({ subject, runId: 'run-9', request: { ...origin, requestKey: 'event:event-9' } })
    const event = endedEvent(run, whole)
    expect(event).toMatchObject({
      detailType: 'Data Source Run Succeeded',
      detail: {
        metadata: { causationId: 'event-9' },
        data: { foreign: true, dataSource: { id: 'source-1' }, runId: 'run-9' },
      },
    })
    expect(validates(event)).toBe(true)
    const ours = endedRun({ subject: { ...sourceSubject, triggerKey: 'run-9' }, runId: 'run-9' })
    expect(endedEvent(ours, whole).detail.metadata.id).not.toBe(event.detail.metadata.id)
    expect(endedEvent(ours, whole).detail.data).not.toHaveProperty('foreign')
  })

  test('carries everything that is known about an ending', () => {
    const run = endedRun({ request: { ...origin, correlationId: 'load-7' } })
    expect(endedEvent(run, whole)).toEqual({
      detailType: 'Metadata Generation Run Succeeded',
      timeMs: t0 + minute,
      detail: {
        metadata: {
          id: expect.stringMatching(/^[0-9a-f]{40}$/),
          version: 1,
          time: '2026-11-20T02:15:00.000Z',
          correlationId: 'load-7',
          causationId: 'nightly-1',
        },
        data: {
          status: 'SUCCEEDED',
          kind: 'METADATA_GENERATION',
          domainId: 'dzd_orders',
          projectId: 'project-1',
          asset: { id: 'asset-1', revision: '4' },
          types: ['BUSINESS_DESCRIPTIONS'],
          attempt: 1,
          willRetry: false,
          runId: 'run-1',
          nativeStatus: 'SUCCEEDED',
          requestedAt: '2026-11-20T02:12:00.000Z',
          startedAt: '2026-11-20T02:14:00.000Z',
          detectedAt: '2026-11-20T02:15:00.000Z',
          durations: { queuedMs: 2 * minute, runMs: minute },
        },
      },
    })
  })

  test('names the types of a retry', () => {
    const retried = endedRun({ attempt: 2, retriesBefore: 1, onlyTypes: ['BUSINESS_DESCRIPTIONS'] })
    expect(endedEvent(retried, whole).detail.data).toMatchObject({ retriedTypes: ['BUSINESS_DESCRIPTIONS'] })
    expect(endedEvent(endedRun(), whole).detail.data).not.toHaveProperty('retriedTypes')
  })

  test('conforms to the published schema and has its detail-type, for every ending', () => {
    const events = [
      ...endings.map((ending) => endedEvent(endedRun({ ending }), whole)),
      endedEvent(rejectedRun(), whole),
      endedEvent(explained, whole),
      startedEvent(inFlightRun()),
      malformedEvent('junk', ['body: is junk'], t0, { envelopeId: 'id-1' }),
    ]
    for (const event of events) {
      expect(validates(event)).toBe(true)
      expect(detailTypes).toContain(event.detailType)
    }
    expect(new Set(events.map((event) => event.detailType)).size).toBe(8)
  })

  test('P4: carries the same id in a repeat, a late repeat and a minimal event', () => {
    const idOf = (event: RunEvent) => event.detail.metadata.id
    const id = idOf(endedEvent(explained, whole))
    expect(idOf(endedEvent(explained, { minimal: true }))).toBe(id)
    expect(idOf(endedEvent({ ...explained, version: 9, detectedAtMs: t0 + 9 * minute }, whole))).toBe(id)
    expect(idOf(endedEvent({ ...explained, attempt: 2 }, whole))).not.toBe(id)
    expect(idOf(endedEvent({ ...explained, ending: 'LOST' }, whole))).not.toBe(id)
    expect(idOf(startedEvent(inFlightRun()))).not.toBe(id)
  })

  test("cuts DataZone's texts and hides principals in them", () => {
    const { error, typeStats } = endedEvent(explained, whole).detail.data
    expect(error?.message).toMatch(/^\[principal\] y+…$/)
    expect(error?.message).toHaveLength(1000)
    expect(typeStats?.[0]?.errorMessage).toMatch(/^denied to \[email\] x+…$/)
    expect(typeStats?.[0]?.errorMessage).toHaveLength(1000)
  })

  test("omits DataZone's texts from a minimal event", () => {
    const { data } = endedEvent(explained, { minimal: true }).detail
    expect(data).not.toHaveProperty('error')
    expect(data).not.toHaveProperty('typeStats')
    expect(data).toMatchObject({ status: 'FAILED', runId: 'run-1', asset: { id: 'asset-1' } })
  })

  test('omits the creator of the run and the internal fields of its record', () => {
    const keys: string[] = []
    JSON.stringify(endedEvent(explained, whole), (key, value: unknown) => {
      keys.push(key)
      return value
    })
    for (const key of ['createdBy', 'history', 'state', 'announcedAtMs']) expect(keys).not.toContain(key)
    expect(JSON.stringify(endedEvent(explained, whole))).not.toContain('made for a test')
  })

  test('omits revision and durations for a request that waits for its revision', () => {
    const { revision: _, ...unresolved } = subject
    const { data } = endedEvent(rejectedRun({ subject: unresolved }), whole).detail
    expect(data.asset).toEqual({ id: 'asset-1' })
    expect(data).not.toHaveProperty('durations')
    expect(data).not.toHaveProperty('runId')
  })

  test('reports no negative duration when clocks disagree', () => {
    const run = endedRun({ startedAtMs: t0 - 3 * minute, detectedAtMs: t0 - 4 * minute })
    expect(endedEvent(run, whole).detail.data.durations).toEqual({ queuedMs: 0, runMs: 0 })
  })
})

describe('malformedEvent', () => {
  test('names the problems of the body', () => {
    expect(
      malformedEvent('junk', ['kind: must be x', 'lane: must be y'], t0, { envelopeId: 'id-1' }).detail,
    ).toEqual({
      metadata: {
        id: expect.stringMatching(/^[0-9a-f]{40}$/),
        version: 1,
        time: '2026-11-20T02:14:00.000Z',
        causationId: 'id-1',
      },
      data: {
        status: 'REJECTED',
        error: { name: 'MalformedRequest', message: 'kind: must be x; lane: must be y' },
        detectedAt: '2026-11-20T02:14:00.000Z',
      },
    })
  })

  test('says that a refused request is a cancel, and names its subject', () => {
    const about = {
      isCancel: true,
      errorName: 'CannotCancel',
      about: { domainId: 'dzd_1', assetId: 'a1' },
    } as const
    expect(malformedEvent('junk', ['types: wait'], t0, about).detail.data).toEqual({
      status: 'REJECTED',
      domainId: 'dzd_1',
      asset: { id: 'a1' },
      rejectedRequest: 'CANCEL',
      error: { name: 'CannotCancel', message: 'cancel request refused: types: wait' },
      detectedAt: '2026-11-20T02:14:00.000Z',
    })
  })

  test('P4: carries the same id for the same body, whenever it arrives', () => {
    const idOf = (body: string, atMs: number) => malformedEvent(body, ['x'], atMs).detail.metadata.id
    expect(idOf('junk', t0)).toBe(idOf('junk', t0 + minute))
    expect(idOf('junk', t0)).not.toBe(idOf('junk ', t0))
  })
})

test('names the request of a cancel only when the run ended as CANCELED', () => {
  const cancel = { requestedAtMs: t0, requestId: 'stop-1' }
  const canceledBy = (run: Parameters<typeof endedRun>[0]) =>
    endedEvent(endedRun(run), whole).detail.data.canceledBy
  expect(canceledBy({ cancel, ending: 'CANCELED' })).toBe('stop-1')
  expect(canceledBy({ ending: 'CANCELED' })).toBeUndefined()
  expect(canceledBy({ cancel, ending: 'SUCCEEDED' })).toBeUndefined()
})

test('P3: fits an ending with the longest texts and 20 duplicates into one PutEvents entry', () => {
  // A quote takes two bytes in JSON.
  const quotes = (length: number) => '"'.repeat(length)
  const requesterOf = (index: number) => ({
    requestKey: `request:${index}${quotes(126)}`,
    correlationId: quotes(2048),
  })
  const facts = Array.from({ length: 21 }, (_, index) => ({
    kind: 'REQUESTED_AGAIN' as const,
    ...requesterOf(index),
  }))
  const run = facts.reduce<Run>(
    (soFar, fact) => {
      const next = transition(soFar, fact, t0)
      return next.outcome === 'changed' ? next.run : soFar
    },
    endedRun({
      ending: 'PARTIALLY_SUCCEEDED',
      request: { ...origin, requestKey: `request:${quotes(128)}`, correlationId: quotes(2048) },
      subject: { ...subject, types: [...generationTypes] },
      assetName: '語'.repeat(256),
      projectName: '語'.repeat(64),
      portalUrl: `https://dzd_orders.datazone.eu-west-1.on.aws/${'x'.repeat(200)}`,
      typeStats: generationTypes.map((type) => ({ type, status: 'FAILED', errorMessage: '語'.repeat(5000) })),
      error: { name: 'X'.repeat(256), message: '語'.repeat(5000) },
    }),
  )
  if (run.state !== 'ENDED') throw new Error('expected an ended run')
  const event = endedEvent(run, whole)
  expect(event.detail.data.alsoRequestedBy).toHaveLength(20)
  expect(validates(event)).toBe(true)
  const sizeOf = (one: RunEvent) => Buffer.byteLength(JSON.stringify(one.detail)) + one.detailType.length
  expect(sizeOf(event)).toBeGreaterThan(90_000)
  expect(sizeOf(event)).toBeLessThan(240 * 1024)
  expect(sizeOf(endedEvent(run, { minimal: true }))).toBeLessThan(sizeOf(event))
})
