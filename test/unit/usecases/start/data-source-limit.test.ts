import { describe, expect, test } from 'vitest'
import type { Run } from '../../../../lib/run/run.ts'
import { runRequest, sourceRunRequest } from '../../../support/messages.ts'
import { endedRun, minute, origin, sourceSubject, t0 } from '../../../support/runs.ts'
import { refused } from '../../../support/scripted-datazone.ts'
import { starterWorld } from '../../../support/starter-world.ts'

const hour = 60 * minute
/** The midnight that ends the UTC day of `t0`, which is 02:14. */
const midnight = Date.parse('2026-11-21T00:00:00.000Z')

/** Returns ended runs of the source that started `agesMs` ago. */
const ended = (...agesMs: readonly number[]): Run[] =>
  agesMs.map((ageMs, index) =>
    endedRun({
      subject: { ...sourceSubject, triggerKey: `earlier-${index}` },
      request: { ...origin, requestKey: `request:earlier-${index}` },
      runId: `earlier-${index}`,
      startedAtMs: t0 - ageMs,
    }),
  )

describe('P7: the daily limit of a data source', () => {
  test('parks the next run until tomorrow after 25 runs, without a call', async () => {
    const world = starterWorld({ runs: ended(...Array.from({ length: 25 }, (_, n) => n * 5 * minute)) })
    expect(await world.handle(sourceRunRequest())).toMatchObject([
      { outcome: 'parked', run: { reason: 'SOURCE_DAY_FULL', retryAtMs: midnight } },
    ])
    expect(world.datazone.calls).toEqual([])
  })

  test('does not count the runs of yesterday', async () => {
    const world = starterWorld({ runs: ended(...Array.from({ length: 25 }, () => 3 * hour)) })
    expect(await world.outcomes(sourceRunRequest())).toEqual(['started'])
  })

  test('starts over at midnight', async () => {
    const world = starterWorld({ runs: ended(minute), settings: { sourceRunsPerDay: 1 } })
    await world.handle(sourceRunRequest())
    world.clock.advance(midnight - t0)
    const [waiting] = world.store.all().filter((run) => run.state === 'PARKED')
    if (waiting === undefined) throw new Error('expected a waiting run')
    world.store.put({ ...waiting, releasedAtMs: midnight })
    expect(await world.outcomes(world.releaseMessageFor(waiting))).toEqual(['started'])
  })

  test('does not limit an asset, however often it ran today', async () => {
    const today = Array.from({ length: 25 }, (_, n) => endedRun({ attempt: n + 1, runId: `run-${n}` }))
    const world = starterWorld({ runs: today })
    expect(await world.outcomes(runRequest({ requestId: 'again', regenerate: true }))).toEqual(['started'])
  })

  test('parks a request until tomorrow when DataZone refuses it because foreign runs have filled the day', async () => {
    const world = starterWorld({ script: { startSourceRun: async () => refused('QUOTA_EXCEEDED') } })
    expect(await world.handle(sourceRunRequest())).toMatchObject([
      { outcome: 'parked', run: { reason: 'QUOTA_EXCEEDED', retryAtMs: midnight } },
    ])
  })

  test('retries a refusal just past midnight soon, because clocks differ', async () => {
    const world = starterWorld({ script: { startSourceRun: async () => refused('QUOTA_EXCEEDED') } })
    await world.clock.sleepUntil(midnight + 200)
    expect(await world.handle(sourceRunRequest())).toMatchObject([
      { outcome: 'parked', run: { reason: 'QUOTA_EXCEEDED', retryAtMs: midnight + 200 + minute } },
    ])
  })
})
