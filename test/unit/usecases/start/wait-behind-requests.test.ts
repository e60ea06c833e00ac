import { expect, test } from 'vitest'
import { minute, origin, parkedRun, t0 } from '../../../support/runs.ts'
import { answered, refused, serviceRun } from '../../../support/scripted-datazone.ts'
import { starterWorld } from '../../../support/starter-world.ts'

test('P9: ends every attempt of a subject within one limit while DataZone never ends a run of its asset', async () => {
  const attempts = [1, 2, 3].map((attempt) =>
    parkedRun({ attempt, createdAtMs: t0, request: { ...origin, requestKey: `request:${attempt}` } }),
  )
  const world = starterWorld({
    runs: attempts,
    script: {
      startRun: async () => refused('CONFLICT'),
      listRuns: async () => answered({ runs: [serviceRun({ runId: 'endless' })] }),
    },
  })
  const release = async () => {
    for (const run of world.store.all()) await world.handle(world.releaseMessageFor(run))
  }
  await release()
  expect(world.store.all()).toMatchObject([
    { reason: 'CONFLICT' },
    { reason: 'BEHIND' },
    { reason: 'BEHIND' },
  ])
  world.clock.advance(36 * 24 * 60 * minute)
  await release()
  expect(world.store.all().map((run) => run.state === 'ENDED' && run.error?.name)).toEqual(
    attempts.map(() => 'WaitedTooLong'),
  )
})
