import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sampleDomainId } from '../../../../../local/catalogue/catalogue.ts'
import { dateDim, errorOf, glue, outputOf, salesProject, storeSales, testWorld } from '../test-world.ts'

const domainId = sampleDomainId
type World = ReturnType<typeof testWorld>

/** Returns everything that a caller and the control can see. */
const seen = ({ control, list, listSource, asset }: World) => ({
  runs: control.runs(),
  sourceRuns: control.dataSourceRuns(),
  faults: control.faults(),
  outcomes: control.outcomes(),
  settings: control.settings(),
  calls: control.calls(),
  nextEventMs: control.nextEventMs(),
  list: list(),
  sources: listSource(glue),
  asset: asset(storeSales),
})

/** The calls that a generated test chooses by number. */
const acts: readonly ((world: World) => unknown)[] = [
  (world) => world.start(storeSales, { clientToken: 'one' }),
  (world) => world.start(dateDim, { types: ['BUSINESS_NAMES'] }),
  (world) => world.startSource(glue, { clientToken: 'source' }),
  (world) => world.cancel(world.control.runs()[0]?.id ?? 'none'),
  (world) => world.control.setFaults([{ kind: 'lateEffect', delayMs: 5000, times: 1 }]),
  (world) => world.control.setFaults([{ kind: 'slow', delayMs: 10, probability: 0.5 }]),
  (world) => world.control.setOutcomes([{ target: dateDim, outcome: 'stuck' }]),
  (world) => world.control.changeSettings({ failureShare: 0.5, eventDuplicateShare: 0.5 }),
  (world) => world.control.addRevision({ domainId, assetId: storeSales, description: 'new' }),
  (world) => world.control.publishAsset({ domainId, assetId: dateDim }),
  (world) => world.control.acceptSuggestions({ domainId, assetId: storeSales }),
  (world) => world.control.takeEvents(),
  (world) => {
    const [run] = world.control.runs().filter(({ deletedAtMs }) => deletedAtMs === undefined)
    if (run !== undefined) world.control.deleteRun({ domainId, runId: run.id })
  },
  (world) =>
    world.call('AcceptPredictions', {
      domainIdentifier: domainId,
      identifier: storeSales,
      acceptRule: { rule: 'ALL' },
      clientToken: 'accept',
    }),
]

const steps = fc.array(
  fc.record({ act: fc.nat(acts.length - 1), waitMs: fc.oneof(fc.constant(0), fc.nat(40_000)) }),
  { maxLength: 30 },
)
type Steps = readonly { act: number; waitMs: number }[]

const walk = (world: World, given: Steps): void => {
  for (const { act, waitMs } of given) {
    acts[act]?.(world)
    world.clock.ms += waitMs
  }
}

describe('setState', () => {
  test('continues exactly as the simulator from which the state was saved', () => {
    fc.assert(
      fc.property(steps, steps, (before, after) => {
        const [one, other] = [testWorld({ startBucket: 2 }), testWorld({ seed: 'another' })]
        walk(one, before)
        const state = JSON.parse(JSON.stringify(one.control.state()))
        other.control.setState(state)
        expect(seen(other)).toEqual(seen(one))
        walk(one, after)
        walk(other, after)
        expect(seen(other)).toEqual(seen(one))
        one.clock.ms += 86_400_000
        other.clock.ms += 86_400_000
        expect(other.control.takeEvents()).toEqual(one.control.takeEvents())
      }),
    )
  })

  test('shares no object with the simulator from which the state was saved', () => {
    const world = testWorld()
    const state = world.control.state()
    world.control.addRevision({ domainId, assetId: storeSales })
    world.start(storeSales)
    world.control.setState(state)
    expect([world.control.runs(), outputOf(world.asset(storeSales)).revision]).toEqual([[], '1'])
  })

  test('restores a transfer, a data source status and an asset event', () => {
    const [one, other] = [testWorld(), testWorld()]
    const assetId = storeSales
    one.control.transferAsset({ domainId, assetId, targetProjectId: 'refdataproj001', durationMs: 5000 })
    one.control.setDataSourceStatus({ domainId, dataSourceId: glue, status: 'UPDATING' })
    one.control.sendAssetEvent({ domainId, assetId, detailType: 'Asset Schema Changed' })
    other.control.setState(one.control.state())
    expect(errorOf(other.startSource(glue))).toBe('ConflictException')
    expect(outputOf(other.asset(assetId)).ownershipTransfer).toMatchObject({ status: 'IN_PROGRESS' })
    other.clock.ms += 5000
    expect(outputOf(other.asset(assetId)).owningProjectId).toBe('refdataproj001')
    expect(other.control.takeEvents()).toMatchObject([
      {
        event: {
          'detail-type': 'Asset Schema Changed',
          detail: { metadata: { owningProjectId: salesProject } },
        },
      },
    ])
  })

  test('restores what is left of each rate', () => {
    const [one, other] = [testWorld(), testWorld()]
    for (let call = 0; call < 20; call += 1) one.cancel('none')
    other.control.setState(one.control.state())
    expect([errorOf(other.cancel('none')), errorOf(other.startSource(glue))]).toEqual([
      'ThrottlingException',
      'ok',
    ])
  })

  test('refuses a damaged state, names its field, and changes nothing', () => {
    const world = testWorld()
    world.start(storeSales)
    const state = world.control.state()
    const set = (damage: object) => () => world.control.setState({ ...state, ...damage })
    expect(set({ version: 2 })).toThrow(/^the state is invalid: version: /)
    expect(set({ clockMs: 'now' })).toThrow(/clockMs/)
    expect(set({ runs: [{ ...state.runs[0], plan: undefined }] })).toThrow(/runs\[0\]\.plan/)
    expect(set({ more: 1 })).toThrow(/more: unknown field/)
    expect(world.control.runs()).toHaveLength(1)
  })
})

describe('reset', () => {
  test('forgets everything but the catalogue and the initial settings', () => {
    const world = testWorld({ failureShare: 0.25 })
    walk(
      world,
      acts.map((_, act) => ({ act, waitMs: 1000 })),
    )
    world.control.reset()
    expect(seen(world)).toEqual(seen(startedAt(world.clock.ms)))
    expect(errorOf(world.start(storeSales, { clientToken: 'one' }))).toBe('ok')
    expect(world.control.runs()).toHaveLength(1)
  })
})

const startedAt = (ms: number): World => {
  const world = testWorld({ failureShare: 0.25 })
  world.clock.ms = ms
  world.control.loadCatalogue(world.catalogue)
  return world
}

describe('advanceClock', () => {
  test('moves the clock forward, and ends the runs that are due', () => {
    const world = testWorld({ medianMs: 60_000, sigma: 0 })
    const { id } = outputOf(world.start(storeSales))
    const before = world.control.clock().clockMs
    expect(world.control.advanceClock({ advanceMs: 61_000 })).toEqual({ clockMs: before + 61_000 })
    expect(outputOf(world.get(id)).status).toBe('SUCCEEDED')
    expect(world.control.takeEvents()).toHaveLength(1)
    world.clock.ms += 5
    expect(world.control.clock().clockMs).toBe(before + 61_005)
  })

  test('refuses to move the clock back', () => {
    expect(() => testWorld().control.advanceClock({ advanceMs: -1 })).toThrow(/advanceMs/)
  })
})
