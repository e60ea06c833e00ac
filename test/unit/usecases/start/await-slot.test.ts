import { describe, expect, test } from 'vitest'
import { runRequest } from '../../../support/messages.ts'
import { minute, second, t0 } from '../../../support/runs.ts'
import { defaults, starterWorld } from '../../../support/starter-world.ts'

describe('awaitSlot', () => {
  test('P7: sends the Start at its slot, not before', async () => {
    const world = starterWorld({ slotInMs: 7 * second })
    await world.handle(runRequest())
    expect(world.clock.now()).toBe(t0 + 7 * second)
    expect(world.datazone.starts).toHaveLength(1)
  })

  test('P1: limits the Start to its own timeout and to the time left in the invocation', async () => {
    const early = starterWorld()
    await early.handle(runRequest())
    expect(early.datazone.starts[0]?.abortAfterMs).toBe(10 * second)
    const late = starterWorld({ slotInMs: 25 * second })
    await late.handle(runRequest())
    expect(late.datazone.starts[0]?.abortAfterMs).toBe(2 * second)
    expect(defaults.starter.leaseMs).toBeGreaterThanOrEqual(30 * second + 30 * second)
  })

  test('sends nothing when the slot comes too late: returns the message once, then parks it', async () => {
    const world = starterWorld({ slotInMs: 26 * second })
    expect(await world.handle(runRequest(), 1)).toEqual([
      { outcome: 'retry', afterSeconds: 5, reason: 'PACED' },
    ])
    expect(world.store.all()[0]).not.toHaveProperty('earlierStart')
    expect(await world.handle(runRequest(), 2)).toMatchObject([
      { outcome: 'parked', run: { reason: 'PACED' } },
    ])
    expect(world.datazone.calls).toEqual([])
  })
})

describe('a slot that a throttled Start made void', () => {
  /** Returns a world in which the pace falls while a starter waits for its slot. */
  const falling = (options: Parameters<typeof starterWorld>[0]) => {
    const world = starterWorld({ slotInMs: 2 * second, ...options })
    const { sleepUntil } = world.clock
    let falls = 1
    world.clock.sleepUntil = async (atMs) => {
      await sleepUntil(atMs)
      if (falls > 0) world.cutRate()
      falls -= 1
    }
    return world
  }

  test('P7: makes the starter wait for the next slot', async () => {
    const world = falling({ nextSlotInMs: 5 * second })
    expect(await world.outcomes(runRequest())).toEqual(['started'])
    expect(world.clock.now()).toBe(t0 + 7 * second)
    expect(world.datazone.starts).toHaveLength(1)
  })

  test('P7: expires when the starter wakes too late', async () => {
    const world = starterWorld({ slotInMs: 2 * second })
    const { sleepUntil } = world.clock
    world.clock.sleepUntil = async (atMs) => {
      await sleepUntil(atMs)
      world.clock.advance(24 * second)
    }
    expect(await world.handle(runRequest(), 2)).toMatchObject([
      { outcome: 'parked', run: { reason: 'PACED', retryAtMs: t0 + 26 * second + minute } },
    ])
    expect(world.datazone.starts).toEqual([])
  })

  test('P7: leads to no Start when the next slot is too late', async () => {
    const world = falling({ nextSlotInMs: 25 * second })
    expect(await world.handle(runRequest(), 2)).toMatchObject([
      { outcome: 'parked', run: { reason: 'PACED' } },
    ])
    expect(world.datazone.starts).toEqual([])
  })
})
