import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { malformedEvent } from '../../lib/contracts/malformed-event.ts'
import { parseWith } from '../../lib/contracts/problems.ts'
import { parseQueueMessage } from '../../lib/contracts/queue-message.ts'
import { rejectedRequest } from '../../lib/contracts/rejected-request.ts'
import { RunEventDetail } from '../../lib/contracts/run-event.ts'
import { errorText } from '../../lib/run/error-text.ts'
import { assetEvent, cancelRequest, runRequest, sourceCancelRequest } from '../support/messages.ts'
import { t0 } from '../support/runs.ts'
import { refused } from '../support/scripted-datazone.ts'
import { starterWorld } from '../support/starter-world.ts'

const anyText = fc.string({ unit: 'binary', maxLength: 2000 })

const onTheBus = { ...assetEvent(), 'detail-type': 'Run Requested', detail: runRequest() }

/** An object that breaks a parser that converts it to a string. */
const noText = fc.constant({ toString: 'text', valueOf: 'text' })

/** Texts with a lone surrogate, which neither DynamoDB nor DataZone nor EventBridge accepts. */
const loneSurrogates = fc
  .tuple(fc.string({ maxLength: 20 }), fc.constantFrom('\ud800', '\udfff', 'x\udc00\ud800'))
  .map((parts) => parts.join(''))

const replaced = (value: unknown, path: readonly string[], by: unknown): unknown => {
  const [first, ...rest] = path
  if (first === undefined) return by
  return { ...Object(value), [first]: replaced(Object(value)[first], rest, by) }
}

/** Returns the path of every text in a body. */
const textPaths = (value: unknown, path: readonly string[] = []): readonly (readonly string[])[] => {
  if (typeof value === 'string') return [path]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => textPaths(inner, [...path, name]))
}

const requestBody = {
  ...runRequest({ correlationId: 'c', lane: 'live', requestedAt: '2026-11-20T02:14:00Z' }),
  asset: { id: 'asset-1', revision: '4' },
}
const cancelBody = { ...cancelRequest(), reason: 'why', asset: { id: 'asset-1', revision: '4' } }
const sourceCancelBody = { ...sourceCancelRequest(), triggerKey: 'load-1', reason: 'why' }

/** A valid body with a lone surrogate in one of its texts. */
const illFormed = fc
  .tuple(
    fc.constantFrom<object>(requestBody, cancelBody, sourceCancelBody, assetEvent()),
    fc.nat(),
    loneSurrogates,
  )
  .map(([body, at, text]) => {
    const paths = textPaths(body)
    return JSON.stringify(replaced(body, paths[at % paths.length] ?? [], text))
  })

/** A valid body with one field replaced by any value. */
const oneFieldReplaced = fc
  .tuple(
    fc.constantFrom<object>(runRequest(), cancelRequest(), assetEvent(), onTheBus, { release: 1 }),
    fc.string(),
    fc.oneof(fc.jsonValue(), noText),
  )
  .map(([body, extra, value]) => {
    const keys = [...Object.keys(body), extra]
    return keys.map((key) => JSON.stringify({ ...body, [key]: value }))
  })
  .chain((bodies) => fc.constantFrom(...bodies))

const bodies = fc.oneof(anyText, fc.json({ maxDepth: 6 }), oneFieldReplaced, illFormed)

describe('parseQueueMessage', () => {
  test('P2: never throws, and names the field of each problem, within bounds', () => {
    fc.assert(
      fc.property(bodies, (body) => {
        const message = parseQueueMessage(body, 0)
        if (message.kind !== 'malformed') return
        expect(message.problems.length).toBeGreaterThan(0)
        expect(message.problems.length).toBeLessThanOrEqual(20)
        for (const problem of message.problems) {
          expect(problem).toMatch(/^[a-zA-Z0-9.-]+: \S/)
          expect(problem.length).toBeLessThan(400)
        }
      }),
      { numRuns: 500 },
    )
  })

  test('P8: accepts no text with a lone surrogate, in any field', () => {
    fc.assert(
      fc.property(illFormed, (body) => {
        const message = parseQueueMessage(body, t0)
        const texts = textPaths(message).map((path) =>
          path.reduce<unknown>((value, name) => Object(value)[name], message),
        )
        expect(texts.filter((text) => !String(text).isWellFormed())).toEqual([])
      }),
      { numRuns: 1000 },
    )
  })

  test('P2: answers a lone surrogate in any field with an event that conforms to the schema', async () => {
    await fc.assert(
      fc.asyncProperty(illFormed, async (body) => {
        const script = { startRun: async () => refused('INVALID'), getAsset: async () => refused('INVALID') }
        const world = starterWorld({ script })
        await world.handle(body)
        for (const { detail } of world.bus.events) {
          const text = JSON.stringify(detail)
          expect(parseWith(RunEventDetail, JSON.parse(text))).toMatchObject({ ok: true })
          expect(text).not.toMatch(/\\ud[89a-f]/i)
        }
      }),
      { numRuns: 300 },
    )
  })

  test("P2: accepts only ids of DataZone's alphabet and valid times", () => {
    const id = /^[a-zA-Z0-9_-]{1,36}$/
    fc.assert(
      fc.property(bodies, (body) => {
        const message = parseQueueMessage(body, 0)
        if (message.kind !== 'request') return
        const { domainId, projectId, requestedAtMs } = message.request
        const targetId =
          message.request.kind === 'DATA_SOURCE' ? message.request.dataSourceId : message.request.assetId
        expect(domainId).toMatch(/^dzd[-_][a-zA-Z0-9_-]{1,36}$/)
        // An event may lack a project.
        if (projectId !== undefined) expect(projectId).toMatch(id)
        expect(targetId).toMatch(id)
        if (requestedAtMs !== undefined) expect(requestedAtMs).not.toBeNaN()
      }),
    )
  })
})

describe('the answer to the sender of a rejected request', () => {
  test('P2: contains valid JSON that fits a message, whatever was sent', () => {
    const units = fc.constantFrom('\u0000', '"', '\\', 'x', '語', '😀', '\ud800', '\udc00')
    const repeated = fc
      .tuple(fc.array(units, { minLength: 1, maxLength: 5 }), fc.integer({ min: 0, max: 300_000 }))
      .map(([parts, length]) => parts.join('').repeat(Math.ceil(length / parts.length)))
    const reasons = fc.array(fc.oneof(anyText, repeated), { maxLength: 20 })
    fc.assert(
      fc.property(fc.oneof(anyText, repeated), reasons, (body, why) => {
        const copy = rejectedRequest('e'.repeat(40), t0, why, body)
        expect(Buffer.byteLength(JSON.stringify(copy))).toBeLessThan(256 * 1024)
        expect([copy.body, ...copy.reasons].every((text) => text.isWellFormed())).toBe(true)
        expect(copy.truncated).toBe(copy.body.length < body.length)
        if (!copy.truncated) expect(copy.body).toBe(body.toWellFormed())
      }),
      { numRuns: 60 },
    )
  })

  test('P2: conforms to the event schema and fits one PutEvents entry', () => {
    fc.assert(
      fc.property(anyText, fc.array(anyText, { maxLength: 20 }), (body, problems) => {
        const { detail } = malformedEvent(body, problems, t0)
        expect(parseWith(RunEventDetail, JSON.parse(JSON.stringify(detail)))).toMatchObject({ ok: true })
        expect(Buffer.byteLength(JSON.stringify(detail))).toBeLessThan(10_000)
      }),
    )
  })
})

test('P3: announces the rejection of a request with any requestedAt by an event that conforms to the schema', async () => {
  const digits = fc.stringMatching(/^[0-9]{4}$/)
  const times = fc
    .tuple(digits, fc.constantFrom('01-01', '12-31', '02-29'), fc.constantFrom('Z', '+23:59', '-23:59'))
    .map(([year, day, zone]) => `${year}-${day}T00:00:00${zone}`)
  const extremes = fc.constantFrom('0000-01-01T00:00:00+23:59', '9999-12-31T23:59:59-23:59')
  await fc.assert(
    fc.asyncProperty(fc.oneof(times, extremes), async (requestedAt) => {
      const world = starterWorld({ script: { startRun: async () => refused('INVALID') } })
      expect(await world.outcomes(runRequest({ requestedAt }))).toEqual(['rejected'])
      for (const { detail } of world.bus.events) {
        expect(parseWith(RunEventDetail, JSON.parse(JSON.stringify(detail)))).toMatchObject({ ok: true })
      }
      expect(world.bus.events).toHaveLength(1)
    }),
  )
})

test('returns from errorText a well-formed text within the limit, which a second call leaves unchanged', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 3000 }),
      fc.integer({ min: 1, max: 1000 }),
      (text, limit) => {
        const short = errorText(text, limit)
        expect(short.length).toBeLessThanOrEqual(limit)
        expect(short.isWellFormed()).toBe(true)
        expect(errorText(short, limit)).toBe(short)
      },
    ),
  )
})
