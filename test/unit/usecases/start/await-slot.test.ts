import { describe, expect, test } from 'vitest'
import { runRequest } from '../../../support/messages.ts'
import { minute, second, t0 } from '../../../support/runs.ts'
import { defaults, starterWorld } from '../../../support/starter-world.ts'

describe('pacing', () => {
  test('P7: Start is sent at its slot, not before', async () => {
    const world = starterWorld({ slotInMs: 7 * second })
    await world.handle(runRequest())
    expect(world.clock.now()).toBe(t0 + 7 * second)
    expect(world.datazone.starts).toHaveLength(1)
  })

  test('P1: Start is given up in time: at its own limit, or when the invocation must answer', async () => {
    const early = starterWorld()
    await early.handle(runRequest())
    expect(early.datazone.starts[0]?.abortAfterMs).toBe(10 * second)
    const late = starterWorld({ slotInMs: 25 * second })
    await late.handle(runRequest())
    expect(late.datazone.starts[0]?.abortAfterMs).toBe(2 * second)
    expect(defaults.starter.leaseMs).toBeGreaterThanOrEqual(30 * second + 30 * second)
  })

  test('a slot too late for this invocation: nothing is sent; back once, then it waits in the table', async () => {
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
  /** The pace falls while the slot is waited for. */
  const falling = (options: Parameters<typeof starterWorld>[0]) => {
    const world = starterWorld({ slotInMs: 2 * second, ...options })
    const { sleepUntil } = world.clock
    let falls = 1
    world.clock.sleepUntil = async (atMs) => {
      await sleepUntil(atMs)
      if (falls > 0) world.paceFalls()
      falls -= 1
    }
    return world
  }

  test('P7: is not used; the next one is waited for', async () => {
    const world = falling({ nextSlotInMs: 5 * second })
    expect(await world.outcomes(runRequest())).toEqual(['started'])
    expect(world.clock.now()).toBe(t0 + 7 * second)
    expect(world.datazone.starts).toHaveLength(1)
  })

  test('P7: nor is one that is met too late, because the table or the clock was slow', async () => {
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

  test('P7: when the next one comes too late, nothing is sent', async () => {
    const world = falling({ nextSlotInMs: 25 * second })
    expect(await world.handle(runRequest(), 2)).toMatchObject([
      { outcome: 'parked', run: { reason: 'PACED' } },
    ])
    expect(world.datazone.starts).toEqual([])
  })
})
