import { DeleteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Fault } from '../../../local/datazone/calls/fault-schema.ts'
import { isMoto } from '../../support/engines.ts'
import { type LocalSystem, openSystem } from '../../support/local-system.ts'
import type { StoredRecord } from '../../support/outside-view.ts'
import { projectId, publishedEvent, runRequest } from '../../support/requests.ts'

const start = 'StartMetadataGenerationRun'
const storm = Array.from({ length: 12 }, (_, index) => `storm-${index}`)

const parking = [
  ['402', 'quota', 'ServiceQuotaExceededException', 'QUOTA_EXCEEDED'],
  ['403', 'denied', 'AccessDeniedException', 'DENIED'],
  ['409', 'conflict', 'ConflictException', 'CONFLICT'],
] as const

const faults: readonly Fault[] = [
  ...storm.map(
    (target) =>
      ({ kind: 'error', error: 'ThrottlingException', operation: start, target, times: 1 }) as const,
  ),
  ...parking.map(
    ([, target, error]) => ({ kind: 'error', error, operation: start, target, times: 2 }) as const,
  ),
  { kind: 'error', error: 'AccessDeniedException', operation: 'GetAsset', target: 'hidden', times: 2 },
  // As often as the SDK tries a read, so that the message returns to the queue.
  { kind: 'error', error: 'InternalServerException', operation: 'GetAsset', target: 'shaky', times: 3 },
  { kind: 'errorAfterEffect', operation: start, target: 'after-effect', times: 1 },
  { kind: 'slow', delayMs: 3000, operation: start, target: 'slow', times: 1 },
]

const assets = [
  ...storm,
  'quota',
  'denied',
  'conflict',
  'hidden',
  'shaky',
  'after-effect',
  'slow',
  'unannounced',
]

/** A denied call opens the breaker of its project, so assets with denied calls have their own project. */
const projectOf = (assetId: string) =>
  assetId === 'denied' || assetId === 'hidden' ? `project-${assetId}` : projectId

/** All faults are in force on one stack at once. Each fault targets one asset, and each test checks its own assets. */
describe.skipIf(isMoto)('a stack while DataZone and the bus return errors', () => {
  let system: LocalSystem
  const refusedIds: string[] = []
  const history = async (assetId: string) => {
    const [record, ...others] = await system.recordsOf(assetId)
    expect(others).toEqual([])
    return record?.history.map(({ what }) => what) ?? []
  }
  const recordOf = async (assetId: string): Promise<StoredRecord | undefined> =>
    (await system.recordsOf(assetId))[0]

  beforeAll(async () => {
    system = await openSystem({
      assets: [...assets.map((id) => ({ id, projectId: projectOf(id) })), { id: 'no-columns', columns: [] }],
      batch: { size: 10, windowSeconds: 1 },
    })
    const { stack, control, send } = system
    const table = new DynamoDBClient(stack.connect('dynamodb'))
    /** Closes the quota breaker, which would otherwise stay open until the month turns. */
    const closeQuotaBreaker = () =>
      table.send(
        new DeleteItemCommand({
          TableName: stack.tableName,
          Key: { pk: { S: 'BREAKERS' }, sk: { S: 'QUOTA_EXCEEDED#BUSINESS_NAMES' } },
        }),
      )
    control.setFaults(faults)
    stack.setEventFault((entry) => {
      const refused = refusedIds.length < 3 && entry.Detail?.includes('"unannounced"') === true
      if (!refused || entry.DetailType?.endsWith('Succeeded') !== true) return undefined
      refusedIds.push(JSON.parse(entry.Detail ?? '').metadata.id)
      return 'ThrottlingException'
    })
    for (const assetId of assets) {
      if (assetId === 'hidden' || assetId === 'shaky') {
        stack.publishServiceEvent(publishedEvent(assetId, `published-${assetId}`, projectOf(assetId)))
      } else {
        // A separate type, so that its full quota does not affect the other assets.
        const type = assetId === 'quota' ? 'BUSINESS_NAMES' : 'BUSINESS_DESCRIPTIONS'
        const asset = { id: assetId, revision: '1' }
        await send(runRequest(assetId, { projectId: projectOf(assetId), asset, types: [type] }))
      }
    }
    stack.publishServiceEvent(publishedEvent('unknown'))
    await send(
      runRequest('no-columns'),
      runRequest('no-such-revision', { asset: { id: 'storm-0', revision: '99' } }),
      runRequest('not-mine', { asset: { id: 'storm-1' }, projectId: 'project-two' }),
    )
    await system.sweepUntil(async () => {
      await closeQuotaBreaker()
      const open = (await system.records()).filter(({ announcedAtMs }) => announcedAtMs === undefined)
      expect(open.map(({ assetId, state, reason }) => [assetId, state, reason])).toEqual([])
      expect(await system.records()).toHaveLength(assets.length + 4)
    })
    table.destroy()
  })
  afterAll(() => system?.close())

  test('starts each run of a throttling storm once, and leaves the dead-letter queue empty (P1, P2, P7)', async () => {
    for (const assetId of storm) {
      expect(system.runsOf(assetId)).toHaveLength(1)
      const records = (await system.recordsOf(assetId)).filter(({ ending }) => ending !== 'REJECTED')
      expect(records).toMatchObject([{ state: 'ENDED', runId: system.runsOf(assetId)[0]?.id }])
      // On a slow machine the answer may arrive after the starter has given up, or after its lease has ended.
      expect(records[0]?.history.map(({ what }) => what).join()).toMatch(
        /parked: (THROTTLED|UNAVAILABLE)|lease ended/,
      )
    }
    expect(system.control.calls().counts[start]?.['ThrottlingException']).toBeGreaterThanOrEqual(storm.length)
    expect(await system.deadLetters()).toEqual([])
  })

  test.each(parking)('parks a request on %s, and starts it later: %s', async (_, assetId, error, reason) => {
    const parked = (await history(assetId)).filter((what) => what === `parked: ${reason} (${error})`)
    // The Start was refused twice, but the history of a record that waited long keeps only its newest lines.
    expect([1, 2]).toContain(parked.length)
    expect(system.runsOf(assetId)).toHaveLength(1)
    expect(await recordOf(assetId)).toMatchObject({ state: 'ENDED', runId: system.runsOf(assetId)[0]?.id })
  })

  test.each(['hidden', 'shaky'])(
    'runs a published asset after its first GetAsset calls failed: %s',
    async (assetId) => {
      expect(system.runsOf(assetId)).toHaveLength(1)
      expect(await recordOf(assetId)).toMatchObject({ state: 'ENDED', revision: '1' })
      expect(await system.recordsOf(assetId)).toHaveLength(1)
    },
  )

  test.each(['after-effect', 'slow'])(
    'starts no second run if Start took effect but returned an error: %s (P1)',
    async (assetId) => {
      const [run, ...others] = system.runsOf(assetId)
      expect(others).toEqual([])
      expect(await recordOf(assetId)).toMatchObject({ state: 'ENDED', runId: run?.id })
      expect((await history(assetId)).join()).toContain('parked: UNAVAILABLE')
    },
  )

  test.each([
    ['an unknown asset, after the grace period', 'unknown', 'ResourceNotFoundException'],
    ['an asset without a schema', 'no-columns', 'ValidationException'],
    ['an unknown revision', 'no-such-revision', 'ResourceNotFoundException'],
    ['a project that does not own the asset', 'not-mine', 'WrongProject'],
  ])('rejects a request with an event: %s', async (_, requestId, error) => {
    const events = system
      .endings()
      .filter(({ data, metadata }) => data.status === 'REJECTED' && metadata.causationId?.endsWith(requestId))
    expect(new Set(events.map(({ metadata }) => metadata.id)).size).toBe(1)
    expect(events[0]?.data.error?.name).toBe(error)
  })

  test('copies each rejected request to the rejected queue with the id of its event', async () => {
    const rejected = system.endings().filter(({ data }) => data.status === 'REJECTED')
    const copies = await system.rejectedCopies()
    expect(new Set(copies.map(({ eventId }) => eventId))).toEqual(
      new Set(rejected.map(({ metadata }) => metadata.id)),
    )
    for (const { reasons } of copies) expect(reasons.join()).toMatch(/Exception|WrongProject/)
  })

  test('announces in a later sweep, with the same id, what the bus refused (P3, P4)', async () => {
    expect(refusedIds).toHaveLength(3)
    const events = system.endingsOf('unannounced')
    expect(events).toHaveLength(1)
    expect(new Set(refusedIds)).toEqual(new Set([events[0]?.metadata.id]))
  })
})
