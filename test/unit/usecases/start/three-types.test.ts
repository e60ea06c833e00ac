import { describe, expect, test } from 'vitest'
import { runKey, typesToRun } from '../../../../lib/run/identity.ts'
import { storeDown } from '../../../support/memory-run-store.ts'
import { runRequest, threeTypes } from '../../../support/messages.ts'
import { endedRun, minute, origin, parkedRun, subject, t0 } from '../../../support/runs.ts'
import { answered, refused, serviceRun, showingAsset } from '../../../support/scripted-datazone.ts'
import { starterWorld } from '../../../support/starter-world.ts'

const firstSet = 'RUN#4#BUSINESS_DESCRIPTIONS+BUSINESS_NAMES#0001'
const secondSet = 'RUN#4#BUSINESS_GLOSSARY_ASSOCIATIONS#0001'

describe('a request for three types', () => {
  const request = runRequest({ types: threeTypes })

  test('writes the second set first, waiting, then claims and starts the first', async () => {
    const world = starterWorld()
    expect(await world.outcomes(request)).toEqual(['started', 'parked'])
    expect(world.store.writes).toEqual([
      `create PARKED ${secondSet}`,
      `claim ${firstSet}`,
      `save IN_FLIGHT ${firstSet}`,
    ])
    expect(world.store.all()).toMatchObject([
      { state: 'IN_FLIGHT' },
      {
        state: 'PARKED',
        reason: 'BEHIND',
        retryAtMs: t0 + minute,
        history: [{ atMs: t0, what: 'parked: BEHIND' }],
      },
    ])
  })

  test('P2: makes the first run on redelivery after a crash between the two', async () => {
    const world = starterWorld()
    world.store.beforeWrite = (run) => {
      if (run.state === 'CLAIMED') throw storeDown()
    }
    await expect(world.handle(request)).rejects.toThrow('table is unavailable')
    expect(world.store.all()).toHaveLength(1)
    world.store.beforeWrite = () => {}
    expect(await world.outcomes(request, 2)).toEqual(['started'])
    expect(world.store.all().map((run) => run.state)).toEqual(['IN_FLIGHT', 'PARKED'])
  })

  test('P2: keeps the settings of the first decision after a crash between the two, even when the policy has changed', async () => {
    const policy = { retry: { attempts: 2, delayMs: minute } }
    const second = parkedRun({
      subject: { ...subject, types: threeTypes.slice(2) },
      reason: 'BEHIND',
      policy,
    })
    const world = starterWorld({ runs: [second] })
    expect(await world.handle(request, 2)).toMatchObject([{ outcome: 'started', run: { policy } }])
  })

  test('P2: keeps its revision after a crash between the two', async () => {
    const event = runRequest({ types: threeTypes, asset: { id: 'asset-1' } })
    const world = starterWorld({ script: showingAsset('4') })
    world.store.beforeWrite = (run) => {
      if (run.state === 'CLAIMED') throw storeDown()
    }
    await expect(world.handle(event)).rejects.toThrow()
    world.store.beforeWrite = () => {}
    expect(await world.outcomes(event, 2)).toEqual(['started'])
    expect(world.datazone.calls).toEqual(['GetAsset asset-1', 'Start 4'])
  })

  test('P2: recovers from a crash between the two even when the second run was throttled meanwhile', async () => {
    let throttled = true
    const world = starterWorld({
      script: { startRun: async () => (throttled ? refused('THROTTLED') : answered(serviceRun())) },
    })
    world.store.beforeWrite = (run) => {
      if (run.state === 'CLAIMED') throw storeDown()
    }
    await expect(world.handle(request)).rejects.toThrow()
    world.store.beforeWrite = () => {}
    const [rest] = world.store.all()
    if (rest === undefined) throw new Error('expected the second set')
    world.clock.advance(minute)
    await world.handle(world.releaseMessageFor(rest), 2)
    expect(world.store.all()).toMatchObject([{ state: 'PARKED', reason: 'THROTTLED' }])
    throttled = false
    world.clock.advance(2 * minute)
    await world.handle(request, 2)
    expect(world.store.all().map((run) => run.state)).toEqual(['IN_FLIGHT', 'PARKED'])
    expect(world.datazone.starts.at(-1)?.types).toEqual(['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES'])
  })

  test('P1: makes no third attempt when regenerate crashes between the two', async () => {
    const world = starterWorld()
    await world.handle(request)
    for (const run of world.store.all())
      world.store.put(endedRun({ ...run, state: 'ENDED', runId: runKey(run).record }))
    const again = runRequest({ requestId: 'again', types: threeTypes, regenerate: true })
    world.store.beforeWrite = (run) => {
      if (run.state === 'CLAIMED') throw storeDown()
    }
    await expect(world.handle(again)).rejects.toThrow()
    world.store.beforeWrite = () => {}
    await world.handle(again, 2)
    expect(world.store.all().map((run) => run.attempt)).toEqual([1, 2, 1, 2])
  })

  test('P2: makes the next attempt when regenerate loses the race for the second set', async () => {
    const world = starterWorld()
    await world.handle(request)
    for (const run of world.store.all())
      world.store.put(endedRun({ ...run, state: 'ENDED', runId: runKey(run).record }))
    const rival = { ...subject, types: ['BUSINESS_GLOSSARY_ASSOCIATIONS'] } as const
    world.store.beforeWrite = () => {
      world.store.beforeWrite = () => {}
      world.store.put(
        parkedRun({ subject: rival, attempt: 2, request: { ...origin, requestKey: 'request:rival' } }),
      )
    }
    const again = runRequest({ requestId: 'again', types: threeTypes, regenerate: true })
    expect(await world.outcomes(again)).toEqual(['started', 'parked'])
    const mine = world.store.all().filter((run) => run.request.requestKey === 'request:again')
    expect(mine.map((run) => typesToRun(run).length)).toEqual([2, 1])
  })

  test('P2: waits for its revision as one request, whose repeat is a duplicate without a call', async () => {
    const event = runRequest({ types: threeTypes, asset: { id: 'asset-1' } })
    const world = starterWorld({ script: { getAsset: async () => refused('NOT_FOUND') } })
    expect(await world.outcomes(event)).toEqual(['parked'])
    expect(await world.outcomes(event, 2)).toEqual(['duplicate'])
    expect(world.datazone.calls).toEqual(['GetAsset asset-1'])
  })

  test('P1: is a duplicate of both runs when it is redelivered', async () => {
    const world = starterWorld()
    await world.handle(request)
    expect(await world.outcomes(request, 2)).toEqual(['duplicate', 'duplicate'])
    expect(world.datazone.starts).toHaveLength(1)
  })

  test('continues a run that was throttled when it is redelivered, but not in mode plan', async () => {
    const first = endedRun({ subject: { ...subject, types: threeTypes.slice(0, 2) } })
    const second = parkedRun({ subject: { ...subject, types: threeTypes.slice(2) } })
    const world = starterWorld({ runs: [first, second] })
    expect(await world.outcomes(request, 2)).toEqual(['started'])
    const plan = starterWorld({ runs: [first, second], settings: { mode: 'plan' } })
    expect(await plan.outcomes(request, 2)).toEqual(['duplicate', 'duplicate'])
    expect([...plan.datazone.calls, ...plan.store.writes]).toEqual([])
  })

  test('starts the second set once the first has ended, not before', async () => {
    const world = starterWorld()
    await world.handle(request)
    const [first, second] = world.store.all()
    if (first === undefined || second === undefined) throw new Error('expected two records')
    expect(await world.handle(world.releaseMessageFor(second))).toMatchObject([
      { outcome: 'parked', run: { reason: 'BEHIND', retryAtMs: t0 + minute } },
    ])
    world.store.put(endedRun({ ...first, state: 'ENDED' }))
    expect(await world.outcomes(world.releaseMessageFor(second))).toEqual(['started'])
    expect(world.datazone.starts.map(({ types }) => types)).toEqual([
      ['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES'],
      ['BUSINESS_GLOSSARY_ASSOCIATIONS'],
    ])
  })
})
