import { describe, expect, test } from 'vitest'
import { starterWorld } from '../../../support/starter-world.ts'

describe('P2: a body that is not a request', () => {
  test('is announced, copied and acknowledged, and leaves nothing in the table', async () => {
    const world = starterWorld()
    const [outcome] = await world.handle('{"requestId":"nightly-1"}')
    expect(outcome).toMatchObject({ outcome: 'rejected' })
    const [event] = world.bus.events
    const [copy] = world.queue.copies
    expect(event?.detail).toMatchObject({
      metadata: { causationId: 'nightly-1' },
      data: { status: 'REJECTED', error: { name: 'MalformedRequest' } },
    })
    expect(copy).toMatchObject({
      body: '{"requestId":"nightly-1"}',
      truncated: false,
      eventId: event?.detail.metadata.id,
    })
    expect(copy?.reasons).toContain('version: must be 1')
    expect([...world.store.writes, ...world.datazone.calls]).toEqual([])
  })

  test('returns to the queue, without a copy, while the bus accepts no event', async () => {
    const world = starterWorld()
    world.bus.refuses = () => true
    expect(await world.handle('junk', 1)).toEqual([
      { outcome: 'retry', afterSeconds: 5, reason: 'EVENT_NOT_ACCEPTED' },
    ])
    expect(await world.handle('junk', 3)).toMatchObject([{ afterSeconds: 20 }])
    expect(world.queue.copies).toEqual([])
  })

  test('P4: returns to the queue while the rejected queue is down, and repeats its event under the same id', async () => {
    const world = starterWorld()
    world.queue.isDown = true
    await expect(world.handle('junk')).rejects.toThrow('queue is unavailable')
    world.queue.isDown = false
    expect(await world.outcomes('junk', 2)).toEqual(['rejected'])
    expect(new Set(world.bus.events.map(({ detail }) => detail.metadata.id)).size).toBe(1)
  })
})
