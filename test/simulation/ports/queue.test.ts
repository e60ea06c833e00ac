import { describe, expect, test } from 'vitest'
import { virtualTime } from './clock.ts'
import { type QueueFaults, simulatedQueue } from './queue.ts'
import { seededRandom } from './random.ts'

const queues = (faults: QueueFaults = {}) => {
  const random = seededRandom(1)
  const time = virtualTime(0, random.fork('time'))
  const common = { time, random, visibilityTimeoutMs: 30_000 }
  const dead = simulatedQueue({ ...common, name: 'dead', retentionMs: 14 * 24 * 3600_000 })
  const queue = simulatedQueue({
    ...common,
    name: 'requests',
    retentionMs: 4 * 24 * 3600_000,
    deadLetters: { queue: dead, maxReceiveCount: 3 },
    faults,
  })
  const bodies = () => queue.receive(10).map(({ body }) => body)
  return { time, queue, dead, bodies, pass: (ms: number) => time.run(time.now() + ms) }
}

const manyBodies = Array.from({ length: 30 }, (_, index) => `body ${index}`)

describe('the simulated queue', () => {
  test('hides a received message until its visibility timeout ends, and counts the receive', async () => {
    const { queue, pass } = queues()
    queue.send('a')
    expect(queue.receive(10)).toMatchObject([{ body: 'a', receiveCount: 1, sentAtMs: 0 }])
    await pass(29_999)
    expect(queue.receive(10)).toEqual([])
    await pass(1)
    expect(queue.receive(10)).toMatchObject([{ body: 'a', receiveCount: 2, sentAtMs: 0 }])
  })

  test('removes a deleted message', async () => {
    const { queue, pass } = queues()
    queue.send('a')
    const [message] = queue.receive(10)
    queue.delete(message?.receiptHandle ?? '')
    queue.delete(message?.receiptHandle ?? '')
    await pass(60_000)
    expect(queue.messages()).toEqual([])
    expect(() => queue.delete('no-handle')).toThrow('ReceiptHandleIsInvalid')
  })

  test('hides a message for its delay, and returns when the next one becomes visible', async () => {
    const { queue, bodies, pass } = queues()
    expect(queue.nextVisibleAtMs()).toBeUndefined()
    queue.send('later', 900_000)
    queue.send('soon', 1000)
    expect([queue.nextVisibleAtMs(), bodies()]).toEqual([1000, []])
    await pass(1000)
    expect(bodies()).toEqual(['soon'])
    await pass(899_000)
    expect(bodies()).toContain('later')
    expect(() => queue.send('x', 900_001)).toThrow('DelaySeconds')
  })

  test('returns at most ten messages a receive, in no order, and all of them in the end', () => {
    const { queue } = queues()
    for (const body of manyBodies) queue.send(body)
    const batches = [queue.receive(10), queue.receive(50), queue.receive(10)].map((batch) =>
      batch.map(({ body }) => body),
    )
    expect(batches.map((batch) => batch.length)).toEqual([10, 10, 10])
    expect(batches.flat()).not.toEqual(manyBodies)
    expect(batches.flat().sort()).toEqual(manyBodies.toSorted())
  })

  test('moves a message to the dead-letter queue after the last allowed receive, and back on a redrive', async () => {
    const { queue, dead, bodies, pass } = queues()
    queue.send('poison')
    for (const receive of [1, 2, 3]) {
      expect(queue.receive(1)).toMatchObject([{ receiveCount: receive }])
      await pass(30_000)
    }
    expect([queue.messages().length, dead.messages().length]).toEqual([1, 0])
    expect(bodies()).toEqual([])
    expect(dead.messages()).toMatchObject([{ body: 'poison', sentAtMs: 0 }])
    await pass(3 * 24 * 3600_000)
    expect(dead.redriveTo(queue)).toBe(1)
    expect(queue.receive(1)).toMatchObject([
      { body: 'poison', receiveCount: 1, sentAtMs: queue.messages()[0]?.sentAtMs },
    ])
    expect(dead.messages()).toEqual([])
  })

  test('drops messages older than its retention and reports them', async () => {
    const { queue, bodies, pass } = queues()
    queue.send('old')
    await pass(4 * 24 * 3600_000)
    expect(bodies()).toEqual([])
    expect(queue.expired()).toMatchObject([{ body: 'old' }])
  })

  test('changes the visibility timeout of one received message alone', async () => {
    const { queue, bodies, pass } = queues()
    queue.send('a')
    const [message] = queue.receive(1)
    queue.changeVisibility(message?.receiptHandle ?? '', 300_000)
    await pass(299_999)
    expect(bodies()).toEqual([])
    await pass(1)
    expect(() => queue.changeVisibility(message?.receiptHandle ?? '', 1000)).toThrow('MessageNotInflight')
    expect(bodies()).toEqual(['a'])
    expect(() => queue.changeVisibility(message?.receiptHandle ?? '', 43_200_001)).toThrow(
      'VisibilityTimeout',
    )
  })

  test('hands a message to two pollers when that fault is set', () => {
    const { queue, bodies } = queues({ twice: 1 })
    queue.send('a')
    expect([bodies(), bodies()]).toEqual([['a'], ['a']])
  })

  test('returns a deleted message when that fault is set', async () => {
    const { queue, bodies, pass } = queues({ undeleted: 1 })
    queue.send('a')
    queue.delete(queue.receive(1)[0]?.receiptHandle ?? '')
    expect(bodies()).toEqual([])
    await pass(30_000)
    expect(bodies()).toEqual(['a'])
  })

  test('overlooks a visible message while that fault is set', () => {
    const { queue, bodies } = queues({ overlooked: 1 })
    queue.send('a')
    expect(bodies()).toEqual([])
    queue.setFaults({})
    expect(bodies()).toEqual(['a'])
  })

  test('deletes by the handle of an earlier receive in some cases only', async () => {
    const { queue, pass } = queues()
    for (const body of manyBodies) queue.send(body)
    const old = [queue.receive(10), queue.receive(10), queue.receive(10)].flat()
    await pass(30_000)
    for (let call = 0; call < 3; call += 1) queue.receive(10)
    for (const { receiptHandle } of old) queue.delete(receiptHandle)
    expect(queue.messages().length).toBeGreaterThan(5)
    expect(queue.messages().length).toBeLessThan(25)
  })
})
