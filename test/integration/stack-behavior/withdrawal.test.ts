import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { type LocalSystem, openSystem } from '../../support/local-system.ts'
import { publishedEvent, runRequest } from '../../support/requests.ts'

const names = ['Asset Unpublished', 'Asset Listing Deleted'] as const
const waitingAsset = { 'Asset Unpublished': 'unpublished', 'Asset Listing Deleted': 'unlisted' } as const

describe('an asset that DataZone withdraws', () => {
  let system: LocalSystem
  beforeAll(async () => {
    system = await openSystem({
      assets: ['unpublished', 'unlisted', 'running'].map((id) => ({ id })),
      datazone: { medianMs: 3_600_000, sigma: 0 },
    })
    system.control.setFaults(
      ['unpublished', 'unlisted'].map((target) => ({
        kind: 'error',
        error: 'ConflictException',
        operation: 'StartMetadataGenerationRun',
        target,
      })),
    )
  })
  afterAll(() => system?.close())

  /**
   * Returns the event that DataZone sends when the asset leaves the catalog. Its time has no fraction of a second, and
   * only requests from before that time are canceled, so it is dated to the next second.
   */
  const withdrawn = (assetId: string, name: string) => ({
    ...publishedEvent(assetId, `withdrawn-${assetId}`),
    'detail-type': name,
    time: `${new Date(Date.now() + 1000).toISOString().slice(0, 19)}Z`,
  })

  test.each(names)('cancels the waiting requests of the asset: %s', async (name) => {
    const assetId = waitingAsset[name]
    await system.send(runRequest(assetId))
    await eventually(async () =>
      expect(await system.recordsOf(assetId)).toMatchObject([{ state: 'PARKED', reason: 'CONFLICT' }]),
    )
    system.stack.publishServiceEvent(withdrawn(assetId, name))
    await system.sweepUntil(() =>
      expect(system.endingsOf(assetId)).toMatchObject([
        { data: { status: 'CANCELED', canceledBy: `withdrawn-${assetId}` } },
      ]),
    )
    expect(system.runsOf(assetId)).toEqual([])
  })

  test('keeps the active run', async () => {
    await system.send(runRequest('running'))
    await eventually(async () =>
      expect(await system.recordsOf('running')).toMatchObject([{ state: 'IN_FLIGHT' }]),
    )
    system.stack.publishServiceEvent(withdrawn('running', 'Asset Unpublished'))
    await system.untilIdle()
    expect(await system.recordsOf('running')).toMatchObject([{ state: 'IN_FLIGHT' }])
    expect(system.runsOf('running')).toMatchObject([{ status: 'SUBMITTED' }])
  })
})
