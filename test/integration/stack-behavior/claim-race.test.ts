import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isMoto } from '../../support/engines.ts'
import { type LocalSystem, openSystem } from '../../support/local-system.ts'
import { publishedEvent, runRequest } from '../../support/requests.ts'

/** The template's maximum concurrency of the starter. */
const racers = 5

/** A claim that counts in a cap is a transaction. */
const writes: ReadonlySet<string> = new Set(['PutItem', 'TransactWriteItems'])

describe.skipIf(isMoto)('a claim that five starters make concurrently (P1)', () => {
  let system: LocalSystem
  beforeAll(async () => {
    // DataZone forgets every token at once here, so only the claim prevents a run for each of the five messages.
    system = await openSystem({
      assets: [{ id: 'wanted' }],
      taps: true,
      batch: { size: 1, windowSeconds: 0 },
      datazone: { tokenMemoryMs: 0, conflictWhileRunning: false },
    })
  })
  afterAll(() => system?.close())

  test('lets one starter call Start, and turns the other requests into duplicates', async () => {
    const { stack } = system
    const allWaiting = Promise.withResolvers<void>()
    let waiting = 0
    const race = stack.tap({
      service: 'dynamodb',
      when: 'before',
      times: racers,
      match: ({ operation, body }) => writes.has(operation ?? '') && body.includes('"CLAIMED"'),
      action: () => {
        waiting += 1
        if (waiting === racers) allWaiting.resolve()
        return allWaiting.promise
      },
    })
    stack.publishServiceEvent(publishedEvent('wanted'))
    stack.publishServiceEvent(publishedEvent('wanted', 'another-event'))
    const request = runRequest('wanted')
    await system.send(request, request, runRequest('wanted', { asset: { id: 'wanted', revision: '1' } }))
    await race.done
    await system.sweepUntil(() => expect(system.endingsOf('wanted')).toHaveLength(1))
    await system.untilIdle()
    expect(system.control.calls().starts).toHaveLength(1)
    expect(system.runsOf('wanted')).toHaveLength(1)
    expect(await system.recordsOf('wanted')).toMatchObject([{ state: 'ENDED', attempt: 1 }])
    expect(system.logged('Request handled').filter(({ outcome }) => outcome === 'duplicate')).toHaveLength(
      racers - 1,
    )
  })
})
