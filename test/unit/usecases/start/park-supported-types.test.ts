import { describe, expect, test } from 'vitest'
import type { GenerationType } from '../../../../lib/run/run.ts'
import { transition } from '../../../../lib/run/transition.ts'
import { parkSupportedTypes } from '../../../../lib/usecases/start/park-supported-types.ts'
import type { StarterSettings } from '../../../../lib/usecases/start/start-context.ts'
import { storeDown } from '../../../support/memory-run-store.ts'
import { runRequest } from '../../../support/messages.ts'
import { claimedRun, endedRun, minute, origin, subject, t0 } from '../../../support/runs.ts'
import { answered, refused, serviceRun } from '../../../support/scripted-datazone.ts'
import { startContext } from '../../../support/start-context.ts'
import { defaults, starterWorld } from '../../../support/starter-world.ts'

const bothTypes = { types: ['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES'] as GenerationType[] }

/** Returns a world with the older API of DataZone, which runs only descriptions. */
const olderWorld = (settings: Partial<StarterSettings> = {}) =>
  starterWorld({
    settings,
    script: {
      listRuns: async () => answered({ runs: [] }),
      startRun: async ({ types }) =>
        types.length === 1 && types[0] === 'BUSINESS_DESCRIPTIONS'
          ? answered(serviceRun({ types }))
          : refused('INVALID', {
              name: 'UnsupportedType',
              supportedTypes: types.filter((type) => type === 'BUSINESS_DESCRIPTIONS'),
            }),
    },
  })

describe('a Start that the older API refuses as a whole', () => {
  test('P2: rejects the types that it cannot generate and runs the others', async () => {
    const world = olderWorld()
    expect(await world.outcomes(runRequest(bothTypes))).toEqual(['rejected'])
    const [parked, rejected] = world.store.all()
    expect(rejected).toMatchObject({ state: 'ENDED', ending: 'REJECTED', error: { name: 'UnsupportedType' } })
    expect(parked).toMatchObject({
      state: 'PARKED',
      subject: { types: ['BUSINESS_DESCRIPTIONS'] },
      attempt: 1,
      retryAtMs: t0,
    })
    if (parked === undefined) throw new Error('expected a parked run')
    expect(await world.outcomes(world.releaseMessageFor(parked))).toEqual(['started'])
    expect(world.datazone.starts.map(({ types }) => types)).toEqual([
      ['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES'],
      ['BUSINESS_DESCRIPTIONS'],
    ])
  })

  test('P1: makes one run of a type, however often its request is delivered or repeated', async () => {
    const world = olderWorld()
    await world.handle(runRequest(bothTypes))
    await world.handle(runRequest(bothTypes), 2)
    await world.handle(runRequest({ ...bothTypes, requestId: 'another' }))
    const descriptions = world.store
      .all()
      .filter(({ subject }) => subject.kind === 'METADATA_GENERATION' && subject.types.length === 1)
    expect(descriptions).toHaveLength(1)
  })

  test('P7: counts the request once in the cap of the type that runs', async () => {
    const cap = { name: 'descriptions', type: 'BUSINESS_DESCRIPTIONS', perMonth: 100 } as const
    const world = olderWorld({ policy: { ...defaults.starter.policy, caps: [cap] } })
    await world.handle(runRequest(bothTypes))
    const parked = world.store.all().find((run) => run.state === 'PARKED')
    if (parked === undefined) throw new Error('expected a parked run')
    expect(await world.outcomes(world.releaseMessageFor(parked))).toEqual(['started'])
    expect(world.store.runsIn({ cap: 'descriptions', period: 'MONTH#2026-11' })).toBe(1)
  })

  const month = (cap: string) => ({ cap, period: 'MONTH#2026-11' })

  test('P7: returns the count of a type that it cannot generate to its cap', async () => {
    const caps = [
      { name: 'descriptions', type: 'BUSINESS_DESCRIPTIONS', perMonth: 100 },
      { name: 'names', type: 'BUSINESS_NAMES', perMonth: 100 },
    ] as const
    const world = olderWorld({ policy: { ...defaults.starter.policy, caps } })
    await world.handle(runRequest(bothTypes))
    await world.handle(runRequest({ types: ['BUSINESS_NAMES'], requestId: 'names' }))
    expect(world.store.runsIn(month('descriptions'))).toBe(1)
    expect(world.store.runsIn(month('names'))).toBe(0)
    const parked = world.store.all().find(({ state }) => state === 'PARKED')
    expect(parked?.countedIn).toEqual([month('descriptions')])
    const rejected = world.store.all().filter(({ state }) => state === 'ENDED')
    expect(rejected.map(({ countedIn }) => countedIn)).toEqual([[month('descriptions')], undefined])
  })

  test('P7: returns no count twice when it is refused again after a crash', async () => {
    const cap = { name: 'all', perMonth: 100 }
    const world = olderWorld({ policy: { ...defaults.starter.policy, caps: [cap] } })
    world.store.beforeWrite = (run) => {
      if (run.state === 'ENDED') throw storeDown()
    }
    await expect(world.handle(runRequest(bothTypes))).rejects.toThrow()
    world.store.beforeWrite = () => {}
    world.clock.advance(15 * minute)
    for (const run of world.store.all()) {
      const nowMs = world.clock.now()
      const next = transition(run, { kind: 'RELEASED', holdUntilMs: nowMs }, nowMs)
      if (run.state === 'CLAIMED' && next.outcome === 'changed') world.store.put(next.run)
      await world.handle(world.releaseMessageFor(run))
    }
    expect(world.store.all()).toMatchObject([{ state: 'PARKED' }, { state: 'ENDED', ending: 'REJECTED' }])
    expect(world.store.runsIn(month('all'))).toBe(1)
  })

  test('P7: returns its count when another request has run the supported type already', async () => {
    const policy = { ...defaults.starter.policy, caps: [{ name: 'all', perMonth: 100 }] }
    const world = olderWorld({ policy })
    world.store.put(endedRun({ request: { ...origin, requestKey: 'request:another' } }))
    expect(await world.outcomes(runRequest(bothTypes))).toEqual(['rejected'])
    expect(world.datazone.starts).toHaveLength(1)
    expect(world.store.runsIn(month('all'))).toBe(0)
  })

  test('rejects a request of which it can generate no type', async () => {
    const world = olderWorld()
    expect(await world.outcomes(runRequest({ types: ['BUSINESS_NAMES'] }))).toEqual(['rejected'])
    expect(world.store.all()).toMatchObject([{ state: 'ENDED', ending: 'REJECTED' }])
  })
})

describe('parkSupportedTypes', () => {
  const refusedRun = claimedRun({ subject: { ...subject, ...bothTypes } })
  const all = { cap: 'all', period: 'MONTH#2026-11' }
  const settings = { policy: { ...defaults.starter.policy, caps: [{ name: 'all', perMonth: 100 }] } }

  test('P7: moves the count of the claim to the first of two attempts only', async () => {
    const run = { ...refusedRun, countedIn: [all] }
    const context = startContext({ runs: [run], settings })
    expect(await parkSupportedTypes(run, bothTypes.types, context)).toEqual([])
    const parked = context.store.all().filter(({ state }) => state === 'PARKED')
    expect(parked).toMatchObject([
      { subject: { types: ['BUSINESS_DESCRIPTIONS'] }, countedIn: [all] },
      { subject: { types: ['BUSINESS_NAMES'] } },
    ])
    expect(parked[1]).not.toHaveProperty('countedIn')
  })

  test('gives no counter to the attempts of a claim that no cap counted', async () => {
    const context = startContext({ runs: [refusedRun], settings })
    expect(await parkSupportedTypes(refusedRun, bothTypes.types, context)).toEqual([])
    const parked = context.store.all().filter(({ state }) => state === 'PARKED')
    expect(parked).toHaveLength(2)
    for (const run of parked) expect(run).not.toHaveProperty('countedIn')
  })
})
