import { expect, test } from 'vitest'
import { busEvent } from '../../../local/eventbridge/bus-event.ts'
import { eventArchive } from '../../../local/eventbridge/event-archive.ts'

const event = busEvent(
  { source: 's', 'detail-type': 't', detail: {} },
  { account: '0', region: 'r' },
  new Date(0),
)

test('keeps events by bus, oldest first, and returns copies', () => {
  const archive = eventArchive()
  archive.keep('a', event, 1)
  archive.keep('a', event, 2)
  const seen = archive.of('a')
  archive.keep('a', event, 3)
  expect(seen.map(({ arrivedAtMs }) => arrivedAtMs)).toEqual([1, 2])
  expect(archive.of('b')).toEqual([])
})

test('drops the oldest events above its limit', () => {
  const archive = eventArchive()
  for (let index = 0; index <= 100_000; index += 1) archive.keep('a', event, index)
  expect(archive.of('a')).toHaveLength(90_001)
  expect(archive.of('a').at(-1)?.arrivedAtMs).toBe(100_000)
})
