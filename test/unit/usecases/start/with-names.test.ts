import { describe, expect, test } from 'vitest'
import { startedEvent } from '../../../../lib/contracts/run-event.ts'
import { assetEvent } from '../../../support/messages.ts'
import { showingAsset } from '../../../support/scripted-datazone.ts'
import { starterWorld } from '../../../support/starter-world.ts'

const portalUrl = 'https://dzd_orders.datazone.eu-west-1.on.aws/projects/project-1/catalog/assets/asset-1'

describe('withNames', () => {
  test('puts the project name and the portal URL on the record and in its event', async () => {
    const world = starterWorld({
      script: showingAsset('4'),
      settings: { region: 'eu-west-1' },
      projectName: 'Sales',
    })
    await world.handle(assetEvent())
    expect(world.store.all()).toMatchObject([{ state: 'IN_FLIGHT', projectName: 'Sales', portalUrl }])
    const [run] = world.store.all()
    if (run?.state !== 'IN_FLIGHT') throw new Error('expected a run in flight')
    expect(startedEvent(run).detail.data).toMatchObject({
      projectName: 'Sales',
      asset: { id: 'asset-1', portalUrl },
    })
  })

  test('starts a run whose project DataZone does not show', async () => {
    const world = starterWorld({ script: showingAsset('4') })
    expect(await world.outcomes(assetEvent())).toEqual(['started'])
    const [run] = world.store.all()
    expect(run).not.toHaveProperty('projectName')
    expect(run).not.toHaveProperty('portalUrl')
  })
})
