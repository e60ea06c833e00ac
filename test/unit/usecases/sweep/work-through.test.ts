import { describe, expect, test } from 'vitest'
import { workThrough } from '../../../../lib/usecases/sweep/work-through.ts'

describe('workThrough', () => {
  test('works on three items at a time, and on all of them in the end', async () => {
    let active = 0
    let most = 0
    const done: number[] = []
    await workThrough([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
      active += 1
      most = Math.max(most, active)
      await Promise.resolve()
      active -= 1
      done.push(item)
    })
    expect(most).toBe(3)
    expect(done.toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7])
  })

  test('takes no further item once time is over', async () => {
    const done: number[] = []
    const queue = [1, 2, 3]
    const isOver = () => done.length > 0
    await workThrough(queue, 1, async (item) => void done.push(item), isOver)
    expect(done).toEqual([1])
  })

  test('stops when the work empties the queue', async () => {
    const queue = [1, 2, 3]
    const done: number[] = []
    await workThrough(queue, 1, async (item) => {
      done.push(item)
      queue.length = 0
    })
    expect(done).toEqual([1])
  })
})
