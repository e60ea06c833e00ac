import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dateDim, errorOf, outputOf, storeSales, testWorld } from '../test-world.ts'

const isEnding = (status: string | undefined): boolean =>
  status !== undefined && !['SUBMITTED', 'IN_PROGRESS'].includes(status)

describe('CancelMetadataGenerationRun', () => {
  test('cancels a run at once with all of its types, and lets its asset run again', () => {
    const world = testWorld()
    const { id } = outputOf(world.start(storeSales))
    expect(outputOf(world.cancel(id))).toEqual({})
    expect(outputOf(world.get(id))).toMatchObject({
      status: 'CANCELED',
      typeStats: [
        { type: 'BUSINESS_DESCRIPTIONS', status: 'CANCELED' },
        { type: 'BUSINESS_NAMES', status: 'CANCELED' },
      ],
    })
    expect(outputOf(world.list({ status: 'CANCELED' })).items).toMatchObject([{ id }])
    expect(outputOf(world.asset(storeSales)).readOnlyFormsOutput).toBeUndefined()
    expect(errorOf(world.start(storeSales))).toBe('ok')
  })

  test('keeps a run active for cancelMs, and ignores a second Cancel', () => {
    const world = testWorld({ cancelMs: 2000, medianMs: 3_600_000, sigma: 0 })
    const { id } = outputOf(world.start(storeSales))
    world.clock.ms += 1000
    expect(errorOf(world.cancel(id))).toBe('ok')
    world.clock.ms += 1999
    expect(outputOf(world.get(id)).status).toBe('SUBMITTED')
    expect(errorOf(world.cancel(id))).toBe('ok')
    world.clock.ms += 1
    expect(outputOf(world.get(id)).status).toBe('CANCELED')
  })

  test('keeps the ending of a run that ends by itself before the Cancel takes effect', () => {
    const world = testWorld({ cancelMs: 60_000 })
    const { id } = outputOf(world.start(storeSales))
    const endsAtMs = world.control.runs()[0]?.endsAtMs ?? 0
    world.clock.ms = endsAtMs - 1
    expect(errorOf(world.cancel(id))).toBe('ok')
    world.clock.ms = endsAtMs
    expect(outputOf(world.get(id)).status).toBe('SUCCEEDED')
  })

  test('refuses to cancel an ended run, with the error that cancelEnded names', () => {
    const canceled = (settings: object) => {
      const world = testWorld(settings)
      const { id } = outputOf(world.start(storeSales))
      world.clock.ms += 3_600_000
      return errorOf(world.cancel(id))
    }
    expect(canceled({})).toBe('ConflictException')
    expect(canceled({ failureShare: 1, cancelEnded: 'ValidationException' })).toBe('ValidationException')
    const world = testWorld()
    const { id } = outputOf(world.start(storeSales))
    world.cancel(id)
    expect(errorOf(world.cancel(id))).toBe('ConflictException')
    expect(errorOf(world.cancel('nothing'))).toBe('ResourceNotFoundException')
  })

  test('cancels a run that never ends by itself', () => {
    const world = testWorld({ stuckShare: 1 })
    const { id } = outputOf(world.start(storeSales))
    world.clock.ms += 1e9
    world.cancel(id)
    expect(outputOf(world.get(id)).status).toBe('CANCELED')
  })

  test('allows twenty Cancels at once, and then twenty per second', () => {
    const world = testWorld()
    const outcomes = Array.from({ length: 21 }, () => errorOf(world.cancel('nothing')))
    expect(new Set(outcomes.slice(0, 20))).toEqual(new Set(['ResourceNotFoundException']))
    expect(outcomes[20]).toBe('ThrottlingException')
    world.clock.ms += 50
    expect(errorOf(world.cancel('nothing'))).toBe('ResourceNotFoundException')
    expect(world.control.calls().throttledStarts).toBe(0)
  })

  test('moves a status only forward, and keeps an ending', () => {
    const order = ['SUBMITTED', 'IN_PROGRESS']
    const steps = fc.array(
      fc.record({ waitMs: fc.nat(15_000), action: fc.constantFrom('cancel', 'look', 'start') }),
      { maxLength: 30 },
    )
    const settings = fc.record({
      seed: fc.nat(1000),
      cancelMs: fc.constantFrom(0, 3000),
      failureShare: fc.constantFrom(0, 0.5),
      partialShare: fc.constantFrom(0, 0.5),
    })
    fc.assert(
      fc.property(settings, steps, (given, actions) => {
        const world = testWorld(given)
        const { id } = outputOf(world.start(dateDim))
        let seen: string | undefined
        for (const { waitMs, action } of actions) {
          world.clock.ms += waitMs
          if (action === 'cancel') world.cancel(id)
          if (action === 'start') world.start(dateDim)
          const { status } = outputOf(world.get(id))
          if (isEnding(seen)) expect(status).toBe(seen)
          else if (seen !== undefined && !isEnding(status))
            expect(order.indexOf(status)).toBeGreaterThanOrEqual(order.indexOf(seen))
          seen = status
        }
      }),
    )
  })
})
