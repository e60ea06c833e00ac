import { describe, expect, test } from 'vitest'
import { partitionOf } from '../../../../lib/run/identity.ts'
import { recordUnreadable } from '../../../../lib/usecases/start/request-outcome.ts'
import { runRequest } from '../../../support/messages.ts'
import { endedRun, origin, second, subject } from '../../../support/runs.ts'
import { starterWorld } from '../../../support/starter-world.ts'

type World = ReturnType<typeof starterWorld>

describe('P2: a request to regenerate whose attempt another request takes each time', () => {
  const again = runRequest({ requestId: 'again', regenerate: true })
  /** Makes another request take the next attempt just before each write. Returns the number of tries. */
  const takingAttempts = (world: World, meanwhile = () => {}) => {
    let tries = 0
    world.store.beforeWrite = (run) => {
      tries += 1
      world.store.put(endedRun({ attempt: run.attempt, request: { ...origin, requestKey: `r-${tries}` } }))
      meanwhile()
    }
    return () => tries
  }

  test('returns to the queue after ten tries', async () => {
    const world = starterWorld({ runs: [endedRun()] })
    const tries = takingAttempts(world)
    expect(await world.handle(again)).toEqual([
      { outcome: 'retry', afterSeconds: 5, reason: 'ATTEMPT_TAKEN' },
    ])
    expect(tries()).toBe(10)
    expect(world.datazone.calls).toEqual([])
  })

  test('returns to the queue once the invocation has too little time left', async () => {
    const world = starterWorld({ runs: [endedRun()] })
    const tries = takingAttempts(world, () => world.clock.advance(13 * second))
    expect(await world.outcomes(again)).toEqual(['retry'])
    expect(tries()).toBe(2)
  })

  test('P8: returns to the queue when a record that it cannot read appears', async () => {
    const world = starterWorld({ runs: [endedRun()] })
    const tries = takingAttempts(world, () =>
      world.store.unreadable.push({
        key: { partition: partitionOf(subject), record: 'RUN#newer' },
        isNewer: true,
        problem: 'has schemaVersion 2, this deployment knows 1',
      }),
    )
    expect(await world.handle(again)).toEqual([recordUnreadable])
    expect(tries()).toBe(1)
  })
})
