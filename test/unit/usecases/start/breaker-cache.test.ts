import { describe, expect, test } from 'vitest'
import { PortUnavailable } from '../../../../lib/errors.ts'
import { openBreaker } from '../../../../lib/run/breaker.ts'
import { denied, pauses, probeDue, requestForAsset } from '../../../support/open-breakers.ts'
import { refusing } from '../../../support/refusing-datazone.ts'
import { minute, second, t0 } from '../../../support/runs.ts'
import { answered, refused, serviceRun } from '../../../support/scripted-datazone.ts'
import { starterWorld } from '../../../support/starter-world.ts'

describe('the breaker cache of an execution environment', () => {
  /** Returns a gate that holds the first call until `letGo` is called. */
  const held = () => {
    const [reached, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    let calls = 0
    const wait = async () => {
      calls += 1
      if (calls > 1) return
      reached.resolve()
      await over.promise
    }
    return { reached: reached.promise, letGo: over.resolve, wait }
  }

  test('P7: parks other requests while the breaker is still being written', async () => {
    const world = starterWorld({ script: refusing('QUOTA_EXCEEDED') })
    const { reached, letGo, wait } = held()
    const { trip } = world.breakers
    world.breakers.trip = (breaker) => wait().then(() => trip(breaker))
    const first = world.handle(requestForAsset('a'))
    await reached
    expect(await world.outcomes(requestForAsset('b'))).toEqual(['parked'])
    letGo()
    await first
    expect(world.datazone.starts).toHaveLength(1)
  })

  test('P7: keeps a refusal even when an older read ends after it', async () => {
    const startRun = async ({ assetId }: { assetId: string }) =>
      assetId === 'a' ? refused('QUOTA_EXCEEDED') : answered(serviceRun({ runId: assetId }))
    const world = starterWorld({ script: { startRun } })
    const { reached, letGo, wait } = held()
    const { trip } = world.breakers
    world.breakers.trip = (breaker) => wait().then(() => trip(breaker))
    const first = world.handle(requestForAsset('a'))
    await reached
    world.clock.advance(3 * second)
    expect(await world.outcomes(requestForAsset('b'))).toEqual(['started'])
    letGo()
    await first
    expect(await world.outcomes(requestForAsset('c'))).toEqual(['parked'])
  })

  test('lets no second message probe while one of its messages probes', async () => {
    const { reached, letGo, wait } = held()
    const startRun = () => wait().then(() => answered(serviceRun()))
    const world = starterWorld({ breakers: [probeDue(denied)], script: { startRun } })
    let changes = 0
    const { replace: change } = world.breakers
    world.breakers.replace = (before, next) => {
      changes += 1
      return change(before, next)
    }
    const first = world.outcomes(requestForAsset('a'))
    await reached
    expect(await world.outcomes(requestForAsset('b'))).toEqual(['parked'])
    letGo()
    expect(await first).toEqual(['started'])
    expect(changes).toBe(1)
  })

  test('keeps the other breakers when it closes one', async () => {
    const names = openBreaker({ reason: 'QUOTA_EXCEEDED', types: ['BUSINESS_NAMES'] }, 'Start', t0, pauses)
    const world = starterWorld({ breakers: [probeDue(denied), names] })
    expect(await world.outcomes(requestForAsset('a'))).toEqual(['started'])
    expect(await world.outcomes({ ...requestForAsset('b'), types: ['BUSINESS_NAMES'] })).toEqual(['parked'])
    expect(await world.outcomes(requestForAsset('c'))).toEqual(['started'])
  })

  test('lets a probe that cannot be returned expire, and handles its message', async () => {
    const failing = (error: Error) => {
      const world = starterWorld({
        breakers: [probeDue(denied)],
        script: {
          startRun: async () => {
            world.breakers.replace = async () => {
              throw error
            }
            return refused('UNAVAILABLE')
          },
        },
      })
      return world
    }
    const world = failing(new PortUnavailable('table', new Error('down for a test')))
    expect(await world.outcomes(requestForAsset('a'))).toEqual(['retry'])
    expect(await world.breakers.openBreakers()).toMatchObject([{ probes: 1, nextProbeAtMs: t0 + 2 * minute }])
    await expect(failing(new TypeError('a defect')).handle(requestForAsset('a'))).rejects.toThrow('a defect')
  })
})
