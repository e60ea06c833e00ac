import { describe, expect, test } from 'vitest'
import { matchesGlob } from '../../../lib/run/glob.ts'

describe('matchesGlob', () => {
  test.each([
    ['orders', 'orders', true],
    ['orders', 'orders2', false],
    ['*', '', true],
    ['*', 'anything', true],
    ['stg_*', 'stg_', true],
    ['stg_*', 'astg_x', false],
    ['*_tmp', 'a_tmp', true],
    ['*_tmp', 'a_tmp_b', false],
    ['a*b*c', 'a-b-c', true],
    ['a*b*c', 'abbc', true],
    ['a*b*c', 'acb', false],
    ['ab*ba', 'aba', false],
    ['a*b*b', 'ab', false],
    ['a*b*b*c', 'abc', false],
    ['*b*', 'bc', true],
    ['a**b', 'ab', true],
    ['*b*', 'abc', true],
    ['a.c', 'abc', false],
    ['Orders', 'orders', false],
  ])('matches %s against %s: %s', (glob, text, matches) => {
    expect(matchesGlob(glob, text)).toBe(matches)
  })

  test('takes linear time, however many stars the glob has', () => {
    expect(matchesGlob(`${'*a'.repeat(60)}*c`, 'a'.repeat(5000))).toBe(false)
  })
})
