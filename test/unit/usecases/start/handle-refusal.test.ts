import { describe, expect, test } from 'vitest'
import { runRequest } from '../../../support/messages.ts'
import { refusing } from '../../../support/refusing-datazone.ts'
import { claimedRun, minute, parkedRun, second, t0 } from '../../../support/runs.ts'
import { refused } from '../../../support/scripted-datazone.ts'
import { starterWorld } from '../../../support/starter-world.ts'

describe('a refused Start', () => {
  test.each([
    ['DENIED', minute],
    ['QUOTA_EXCEEDED', minute],
    ['NOT_FOUND', minute],
  ] as const)('P2: parks on %s at every receive', async (kind, afterMs) => {
    for (const receiveCount of [1, 2]) {
      const world = starterWorld({ script: refusing(kind) })
      expect(await world.handle(runRequest(), receiveCount)).toMatchObject([
        {
          outcome: 'parked',
          run: { reason: kind, retryAtMs: t0 + afterMs, error: { message: `${kind} for a test` } },
        },
      ])
      expect(world.store.all()[0]).not.toHaveProperty('earlierStart')
      expect(world.datazone.starts).toHaveLength(1)
      expect(world.slowDowns).toEqual([])
    }
  })

  test.each([
    ['THROTTLED', 2],
    ['UNAVAILABLE', 1],
  ] as const)('P7: returns to the queue on %s (at most %d times), then parks', async (kind, times) => {
    const world = starterWorld({ script: refusing(kind) })
    expect(await world.handle(runRequest(), 1)).toMatchObject([{ outcome: 'retry', afterSeconds: 5 }])
    // The table holds it too: if the message is lost, the sweep finds it, but not before the message would be back.
    expect(world.store.all()).toMatchObject([
      {
        state: 'PARKED',
        reason: kind,
        retryAtMs: t0 + 2 * minute + 5 * second,
        error: { message: `${kind} for a test` },
      },
    ])
    for (let receive = 2; receive <= times; receive += 1)
      expect(await world.outcomes(runRequest(), receive)).toEqual(['retry'])
    const afterMs = 5 * 2 ** times * second
    expect(await world.handle(runRequest(), times + 1)).toMatchObject([
      { outcome: 'parked', run: { reason: kind, retryAtMs: t0 + minute + afterMs } },
    ])
    expect(world.datazone.starts).toHaveLength(times + 1)
  })

  test('P1: carries the same token in every try of an attempt', async () => {
    const world = starterWorld({ script: refusing('UNAVAILABLE') })
    await world.handle(runRequest(), 1)
    await world.handle(runRequest(), 2)
    const [first, again] = world.datazone.starts
    expect(again?.clientToken).toBe(first?.clientToken)
  })

  test('P7: slows down the pace once for each throttled Start', async () => {
    const world = starterWorld({ script: refusing('THROTTLED') })
    await world.handle(runRequest())
    expect(world.slowDowns).toEqual([t0])
  })

  test('P1: is recorded as an earlier Start after a lost answer, but not after a definite refusal', async () => {
    const lost = starterWorld({ script: refusing('UNAVAILABLE') })
    await lost.handle(runRequest())
    expect(lost.store.all()).toMatchObject([{ earlierStart: { firstAtMs: t0, lastAtMs: t0 } }])
    const throttled = starterWorld({ script: refusing('THROTTLED') })
    await throttled.handle(runRequest())
    expect(throttled.store.all()[0]).not.toHaveProperty('earlierStart')
  })

  test('P2: rejects on INVALID: writes the record, the copy, the event and the mark', async () => {
    const world = starterWorld({ script: refusing('INVALID') })
    expect(await world.outcomes(runRequest())).toEqual(['rejected'])
    expect(world.store.all()).toMatchObject([
      { state: 'ENDED', ending: 'REJECTED', error: { name: 'ValidationException' }, announcedAtMs: t0 },
    ])
    expect(world.queue.copies).toHaveLength(1)
    expect(world.bus.events.map(({ detailType }) => detailType)).toEqual(['Metadata Generation Run Rejected'])
    expect(await world.outcomes(runRequest(), 2)).toEqual(['duplicate'])
  })

  test('P9: rejects after a lasting 404', async () => {
    const world = starterWorld({
      script: refusing('NOT_FOUND'),
      runs: [parkedRun({ reason: 'NOT_FOUND', notFoundSinceMs: t0 - 5 * minute })],
    })
    expect(await world.outcomes(world.releaseMessageFor(parkedRun()))).toEqual(['rejected'])
  })

  test('P2: records a definite refusal even when a duplicate was noted meanwhile', async () => {
    const world: ReturnType<typeof starterWorld> = starterWorld({
      script: {
        startRun: async () => {
          await world.handle(runRequest({ requestId: 'twin' }))
          return refused('INVALID')
        },
      },
    })
    expect(await world.outcomes(runRequest())).toEqual(['rejected'])
    expect(world.store.all()).toMatchObject([
      { ending: 'REJECTED', alsoRequestedBy: [{ requestKey: 'request:twin' }], announcedAtMs: t0 },
    ])
  })

  test.each(['THROTTLED', 'DENIED'] as const)(
    'P2: parks on %s, instead of waiting for the lease to end, even when a duplicate was noted meanwhile',
    async (kind) => {
      const world: ReturnType<typeof starterWorld> = starterWorld({
        script: {
          ...refusing(kind),
          startRun: async () => {
            await world.handle(runRequest({ requestId: 'twin' }))
            return refused(kind)
          },
        },
      })
      await world.handle(runRequest())
      const [run] = world.store.all()
      expect(run).toMatchObject({
        state: 'PARKED',
        reason: kind,
        alsoRequestedBy: [{ requestKey: 'request:twin' }],
      })
      expect(run).not.toHaveProperty('earlierStart')
    },
  )

  test.each(['INVALID', 'QUOTA_EXCEEDED', 'THROTTLED'] as const)(
    'P1: does not close a claim whose lease another starter has taken, after a late refusal: %s',
    async (kind) => {
      const theirs = claimedRun({
        version: 3,
        leaseEndsAtMs: t0 + 3 * minute,
        startSent: { firstAtMs: t0 + 2 * minute, lastAtMs: t0 + 3 * minute },
      })
      const world: ReturnType<typeof starterWorld> = starterWorld({
        script: {
          startRun: async () => {
            world.store.put(theirs)
            return refused(kind)
          },
        },
      })
      expect(await world.outcomes(runRequest())).toEqual(['duplicate'])
      expect(world.store.all()).toEqual([theirs])
      expect(world.bus.events).toEqual([])
    },
  )

  test('P2: leaves a record that changes with every try to its lease, and announces nothing', async () => {
    const world = starterWorld({ script: refusing('INVALID') })
    world.store.beforeWrite = (run) => {
      const current = world.store.current(run)
      if (run.state === 'ENDED' && current !== undefined) {
        world.store.put({ ...current, version: current.version + 1 })
      }
    }
    expect(await world.outcomes(runRequest())).toEqual(['duplicate'])
    expect(world.store.all()).toMatchObject([{ state: 'CLAIMED' }])
    expect([...world.bus.events, ...world.queue.copies]).toEqual([])
  })

  test('backs off longer with each receive, up to 30 seconds', async () => {
    const waits: number[] = []
    for (const receiveCount of [2, 3, 4, 9, 50]) {
      const world = starterWorld({ script: refusing('UNAVAILABLE') })
      await world.handle(runRequest(), receiveCount)
      const [run] = world.store.all()
      if (run?.state === 'PARKED') waits.push((run.retryAtMs - t0 - minute) / second)
    }
    expect(waits).toEqual([10, 20, 30, 30, 30])
  })
})
