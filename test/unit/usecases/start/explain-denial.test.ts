import { describe, expect, test } from 'vitest'
import { sourceRunRequest } from '../../../support/messages.ts'
import { denied, deniedCause, probeDue, requestForAsset } from '../../../support/open-breakers.ts'
import { refusing } from '../../../support/refusing-datazone.ts'
import { minute, parkedRun, second, subject, t0 } from '../../../support/runs.ts'
import { answered, refused, serviceRun, showingAsset } from '../../../support/scripted-datazone.ts'
import { starterWorld } from '../../../support/starter-world.ts'

const shows = showingAsset('4')

describe('P7: a denied Start', () => {
  test('backs off when it is refused for its asset alone, and does not hold up other assets', async () => {
    const denies = {
      ...shows,
      startRun: async ({ assetId }: { assetId: string }) =>
        assetId === 'wrong' ? refused('DENIED') : answered(serviceRun({ runId: assetId })),
    }
    const run = parkedRun({ createdAtMs: t0 - 20 * minute, subject: { ...subject, assetId: 'wrong' } })
    const world = starterWorld({ runs: [run], script: denies })
    expect(await world.handle(world.releaseMessageFor(run))).toMatchObject([
      { outcome: 'parked', run: { retryAtMs: t0 + 10 * minute } },
    ])
    world.clock.advance(minute)
    expect(await world.outcomes(requestForAsset('right'))).toEqual(['started'])
    expect(await world.breakers.openBreakers()).toEqual([])
  })

  test('makes no GetAsset for a data source', async () => {
    const world = starterWorld({ script: { startSourceRun: async () => refused('DENIED') } })
    expect(await world.outcomes(sourceRunRequest())).toEqual(['parked'])
    expect(world.datazone.calls).toEqual(['Start source-1'])
  })

  test('rejects a request that names the wrong project, and does not try it again', async () => {
    const world = starterWorld({ script: { ...refusing('DENIED'), ...shows } })
    expect(await world.handle({ ...requestForAsset('a'), projectId: 'project-2' })).toMatchObject([
      {
        outcome: 'rejected',
        reasons: ['projectId: another project owns the asset; send the id of the project that owns it'],
      },
    ])
    expect(world.datazone.calls).toEqual(['Start 4', 'GetAsset a'])
  })

  test.each([
    ['while none is open', []],
    ['while it probes one', [probeDue({ ...denied, cause: { ...deniedCause, projectId: 'project-2' } })]],
  ])('leaves breakers unchanged after requests with the wrong project, %s', async (_, breakers) => {
    const world = starterWorld({ breakers, script: { ...refusing('DENIED'), ...shows } })
    for (const id of ['a', 'b', 'c']) {
      expect(await world.outcomes({ ...requestForAsset(id), projectId: 'project-2' })).toEqual(['rejected'])
    }
    expect(await world.breakers.openBreakers()).toEqual(breakers)
  })

  test('starts a valid request even after many invalid ones', async () => {
    const script = {
      startRun: async ({ assetId }: { assetId: string }) =>
        assetId === 'right' ? answered(serviceRun({ runId: assetId })) : refused('DENIED'),
      getAsset: async () =>
        answered({ revision: '4', owningProjectId: 'project-2', typeIdentifier: 'table', name: 'orders' }),
    }
    const world = starterWorld({ script })
    for (let count = 12; count > 0; count -= 1) await world.handle(requestForAsset(`wrong-${count}`))
    expect(await world.outcomes(requestForAsset('right'))).toEqual(['started'])
  })

  test('parks without opening the breaker when there is no time to check the project', async () => {
    const world = starterWorld({
      script: {
        ...shows,
        startRun: async () => {
          world.clock.advance(26 * second)
          return refused('DENIED')
        },
      },
    })
    expect(await world.handle(requestForAsset('a'))).toMatchObject([
      { outcome: 'parked', run: { reason: 'DENIED' } },
    ])
    expect(world.datazone.calls).toEqual(['Start 4'])
    expect(await world.breakers.openBreakers()).toEqual([])
  })

  test('opens the breaker when GetAsset shows no project either', async () => {
    for (const kind of ['DENIED', 'UNAVAILABLE', 'NOT_FOUND'] as const) {
      const world = starterWorld({
        script: { startRun: async () => refused('DENIED'), getAsset: async () => refused(kind) },
      })
      expect(await world.outcomes(requestForAsset('a'))).toEqual(['parked'])
      expect(await world.breakers.openBreakers()).toMatchObject([{ cause: deniedCause }])
    }
  })
})
