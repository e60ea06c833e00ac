import { describe, expect, expectTypeOf, test } from 'vitest'
import { present } from '../../../lib/run/present.ts'

describe('present', () => {
  test('drops the members that are undefined and keeps every other value', () => {
    expect(Object.keys(present({ a: undefined, b: 0, c: '', d: false, e: null }))).toEqual([
      'b',
      'c',
      'd',
      'e',
    ])
  })

  test('makes only the members that may be undefined optional', () => {
    const members: { reason: string | undefined; atMs: number } = { reason: undefined, atMs: 1 }
    const shown: { reason?: string; atMs: number } = present(members)
    expect(shown).toEqual({ atMs: 1 })
    expectTypeOf(present(members).atMs).toEqualTypeOf<number>()
  })
})
