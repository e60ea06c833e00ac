import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Fault } from '../../../../../local/datazone/calls/fault-schema.ts'
import { errorStatus } from '../../../../../local/datazone/model/service-error.ts'
import { dateDim, errorOf, glue, otherGlue, outputOf, storeSales, testWorld } from '../test-world.ts'

const start = 'StartMetadataGenerationRun'

const worldWith = (...faults: Fault[]) => {
  const world = testWorld({ startBucket: 1000 })
  world.control.setFaults(faults)
  return world
}

test('a lost answer has its effect, and its replay finds it', () => {
  const world = worldWith({ kind: 'lostAnswer', operation: start, times: 1 })
  expect(world.start(storeSales, { clientToken: 'token' }).lost).toBe(true)
  const again = world.start(storeSales, { clientToken: 'token' })
  expect(again.lost).toBe(false)
  expect(world.control.runs().map(({ id }) => id)).toEqual([outputOf(again).id])
})

test('every documented error can be answered, before any effect', () => {
  for (const [name, status] of Object.entries(errorStatus)) {
    const world = testWorld()
    world.control.setFaults([{ kind: 'error', error: name as keyof typeof errorStatus, operation: start }])
    expect(world.start(storeSales)).toMatchObject({ outcome: 'error', error: { name, status } })
    expect(world.control.runs()).toEqual([])
  }
})

test('an error after the effect leaves a run behind', () => {
  const world = worldWith({ kind: 'errorAfterEffect', operation: start, times: 1 })
  expect(errorOf(world.start(storeSales))).toBe('InternalServerException')
  expect(world.control.runs()).toHaveLength(1)
  const [call] = world.control.calls().starts
  expect(call).toMatchObject({ outcome: 'InternalServerException', runId: world.control.runs()[0]?.id })
})

test('a slow answer tells how slow, and adds to other faults', () => {
  const world = worldWith(
    { kind: 'slow', delayMs: 300 },
    { kind: 'error', error: 'ThrottlingException', operation: start },
    { kind: 'slow', delayMs: 20, operation: start },
  )
  expect(world.start(storeSales)).toMatchObject({ outcome: 'error', delayMs: 320 })
  expect(world.list()).toMatchObject({ outcome: 'ok', delayMs: 300 })
})

test('of several faults the first that hits counts, and the others are left for later calls', () => {
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

test('a fault can be for one operation, one asset, a number of calls or a time', () => {
  const outcomes = (fault: object, calls: (world: ReturnType<typeof testWorld>) => string[]) =>
    calls(worldWith({ kind: 'error', error: 'InternalServerException', ...fault }))
  const [broken, fine] = ['InternalServerException', 'ok']
  expect(outcomes({ operation: 'GetAsset' }, (w) => [w.asset(storeSales), w.list()].map(errorOf))).toEqual([
    broken,
    fine,
  ])
  expect(outcomes({ target: dateDim }, (w) => [w.start(dateDim), w.start(storeSales)].map(errorOf))).toEqual([
    broken,
    fine,
  ])
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

test('a fault for an asset hits the Get and List of its runs too', () => {
  const world = testWorld()
  const [mine, other] = [outputOf(world.start(storeSales)), outputOf(world.start(dateDim))]
  world.control.setFaults([{ kind: 'error', error: 'ResourceNotFoundException', target: storeSales }])
  expect([world.get(mine.id), world.get(other.id)].map(errorOf)).toEqual(['ResourceNotFoundException', 'ok'])
  expect(errorOf(world.list({ targetIdentifier: storeSales }))).toBe('ResourceNotFoundException')
  world.control.setFaults([])
  expect(errorOf(world.get(mine.id))).toBe('ok')
})

test('a probability hits its share of the calls, the same ones for the same seed', () => {
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

test('the calls are counted by operation and outcome, and each Start has a line', () => {
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

test('the faults that are set can be seen, with how many calls each has hit', () => {
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

test('a fault that is not one is refused by field, and the faults before it stay', () => {
  const world = worldWith({ kind: 'error', error: 'ThrottlingException' })
  expect(() => world.control.setFaults([{ kind: 'slow', delayMs: -1 }])).toThrow(/\[0\]\.delayMs/)
  expect(() => world.control.setFaults([{ kind: 'slow', delayMs: 1, operation: 'Stop' }])).toThrow(
    /\[0\]\.operation.*GetAsset/,
  )
  expect(errorOf(world.list())).toBe('ThrottlingException')
})

test('a late effect comes when it is due, at its own moment, after a lost answer or an error', () => {
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

test('a late effect is none when its token has a run by then, or its asset', () => {
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

test('a late effect is of Starts and Cancels only, and a late Cancel may come after the ending', () => {
  const world = worldWith({ kind: 'lateEffect', delayMs: 3_600_000 })
  expect([world.list(), world.asset(storeSales)].map(errorOf)).toEqual(['ok', 'ok'])
  world.control.setFaults([])
  const { id } = outputOf(world.start(storeSales))
  world.control.setFaults([{ kind: 'lateEffect', delayMs: 3_600_000, answer: 'InternalServerException' }])
  expect(errorOf(world.cancel(id))).toBe('InternalServerException')
  world.clock.ms += 7_200_000
  expect(outputOf(world.get(id)).status).toBe('SUCCEEDED')
})

test('a late effect is had before whatever the control does', () => {
  const world = worldWith({ kind: 'lateEffect', delayMs: 1000, times: 1 })
  world.start(storeSales)
  world.clock.ms += 1000
  world.control.loadCatalogue({ domains: [] })
  expect(world.control.runs()).toHaveLength(1)
})

test('a fault for a data source hits the calls about it and its runs', () => {
  const world = testWorld()
  const [mine, other] = [outputOf(world.startSource(glue)), outputOf(world.startSource(otherGlue))]
  world.control.setFaults([{ kind: 'error', error: 'AccessDeniedException', target: glue }])
  const [denied, fine] = ['AccessDeniedException', 'ok']
  expect([world.getSource(mine.id), world.getSource(other.id)].map(errorOf)).toEqual([denied, fine])
  expect([world.listSource(glue), world.listSource(otherGlue)].map(errorOf)).toEqual([denied, fine])
  expect(errorOf(world.startSource(glue))).toBe(denied)
})
