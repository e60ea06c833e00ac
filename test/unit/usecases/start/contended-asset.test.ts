import { expect, test } from 'vitest'
import { assetEvent, runRequest } from '../../../support/messages.ts'
import { endedRun } from '../../../support/runs.ts'
import { showingAsset } from '../../../support/scripted-datazone.ts'
import { starterWorld } from '../../../support/starter-world.ts'

/** Far fewer receives than the request queue allows, which is 200. */
const mostReceives = 5

const shows = showingAsset('9')

/** Delivers all messages concurrently, again and again, as the queue does; returns those that are left after the last receive. */
const leftAfterAll = async (world: ReturnType<typeof starterWorld>, messages: readonly object[]) => {
  let left = messages
  for (let receives = 1; receives <= mostReceives && left.length > 0; receives += 1) {
    const outcomes = await Promise.all(left.map((message) => world.outcomes(message, receives)))
    left = left.filter((_, index) => outcomes[index]?.includes('retry'))
    world.clock.advance(1000)
  }
  return left
}

test('P2: handles 50 concurrent publishes of one asset that are all repeats', async () => {
  const world = starterWorld({ runs: [endedRun()], script: shows })
  const events = Array.from({ length: 50 }, (_, n) => ({ ...assetEvent(), id: `event-${n}` }))
  expect(await leftAfterAll(world, events)).toEqual([])
})

test('P2: handles 50 concurrent requests to regenerate one asset', async () => {
  const world = starterWorld({ runs: [endedRun()], script: shows })
  const requests = Array.from({ length: 50 }, (_, n) =>
    runRequest({ requestId: `again-${n}`, regenerate: true }),
  )
  expect(await leftAfterAll(world, requests)).toEqual([])
})
