import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { type LocalSystem, openSystem } from '../../support/local-system.ts'
import { cancelRequest, runRequest } from '../../support/requests.ts'

const allTypes = ['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES', 'BUSINESS_GLOSSARY_ASSOCIATIONS'] as const

describe('a request to cancel', () => {
  let system: LocalSystem
  beforeAll(async () => {
    system = await openSystem({
      assets: ['by-message', 'by-event'].map((id) => ({ id })),
      // Long enough that no run ends on its own.
      datazone: { medianMs: 3_600_000, sigma: 0 },
    })
  })
  afterAll(() => system?.close())

  const canceled = (assetId: string, count: number) =>
    system.sweepUntil(() => {
      const endings = system.endingsOf(assetId)
      expect(endings.map(({ data }) => data.status)).toEqual(Array(count).fill('CANCELED'))
      for (const { data } of endings) expect(data).toMatchObject({ canceledBy: `stop-${assetId}` })
    })

  test('cancels a run and the run that waits behind it when it is sent to the queue', async () => {
    await system.send(runRequest('by-message', { types: [...allTypes] }))
    await eventually(() => expect(system.runsOf('by-message')).toHaveLength(1))
    await system.send(cancelRequest('by-message'))
    await canceled('by-message', 2)
    expect(system.runsOf('by-message')).toMatchObject([{ status: 'CANCELED' }])
    expect(await system.recordsOf('by-message')).toMatchObject([
      { state: 'ENDED', ending: 'CANCELED' },
      { state: 'ENDED', ending: 'CANCELED' },
    ])
  })

  test('cancels a run when it is sent to the run bus', async () => {
    await system.send(runRequest('by-event'))
    await eventually(() => expect(system.runsOf('by-event')).toHaveLength(1))
    const client = new EventBridgeClient(system.stack.connect('eventbridge'))
    await client.send(
      new PutEventsCommand({
        Entries: [
          {
            EventBusName: system.stack.busNames['RunEventBus'],
            Source: 'my.pipeline',
            DetailType: 'Run Cancel Requested',
            Detail: JSON.stringify(cancelRequest('by-event')),
          },
        ],
      }),
    )
    client.destroy()
    await canceled('by-event', 1)
    expect(system.runsOf('by-event')).toMatchObject([{ status: 'CANCELED' }])
  })
})
