import { describe, expect, test } from 'vitest'
import { cancelRequest, runRequest } from '../../../support/messages.ts'
import { inFlightRun, minute, parkedRun, second, subject, t0 } from '../../../support/runs.ts'
import { answered, refused, serviceRun } from '../../../support/scripted-datazone.ts'
import { starterWorld } from '../../../support/starter-world.ts'

const recordedCancel = { requestedAtMs: t0, requestId: 'stop-1' }
const earlierStart = { firstAtMs: t0 - 20 * minute, lastAtMs: t0 - 19 * minute }

// The invocation of a starterWorld has 27 s.
describe('a starter that runs out of time', () => {
  test.each([
    ['keeps owed a cancel that arrived before the run id', 26 * second, ['Start 4']],
    [
      'sends a cancel that arrived before the run id while there is time',
      24 * second,
      ['Start 4', 'Cancel run-1'],
    ],
  ])('%s', async (_, answeredAfterMs, calls) => {
    const world = starterWorld({
      script: {
        startRun: async () => {
          const [claim] = world.store.all()
          if (claim !== undefined)
            world.store.put({ ...claim, version: claim.version + 1, cancel: recordedCancel })
          world.clock.advance(answeredAfterMs)
          return answered(serviceRun())
        },
        cancelRun: async () => answered(undefined),
      },
    })
    expect(await world.outcomes(runRequest())).toEqual(['started'])
    expect(world.datazone.calls).toEqual(calls)
    expect(world.store.all()).toMatchObject([{ state: 'IN_FLIGHT', cancel: recordedCancel }])
  })

  test('records a cancel on every record that it covers, and leaves the unsent calls to the sweep', async () => {
    const runs = ['3', '4'].map((revision) =>
      inFlightRun({ subject: { ...subject, revision }, runId: `run-${revision}` }),
    )
    const world = starterWorld({
      runs,
      sentAtMs: t0 - minute,
      script: {
        cancelRun: async () => {
          world.clock.advance(26 * second)
          return refused('UNAVAILABLE')
        },
      },
    })
    expect(await world.outcomes(cancelRequest())).toEqual(['cancel-requested', 'cancel-requested'])
    expect(world.datazone.calls).toHaveLength(1)
    expect(world.store.all()).toMatchObject([
      { cancel: { requestId: 'stop-1' } },
      { cancel: { requestId: 'stop-1' } },
    ])
  })

  const endlessList = (world: () => ReturnType<typeof starterWorld>) => async () => {
    world().clock.advance(5 * second)
    return answered({ runs: [], nextToken: 'more' })
  }

  test('parks the run when there is no time to read List to its end, which proves nothing', async () => {
    const run = parkedRun({ earlierStart })
    const world: ReturnType<typeof starterWorld> = starterWorld({
      runs: [run],
      script: { listRuns: endlessList(() => world) },
    })
    expect(await world.handle(world.releaseMessageFor(run))).toMatchObject([
      { outcome: 'parked', run: { reason: 'UNAVAILABLE', earlierStart, error: { name: 'OutOfTime' } } },
    ])
    expect(world.clock.now()).toBeLessThanOrEqual(t0 + 30 * second)
    expect(world.datazone.starts).toEqual([])
  })

  test('parks after a conflict without a List', async () => {
    const world: ReturnType<typeof starterWorld> = starterWorld({
      script: {
        startRun: async () => {
          world.clock.advance(26 * second)
          return refused('CONFLICT')
        },
      },
    })
    expect(await world.handle(runRequest())).toMatchObject([
      { outcome: 'parked', run: { reason: 'CONFLICT' } },
    ])
    expect(world.datazone.calls).toEqual(['Start 4'])
  })
})
