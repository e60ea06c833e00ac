import { describe, expect, test } from 'vitest'
import { minute, t0 } from '../../../support/runs.ts'
import { answered, refused } from '../../../support/scripted-datazone.ts'
import { starterWorld } from '../../../support/starter-world.ts'

const request = {
  version: 1,
  requestId: 'load-1',
  kind: 'DATA_SOURCE',
  domainId: 'dzd_orders',
  projectId: 'project-1',
  dataSource: { id: 'source-1' },
  triggerKey: 'load-1',
}
const sourceError = { name: 'INTERNAL_SERVER_EXCEPTION', message: 'the connection was deleted' }
const at = (status: string, start: 'INVALID' | 'CONFLICT', error?: typeof sourceError) =>
  starterWorld({
    script: {
      startSourceRun: async () => refused(start),
      getDataSource: async () => answered({ status, ...(error === undefined ? {} : { error }) }),
    },
  })

describe.each(['INVALID', 'CONFLICT'] as const)('a data source whose Start is refused as %s', (start) => {
  test.each(['CREATING', 'UPDATING'])('parks the request while it is %s', async (status) => {
    const world = at(status, start)
    expect(await world.handle(request)).toMatchObject([
      {
        outcome: 'parked',
        run: {
          reason: 'SOURCE_NOT_READY',
          retryAtMs: t0 + minute,
          error: { name: 'SourceNotReady', message: `the data source is ${status}, not READY` },
        },
      },
    ])
    expect(world.datazone.calls).toEqual(['Start source-1', 'GetDataSource source-1'])
    // A Start that was refused for certain needs no search for its run.
    expect(world.store.all()[0]).not.toHaveProperty('earlierStart')
  })

  test.each(['FAILED_CREATION', 'FAILED_UPDATE', 'FAILED_DELETION', 'DELETING'])(
    'rejects the request with the error of the data source when it is %s',
    async (status) => {
      const world = at(status, start, sourceError)
      expect(await world.handle(request)).toMatchObject([
        {
          outcome: 'rejected',
          reasons: [
            `the data source is ${status}, not READY: INTERNAL_SERVER_EXCEPTION: the connection was deleted`,
          ],
        },
      ])
      expect(world.bus.events).toMatchObject([{ detail: { data: { error: { name: 'SourceNotReady' } } } }])
    },
  )

  test.each(['READY', 'RUNNING', 'A_STATUS_OF_THE_FUTURE'])(
    'P8: leaves the decision to the refusal when it is %s',
    async (status) => {
      expect(await at(status, start).handle(request)).toMatchObject([
        start === 'INVALID'
          ? { outcome: 'rejected', reasons: ['INVALID for a test'] }
          : { outcome: 'parked', run: { reason: 'CONFLICT' } },
      ])
    },
  )

  test.each(['THROTTLED', 'UNAVAILABLE'] as const)(
    'parks the request when GetDataSource is %s',
    async (kind) => {
      const script = {
        startSourceRun: async () => refused(start),
        getDataSource: async () => refused(kind),
      }
      expect(await starterWorld({ script }).handle(request)).toMatchObject([
        { outcome: 'parked', run: { reason: 'UNAVAILABLE' } },
      ])
    },
  )

  test('leaves the decision to the refusal when GetDataSource is denied', async () => {
    const script = {
      startSourceRun: async () => refused(start),
      getDataSource: async () => refused('DENIED'),
    }
    expect(await starterWorld({ script }).outcomes(request)).toEqual([
      start === 'INVALID' ? 'rejected' : 'parked',
    ])
  })
})

test('starts the request that waited for a data source once it is READY', async () => {
  let status = 'UPDATING'
  const world = starterWorld({
    script: {
      startSourceRun: async () =>
        status === 'READY'
          ? answered({ runId: 'source-run-1', nativeStatus: 'REQUESTED', types: [] })
          : refused('CONFLICT'),
      getDataSource: async () => answered({ status }),
    },
  })
  await world.handle(request)
  const [parked] = world.store.all()
  if (parked === undefined) throw new Error('expected a waiting run')
  status = 'READY'
  expect(await world.outcomes(world.releaseMessageFor(parked))).toEqual(['started'])
})
