import { describe, expect, test } from 'vitest'
import { endings, startUnknownName } from '../../../../lib/run/run.ts'
import { claimedRun } from '../../../../lib/usecases/start/new-attempt.ts'
import { runRequest } from '../../../support/messages.ts'
import { endedRun, minute, origin, rejectedRun, subject, t0 } from '../../../support/runs.ts'
import { answered, refused, serviceRun } from '../../../support/scripted-datazone.ts'
import { starterWorld } from '../../../support/starter-world.ts'

describe('P2: an attempt that ended without a run', () => {
  const rejected = rejectedRun({ announcedAtMs: t0 })

  test('makes way for the next attempt when a request with the right project follows the rejected one', async () => {
    const world = starterWorld({
      script: {
        startRun: async ({ projectId }) =>
          projectId === 'wrong' ? refused('INVALID') : answered(serviceRun()),
      },
    })
    expect(await world.outcomes(runRequest({ requestId: 'a', projectId: 'wrong' }))).toEqual(['rejected'])
    expect(await world.handle(runRequest({ requestId: 'b' }))).toMatchObject([
      { outcome: 'started', run: { attempt: 2, projectId: 'project-1' } },
    ])
    const [first, second] = world.datazone.starts
    expect(second?.clientToken).not.toBe(first?.clientToken)
  })

  test('P1: makes the rejected request itself a duplicate when it is redelivered', async () => {
    const world = starterWorld({ runs: [rejected] })
    expect(await world.outcomes(runRequest(), 2)).toEqual(['duplicate'])
    expect(world.datazone.calls).toEqual([])
  })

  test('makes way for a third attempt, whose repeat is a duplicate', async () => {
    const again = { attempt: 2, request: { ...rejected.request, requestKey: 'request:again' } }
    const world = starterWorld({ runs: [rejected, { ...rejected, ...again }] })
    expect(await world.handle(runRequest({ requestId: 'c' }))).toMatchObject([{ run: { attempt: 3 } }])
    expect(await world.outcomes(runRequest({ requestId: 'd' }))).toEqual(['duplicate'])
    const ran = starterWorld({ runs: [endedRun(), { ...rejected, ...again }] })
    expect(await ran.outcomes(runRequest({ requestId: 'c' }))).toEqual(['duplicate'])
    expect(ran.datazone.starts).toEqual([])
  })

  test.each(endings.filter((ending) => ending !== 'REJECTED'))(
    'P1: allows no other attempt when it ran and ended as %s',
    async (ending) => {
      const world = starterWorld({ runs: [endedRun({ ending })] })
      expect(await world.outcomes(runRequest({ requestId: 'b' }))).toEqual(['duplicate'])
    },
  )

  test('P1: allows no other attempt when a Start of it may have made a run', async () => {
    const error = { name: startUnknownName, message: 'List never showed whether a run was started' }
    const world = starterWorld({ runs: [rejectedRun({ error, announcedAtMs: t0 })] })
    expect(await world.outcomes(runRequest({ requestId: 'b' }))).toEqual(['duplicate'])
    expect(world.datazone.calls).toEqual([])
  })

  test('makes way for a planned attempt in mode plan', async () => {
    const world = starterWorld({ runs: [rejected], settings: { mode: 'plan' } })
    const history = [{ atMs: t0, what: 'planned' }]
    expect(await world.handle(runRequest({ requestId: 'b' }))).toMatchObject([
      { outcome: 'planned', run: { attempt: 2, history } },
    ])
    expect(world.store.all()).toMatchObject([{ attempt: 1 }, { state: 'PLANNED', attempt: 2, history }])
  })

  test('P1: makes way for one attempt when two requests arrive at once', async () => {
    const world = starterWorld({ runs: [rejected] })
    const outcomes = await Promise.all(
      ['b', 'c'].map((requestId) => world.outcomes(runRequest({ requestId }))),
    )
    expect(outcomes.flat().toSorted()).toEqual(['duplicate', 'started'])
    expect(world.datazone.starts).toHaveLength(1)
  })
})

test('P1: counts Start as sent from the claim until its lease ends', () => {
  const requested = { projectId: 'project-1', request: origin }
  expect(claimedRun({ subject, attempt: 1 }, requested, t0, minute)).toMatchObject({
    leaseEndsAtMs: t0 + minute,
    startSent: { firstAtMs: t0, lastAtMs: t0 + minute },
  })
})
