import { expect, test } from 'vitest'
import { assetEvent, runRequest } from '../../../support/messages.ts'
import { endedRun } from '../../../support/runs.ts'
import { showing } from '../../../support/scripted-datazone.ts'
import { starterWorld } from '../../../support/starter-world.ts'

/** What the redrive policy of the request queue allows. */
const mostReceives = 5

const shows = showing('9')

/** Hands out all messages side by side, again and again, as the queue does; answers what would be dead letters. */
const leftAfterAll = async (world: ReturnType<typeof starterWorld>, messages: readonly object[]) => {
  let left = messages
  for (let receives = 1; receives <= mostReceives && left.length > 0; receives += 1) {
    const outcomes = await Promise.all(left.map((message) => world.outcomes(message, receives)))
    left = left.filter((_, index) => outcomes[index]?.includes('retry'))
    world.clock.advance(1000)
  }
  return left
}

test('P2: 50 publishes of one asset at once, all of them repeats', async () => {
  const world = starterWorld({ runs: [endedRun()], script: shows })
  const events = Array.from({ length: 50 }, (_, n) => ({ ...assetEvent(), id: `event-${n}` }))
  expect(await leftAfterAll(world, events)).toEqual([])
})

test('P2: 50 requests to regenerate one asset at once', async () => {
  const world = starterWorld({ runs: [endedRun()], script: shows })
  const requests = Array.from({ length: 50 }, (_, n) =>
    runRequest({ requestId: `again-${n}`, regenerate: true }),
  )
  expect(await leftAfterAll(world, requests)).toEqual([])
})
