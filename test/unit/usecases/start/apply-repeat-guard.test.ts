import { describe, expect, test } from 'vitest'
import { assetEvent, runRequest } from '../../../support/messages.ts'
import { endedRun, inFlightRun, minute, subject, t0 } from '../../../support/runs.ts'
import { showing } from '../../../support/scripted-datazone.ts'
import { starterWorld } from '../../../support/starter-world.ts'

const day = 24 * 60 * minute
const shows = showing('9')
const ended = (daysAgo: number, over: Parameters<typeof endedRun>[0] = {}) =>
  endedRun({ detectedAtMs: t0 - daysAgo * day, announcedAtMs: t0, ...over })
const outcomeOf = async (runs: readonly ReturnType<typeof ended>[], message: object = assetEvent()) => {
  const world = starterWorld({ runs, script: shows })
  return { world, outcomes: await world.outcomes(message) }
}

describe('the repeat guard', () => {
  test('P2: skips a publish of an asset that succeeded a short while ago, and notes it on that run, once', async () => {
    const { world, outcomes } = await outcomeOf([ended(29)])
    expect(outcomes).toEqual(['skipped'])
    expect(world.store.all()).toHaveLength(1)
    expect(world.store.all()[0]?.history.at(-1)?.what).toMatch(/^REPEAT_GUARD skipped event:7a1d3e52/)
    expect(await world.outcomes(assetEvent(), 2)).toEqual(['skipped'])
    expect(world.store.writes).toHaveLength(1)
    expect(world.datazone.starts).toEqual([])
  })

  test('P2: reads the run again when another invocation writes it meanwhile', async () => {
    const world = starterWorld({ runs: [ended(1)], script: shows })
    world.store.beforeWrite = (run) => {
      world.store.beforeWrite = () => {}
      world.store.given({ ...run, version: 7 })
    }
    expect(await world.outcomes(assetEvent())).toEqual(['skipped'])
    expect(world.store.all()[0]?.history.at(-1)?.what).toMatch(/^REPEAT_GUARD skipped/)
  })

  test('P2: returns the publish to the queue with a growing wait while other invocations keep writing the run', async () => {
    const world = starterWorld({ runs: [ended(1)], script: shows })
    let version = 100
    world.store.beforeWrite = () => {
      version += 1
      world.store.given(ended(1, { version }))
    }
    const retry = (afterSeconds: number) => [{ outcome: 'retry', afterSeconds, reason: 'RECORD_CHANGED' }]
    expect(await world.handle(assetEvent())).toEqual(retry(5))
    expect(await world.handle(assetEvent(), 3)).toEqual(retry(20))
    expect(world.datazone.starts).toEqual([])
  })

  test('lets go after 30 days', async () => {
    expect((await outcomeOf([ended(30)])).outcomes).toEqual(['started'])
  })

  test('counts from an acceptance, which may come long after the run', async () => {
    const accepted = (runDaysAgo: number, daysAgo: number) =>
      ended(runDaysAgo, { acceptedAtMs: t0 - daysAgo * day })
    expect((await outcomeOf([accepted(90, 29)])).outcomes).toEqual(['skipped'])
    expect((await outcomeOf([accepted(90, 31)])).outcomes).toEqual(['started'])
    const failed = ended(90, { ending: 'FAILED', acceptedAtMs: t0 - day })
    expect((await outcomeOf([failed])).outcomes).toEqual(['started'])
    const asked = runRequest({ requestId: 'other', asset: { id: 'asset-1' }, regenerate: true })
    expect((await outcomeOf([accepted(90, 1)], asked)).outcomes).toEqual(['started'])
  })

  test('looks at the last run of these types, and only at how that one ended', async () => {
    const failed = ended(1, { ending: 'FAILED', subject: { ...subject, revision: '5' }, runId: 'run-5' })
    expect((await outcomeOf([ended(2), failed])).outcomes).toEqual(['started'])
    const since = ended(0.5, { subject: { ...subject, revision: '3' }, runId: 'run-3' })
    expect((await outcomeOf([since, failed])).outcomes).toEqual(['skipped'])
    const names = { ...subject, types: ['BUSINESS_NAMES'] } as const
    expect((await outcomeOf([ended(1, { subject: names })])).outcomes).toEqual(['started'])
    const both = runRequest({ types: ['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES'] }).types ?? []
    const settings = { defaultTypes: both }
    const asksForBoth = starterWorld({ runs: [ended(1)], script: shows, settings })
    expect(await asksForBoth.outcomes(assetEvent())).toEqual(['started'])
    const more = { ...subject, types: ['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES'] } as const
    expect((await outcomeOf([ended(1, { subject: more })])).outcomes).toEqual(['skipped'])
  })

  test('applies to publishes only', async () => {
    const asked = runRequest({ requestId: 'other', asset: { id: 'asset-1' } })
    expect((await outcomeOf([ended(1)], asked)).outcomes).toEqual(['started'])
    expect((await outcomeOf([ended(1)], { ...asked, regenerate: true })).outcomes).toEqual(['started'])
  })

  test('parks a newer revision behind an active run', async () => {
    const world = starterWorld({ runs: [inFlightRun()], script: shows })
    expect(await world.outcomes(assetEvent())).toEqual(['parked'])
  })
})
