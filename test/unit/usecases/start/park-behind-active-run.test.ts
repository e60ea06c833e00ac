import { describe, expect, test } from 'vitest'
import { isWaiting, type Run } from '../../../../lib/run/run.ts'
import { planWaiting } from '../../../../lib/run/sweep-plan.ts'
import { runRequest } from '../../../support/messages.ts'
import { endedRun, inFlightRun, minute, parkedRun, t0 } from '../../../support/runs.ts'
import { defaults, starterWorld } from '../../../support/starter-world.ts'

const hour = 60 * minute

/** Lets a request wait behind `first` while a sweep runs each minute; returns the minutes in which a sweep released it. */
const behind = async (
  first: Run,
  minutes: number,
  each?: (atMinute: number, world: ReturnType<typeof starterWorld>) => void,
) => {
  const world = starterWorld({ runs: [first] })
  await world.handle(runRequest({ requestId: 'again', regenerate: true }))
  const releasedAt: number[] = []
  for (let atMinute = 1; atMinute <= minutes; atMinute += 1) {
    world.clock.advance(minute)
    each?.(atMinute, world)
    const { release } = planWaiting(world.store.all().filter(isWaiting), world.clock.now(), defaults.sweeper)
    for (const run of release) {
      releasedAt.push(atMinute)
      await world.handle(world.releaseMessageFor(run))
    }
  }
  return { releasedAt, world }
}

describe('P7: a request that waits behind another run of its asset', () => {
  test.each<[string, Run, number[]]>([
    [
      'backs off while that run is active',
      inFlightRun(),
      [1, 2, 3, 5, 8, 12, 18, 27, 41, 56, 71, 86, 101, 116],
    ],
    [
      'looks again each hour while that run waits for a cap',
      parkedRun({ reason: 'CAP_FULL', retryAtMs: t0 + 1000 * hour }),
      [60, 120],
    ],
  ])('%s', async (_, first, minutes) => {
    const { releasedAt, world } = await behind(first, 120)
    expect(releasedAt).toEqual(minutes)
    expect(world.datazone.calls).toEqual([])
  })

  test('starts within two minutes after a short run', async () => {
    const { world } = await behind(inFlightRun(), 5, (atMinute, { store }) => {
      if (atMinute === 4) store.put(endedRun({ version: 2 }))
    })
    expect(world.store.all()).toMatchObject([{ state: 'ENDED' }, { state: 'IN_FLIGHT', attempt: 2 }])
  })
})
