import { describe, expect, test } from 'vitest'
import { batchesOf } from '../../../lib/usecases/batches.ts'

describe('batchesOf', () => {
  test.each([
    [0, []],
    [1, [1]],
    [10, [10]],
    [11, [10, 1]],
    [25, [10, 10, 5]],
  ])('splits %d items into batches of at most ten', (count, sizes) => {
    const items = Array.from({ length: count }, (_, index) => index)
    const batches = batchesOf(items)
    expect(batches.map(({ length }) => length)).toEqual(sizes)
    expect(batches.flat()).toEqual(items)
  })
})
