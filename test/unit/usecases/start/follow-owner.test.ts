import { describe, expect, test } from 'vitest'
import type { Asset } from '../../../../lib/ports/datazone.ts'
import { assetEvent, runRequest } from '../../../support/messages.ts'
import { minute, parkedRun, second, subject, t0 } from '../../../support/runs.ts'
import { answered, refused, serviceRun, showingAsset } from '../../../support/scripted-datazone.ts'
import { starterWorld } from '../../../support/starter-world.ts'

const ids = { sourceProjectId: 'project-1', targetProjectId: 'project-2' }
const active = { status: 'IN_PROGRESS', ...ids }
const over = { status: 'SUCCEEDED', ...ids }
const moved = showingAsset('4', { owningProjectId: 'project-2', transfer: over })
const noRuns = { listRuns: async () => answered({ runs: [] }) }

describe('a Start that conflicts with the transfer of its asset', () => {
  test('parks with its own reason, and starts in the project of the new owner afterwards', async () => {
    let asset: Partial<Asset> = { transfer: active }
    const world = starterWorld({
      script: {
        ...noRuns,
        startRun: async ({ projectId }) =>
          projectId === 'project-2' ? answered(serviceRun()) : refused('CONFLICT'),
        getAsset: () => showingAsset('4', asset).getAsset(),
      },
    })
    expect(await world.handle(runRequest())).toMatchObject([
      {
        outcome: 'parked',
        run: {
          reason: 'IN_TRANSFER',
          retryAtMs: t0 + minute,
          error: { name: 'OwnershipTransfer', message: expect.stringContaining('project-1 to project-2') },
        },
      },
    ])
    const [parked] = world.store.all()
    if (parked === undefined) throw new Error('expected a waiting run')
    expect(parked).not.toHaveProperty('earlierStart')
    expect(await world.handle(world.releaseMessageFor(parked))).toMatchObject([
      { run: { reason: 'IN_TRANSFER' } },
    ])
    expect(world.datazone.starts).toHaveLength(1)
    asset = { owningProjectId: 'project-2', transfer: over }
    expect(await world.outcomes(world.releaseMessageFor(parked))).toEqual(['started'])
    expect(world.store.all()).toMatchObject([{ state: 'IN_FLIGHT', projectId: 'project-2' }])
    expect(world.datazone.starts.map(({ clientToken }) => clientToken)).toEqual(
      Array(2).fill(world.datazone.starts[0]?.clientToken),
    )
  })

  test('parks behind an active run, not behind the transfer, when List shows one', async () => {
    const script = {
      startRun: async () => refused('CONFLICT'),
      listRuns: async () =>
        answered({ runs: [serviceRun({ runId: 'of-another', revision: '3', createdAtMs: t0 })] }),
      ...showingAsset('4', { transfer: active }),
    }
    const world = starterWorld({ script })
    expect(await world.handle(runRequest())).toMatchObject([{ run: { reason: 'CONFLICT' } }])
    expect(world.datazone.calls).not.toContain('GetAsset asset-1')
  })

  test('parks as in transfer when the asset has just moved to another project', async () => {
    const world = starterWorld({ script: { ...noRuns, ...moved, startRun: async () => refused('CONFLICT') } })
    expect(await world.handle(runRequest())).toMatchObject([{ run: { reason: 'IN_TRANSFER' } }])
  })

  test('parks as a conflict, without GetAsset, when List has used up the time', async () => {
    const world = starterWorld({
      script: {
        startRun: async () => refused('CONFLICT'),
        listRuns: async () => {
          world.clock.advance(26 * second)
          return answered({ runs: [] })
        },
        ...showingAsset('4', { transfer: active }),
      },
    })
    expect(await world.handle(runRequest())).toMatchObject([{ run: { reason: 'CONFLICT' } }])
    expect(world.datazone.calls).toEqual(['Start 4', 'List asset-1'])
  })

  test.each([
    ['shows no transfer', showingAsset('4')],
    ['is refused', { getAsset: async () => refused('DENIED') }],
  ] as const)('parks as a conflict when GetAsset %s', async (_name, script) => {
    const world = starterWorld({
      script: { ...noRuns, ...script, startRun: async () => refused('CONFLICT') },
    })
    expect(await world.handle(runRequest())).toMatchObject([{ run: { reason: 'CONFLICT' } }])
  })
})

describe('a Start that is denied because the asset has been transferred', () => {
  test.each([
    ['of a request', {}],
    ['of an event', { trigger: 'PUBLISHED' as const }],
  ])('follows the owner %s', async (_name, origin) => {
    const run = parkedRun({ request: { ...parkedRun().request, ...origin } })
    const script = {
      ...moved,
      startRun: async ({ projectId }: { projectId: string }) =>
        projectId === 'project-2' ? answered(serviceRun()) : refused('DENIED'),
    }
    const world = starterWorld({ runs: [run], script })
    expect(await world.handle(world.releaseMessageFor(run))).toMatchObject([
      { run: { reason: 'IN_TRANSFER', retryAtMs: t0 + minute } },
    ])
    expect(world.store.all()[0]).not.toHaveProperty('earlierStart')
    expect(await world.breakers.openBreakers()).toEqual([])
    expect(await world.outcomes(world.releaseMessageFor(run))).toEqual(['started'])
  })

  test('follows the owner of an event without a visible transfer, because DataZone cannot fix its event', async () => {
    const run = parkedRun({ request: { ...parkedRun().request, trigger: 'PUBLISHED' } })
    const script = {
      ...showingAsset('4', { owningProjectId: 'project-2' }),
      startRun: async () => refused('DENIED'),
    }
    const world = starterWorld({ runs: [run], script })
    expect(await world.handle(world.releaseMessageFor(run))).toMatchObject([
      { run: { reason: 'IN_TRANSFER' } },
    ])
  })

  test('drops the project name and the portal URL of the former owner', async () => {
    const run = parkedRun({ reason: 'IN_TRANSFER', projectName: 'Sales', portalUrl: 'https://old' })
    const world = starterWorld({ runs: [run], script: moved })
    expect(await world.outcomes(world.releaseMessageFor(run))).toEqual(['started'])
    expect(world.store.all()[0]).not.toMatchObject({ projectName: 'Sales' })
    expect(world.store.all()[0]).not.toMatchObject({ portalUrl: 'https://old' })
  })

  test('leaves a missing asset to Start, and parks again when GetAsset is refused for another reason', async () => {
    const run = parkedRun({ reason: 'IN_TRANSFER' })
    const gone = starterWorld({ runs: [run], script: { getAsset: async () => refused('NOT_FOUND') } })
    expect(await gone.outcomes(gone.releaseMessageFor(run))).toEqual(['started'])
    const down = starterWorld({ runs: [run], script: { getAsset: async () => refused('UNAVAILABLE') } })
    expect(await down.handle(down.releaseMessageFor(run))).toMatchObject([{ run: { reason: 'IN_TRANSFER' } }])
  })

  test('P9: is rejected when the transfer outlasts the waiting limit', async () => {
    const run = parkedRun({ reason: 'IN_TRANSFER', createdAtMs: t0 - 36 * 24 * 60 * minute })
    const world = starterWorld({ runs: [run], script: showingAsset('4', { transfer: active }) })
    expect(await world.outcomes(world.releaseMessageFor(run))).toEqual(['rejected'])
  })
})

describe('a request without a revision that names a project of a transfer', () => {
  const requestFrom = (projectId: string) => runRequest({ projectId, asset: { id: subject.assetId } })

  test('waits when it names the next owner', async () => {
    const world = starterWorld({ script: showingAsset('4', { transfer: active }) })
    expect(await world.handle(requestFrom('project-2'))).toMatchObject([{ run: { reason: 'IN_TRANSFER' } }])
  })

  test('runs in the project of the owner when it names the former one', async () => {
    const world = starterWorld({ script: moved })
    expect(await world.outcomes(requestFrom('project-1'))).toEqual(['started'])
    expect(world.datazone.starts).toMatchObject([{ projectId: 'project-2' }])
  })

  test('is rejected when it names a third project', async () => {
    const world = starterWorld({ script: moved })
    expect(await world.outcomes(requestFrom('project-3'))).toEqual(['rejected'])
    expect(await world.outcomes(assetEvent())).toEqual(['started'])
  })
})
