import { describe, expect, test } from 'vitest'
import { createTokenBucket } from '../../../../../local/datazone/calls/token-bucket.ts'

const passed = (take: (nowMs: number) => boolean, nowMs: number, calls: number): number =>
  Array.from({ length: calls }, () => take(nowMs)).filter(Boolean).length

describe('createTokenBucket', () => {
  test('allows its size at once, and then its rate', () => {
    const { take } = createTokenBucket(10, 5)
    expect([passed(take, 0, 20), passed(take, 1000, 20), passed(take, 1100, 20)]).toEqual([10, 5, 0])
    expect(passed(take, 1200, 20)).toBe(1)
  })

  test('never holds more than its size', () => {
    const { take, adjust } = createTokenBucket(10, 5)
    expect(passed(take, 1_000_000, 20)).toBe(10)
    adjust(2, 5, 2_000_000)
    expect(passed(take, 3_000_000, 20)).toBe(2)
  })

  test('continues from a saved level, also from that of a bucket without calls', () => {
    const [one, other] = [createTokenBucket(10, 5), createTokenBucket(10, 5)]
    passed(one.take, 1000, 9)
    other.setLevel(JSON.parse(JSON.stringify(one.level())))
    expect(passed(other.take, 1000, 20)).toBe(1)
    other.setLevel(createTokenBucket(10, 5).level())
    expect(passed(other.take, 5000, 20)).toBe(10)
  })
})
