import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Fault } from '../../../../../local/datazone/calls/fault-schema.ts'
import { errorStatus } from '../../../../../local/datazone/model/service-error.ts'
import { dateDim, errorOf, glue, otherGlue, outputOf, storeSales, testWorld } from '../test-world.ts'

const start = 'StartMetadataGenerationRun'

const worldWith = (...faults: Fault[]) => {
  const world = testWorld({ startBucket: 1000 })
  world.control.setFaults(faults)
  return world
}

describe('setFaults', () => {
  test('applies the effect of a lost answer, and a replay finds it', () => {
    const world = worldWith({ kind: 'lostAnswer', operation: start, times: 1 })
    expect(world.start(storeSales, { clientToken: 'token' }).lost).toBe(true)
    const again = world.start(storeSales, { clientToken: 'token' })
    expect(again.lost).toBe(false)
    expect(world.control.runs().map(({ id }) => id)).toEqual([outputOf(again).id])
  })

  test('answers every documented error before any effect', () => {
    for (const [name, status] of Object.entries(errorStatus)) {
      const world = testWorld()
      world.control.setFaults([{ kind: 'error', error: name as keyof typeof errorStatus, operation: start }])
      expect(world.start(storeSales)).toMatchObject({ outcome: 'error', error: { name, status } })
      expect(world.control.runs()).toEqual([])
    }
  })

  test('starts a run even when its answer is an error', () => {
    const world = worldWith({ kind: 'errorAfterEffect', operation: start, times: 1 })
    expect(errorOf(world.start(storeSales))).toBe('InternalServerException')
    expect(world.control.runs()).toHaveLength(1)
    const [call] = world.control.calls().starts
    expect(call).toMatchObject({ outcome: 'InternalServerException', runId: world.control.runs()[0]?.id })
  })

  test('adds the delays of slow answers to other faults', () => {
    const world = worldWith(
      { kind: 'slow', delayMs: 300 },
      { kind: 'error', error: 'ThrottlingException', operation: start },
      { kind: 'slow', delayMs: 20, operation: start },
    )
    expect(world.start(storeSales)).toMatchObject({ outcome: 'error', delayMs: 320 })
    expect(world.list()).toMatchObject({ outcome: 'ok', delayMs: 300 })
  })

  test('applies the first fault that hits, and leaves the others for later calls', () => {
    const world = worldWith(
      { kind: 'error', error: 'AccessDeniedException', times: 1 },
      { kind: 'error', error: 'ConflictException', times: 1 },
    )
    expect([world.list(), world.list(), world.list()].map(errorOf)).toEqual([
      'AccessDeniedException',
      'ConflictException',
      'ok',
    ])
  })

  test('limits a fault to one operation, one asset, a number of calls or a time', () => {
    const outcomes = (fault: object, calls: (world: ReturnType<typeof testWorld>) => string[]) =>
      calls(worldWith({ kind: 'error', error: 'InternalServerException', ...fault }))
    const [broken, fine] = ['InternalServerException', 'ok']
    expect(outcomes({ operation: 'GetAsset' }, (w) => [w.asset(storeSales), w.list()].map(errorOf))).toEqual([
      broken,
      fine,
    ])
    expect(
      outcomes({ target: dateDim }, (w) => [w.start(dateDim), w.start(storeSales)].map(errorOf)),
    ).toEqual([broken, fine])
    expect(outcomes({ times: 2 }, (w) => [w.list(), w.list(), w.list()].map(errorOf))).toEqual([
      broken,
      broken,
      fine,
    ])
    const later = (w: ReturnType<typeof testWorld>) => {
      const before = errorOf(w.list())
      w.clock.ms += 1000
      return [before, errorOf(w.list())]
    }
    expect(outcomes({ forMs: 1000 }, later)).toEqual([broken, fine])
    expect(outcomes({ forMs: 1001 }, later)).toEqual([broken, broken])
    expect(outcomes({ untilMs: 1_700_000_000_001 }, later)).toEqual([broken, fine])
  })

  test('hits the Get and List of the runs of an asset', () => {
    const world = testWorld()
    const [mine, other] = [outputOf(world.start(storeSales)), outputOf(world.start(dateDim))]
    world.control.setFaults([{ kind: 'error', error: 'ResourceNotFoundException', target: storeSales }])
    expect([world.get(mine.id), world.get(other.id)].map(errorOf)).toEqual([
      'ResourceNotFoundException',
      'ok',
    ])
    expect(errorOf(world.list({ targetIdentifier: storeSales }))).toBe('ResourceNotFoundException')
    world.control.setFaults([])
    expect(errorOf(world.get(mine.id))).toBe('ok')
  })

  test('hits a share of the calls, the same ones for the same seed', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.string(), (probability, seed) => {
        const hits = () => {
          const world = testWorld({ seed })
          world.control.setFaults([{ kind: 'error', error: 'ThrottlingException', probability }])
          return Array.from({ length: 300 }, () => errorOf(world.list()) !== 'ok')
        }
        const seen = hits()
        expect(seen).toEqual(hits())
        expect(Math.abs(seen.filter(Boolean).length / 300 - probability)).toBeLessThan(0.17)
      }),
      { numRuns: 20 },
    )
  })

  test('counts calls by operation and outcome, and keeps each Start', () => {
    const world = testWorld()
    world.control.setFaults([{ kind: 'lostAnswer', operation: start, target: dateDim }])
    world.list()
    world.start(dateDim)
    for (let call = 0; call < 10; call += 1) world.start(storeSales, { clientToken: 'token' })
    const { counts, throttledStarts, starts } = world.control.calls()
    expect(counts).toEqual({
      ListMetadataGenerationRuns: { ok: 1 },
      StartMetadataGenerationRun: { lost: 1, ok: 9, ThrottlingException: 1 },
    })
    expect(throttledStarts).toBe(1)
    expect(starts).toHaveLength(11)
    expect(starts.at(-1)).toEqual({
      atMs: world.clock.ms,
      outcome: 'ThrottlingException',
      overQuota: true,
      runId: undefined,
    })
  })

  test('lists the faults that are set, and how many calls each has hit', () => {
    const world = worldWith(
      { kind: 'error', error: 'ThrottlingException', operation: start, times: 1 },
      { kind: 'lateEffect', delayMs: 5 },
    )
    world.list()
    world.start(storeSales)
    world.start(dateDim)
    world.start(storeSales)
    expect(world.control.faults()).toEqual([
      { kind: 'error', error: 'ThrottlingException', operation: start, times: 1, hits: 1 },
      { kind: 'lateEffect', delayMs: 5, answer: 'lost', hits: 2 },
    ])
    world.control.setFaults([])
    expect(world.control.faults()).toEqual([])
  })

  test('refuses an invalid fault, names its field, and keeps the earlier faults', () => {
    const world = worldWith({ kind: 'error', error: 'ThrottlingException' })
    expect(() => world.control.setFaults([{ kind: 'slow', delayMs: -1 }])).toThrow(/\[0\]\.delayMs/)
    expect(() => world.control.setFaults([{ kind: 'slow', delayMs: 1, operation: 'Stop' }])).toThrow(
      /\[0\]\.operation.*GetAsset/,
    )
    expect(errorOf(world.list())).toBe('ThrottlingException')
  })

  test('applies a late effect when it is due, after a lost answer or an error', () => {
    const answered = (answer: 'lost' | 'InternalServerException') => {
      const world = worldWith({ kind: 'lateEffect', delayMs: 5000, answer, times: 1 })
      const start = world.start(storeSales, { clientToken: 'token' })
      const dueAtMs = world.clock.ms + 5000
      world.clock.ms = dueAtMs - 1
      expect(world.control.runs()).toEqual([])
      expect(world.control.nextEventMs()).toBe(dueAtMs)
      world.clock.ms = dueAtMs + 2000
      expect(outputOf(world.list()).items).toMatchObject([{ createdAt: new Date(dueAtMs) }])
      expect(world.control.runs()).toMatchObject([{ createdAtMs: dueAtMs, clientToken: 'token' }])
      expect(world.control.calls().starts).toMatchObject([{ runId: undefined }])
      return [start.lost, errorOf(start)]
    }
    expect(answered('lost')).toEqual([true, 'InternalServerException'])
    expect(answered('InternalServerException')).toEqual([false, 'InternalServerException'])
  })

  test('drops a late effect whose token or asset has a run by then', () => {
    const runsAfter = (token: string) => {
      const world = worldWith({ kind: 'lateEffect', delayMs: 5000, times: 1 })
      world.start(storeSales, { clientToken: 'token' })
      world.clock.ms += 1000
      const retried = outputOf(world.start(storeSales, { clientToken: token }))
      world.clock.ms += 6000
      expect(world.list().outcome).toBe('ok')
      return world.control.runs().filter(({ id }) => id !== retried.id)
    }
    expect(runsAfter('token')).toEqual([])
    expect(runsAfter('another')).toEqual([])
  })

  test('delays the effects of Starts and Cancels only, even past the ending', () => {
    const world = worldWith({ kind: 'lateEffect', delayMs: 3_600_000 })
    expect([world.list(), world.asset(storeSales)].map(errorOf)).toEqual(['ok', 'ok'])
    world.control.setFaults([])
    const { id } = outputOf(world.start(storeSales))
    world.control.setFaults([{ kind: 'lateEffect', delayMs: 3_600_000, answer: 'InternalServerException' }])
    expect(errorOf(world.cancel(id))).toBe('InternalServerException')
    world.clock.ms += 7_200_000
    expect(outputOf(world.get(id)).status).toBe('SUCCEEDED')
  })

  test('applies a due late effect before any other control call', () => {
    const world = worldWith({ kind: 'lateEffect', delayMs: 1000, times: 1 })
    world.start(storeSales)
    world.clock.ms += 1000
    world.control.loadCatalogue({ domains: [] })
    expect(world.control.runs()).toHaveLength(1)
  })

  test('hits the calls about a data source and its runs', () => {
    const world = testWorld()
    const [mine, other] = [outputOf(world.startSource(glue)), outputOf(world.startSource(otherGlue))]
    world.control.setFaults([{ kind: 'error', error: 'AccessDeniedException', target: glue }])
    const [denied, fine] = ['AccessDeniedException', 'ok']
    expect([world.getSource(mine.id), world.getSource(other.id)].map(errorOf)).toEqual([denied, fine])
    expect([world.listSource(glue), world.listSource(otherGlue)].map(errorOf)).toEqual([denied, fine])
    expect(errorOf(world.startSource(glue))).toBe(denied)
  })
})
