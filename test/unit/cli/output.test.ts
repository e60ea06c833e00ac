import { describe, expect, test } from 'vitest'
import { age, formatRows, printable } from '../../../cli/output.ts'

const rows = [
  { name: 'store_sales', why: 'a "quoted", text' },
  { name: '=HYPERLINK("x")', why: 'two\nlines' },
]

describe('formatRows', () => {
  test('quotes CSV fields and keeps spreadsheets from running them', async () => {
    expect(await formatRows('csv', ['name', 'why'], rows)).toBe(
      'name,why\nstore_sales,"a ""quoted"", text"\n"\'=HYPERLINK(""x"")","two\nlines"',
    )
  })

  test('writes one JSON object per line', async () => {
    const lines = (await formatRows('jsonl', ['name'], rows)).split('\n')
    expect(lines.map((line) => JSON.parse(line))).toEqual(rows.map(({ name }) => ({ name })))
  })

  test('aligns a table without frames', async () => {
    const lines = (await formatRows('table', ['name', 'why'], [{ name: 'a', why: 'b' }])).split('\n')
    expect(lines).toEqual(['NAME  WHY', 'a     b'])
  })
})

describe('printable', () => {
  test('replaces control characters and bidirectional overrides', () => {
    expect(printable('a\u001b[31mb\u202ec\nd')).toBe('a\ufffd[31mb\ufffdc d')
  })
})

describe('age', () => {
  test.each([
    [0, '0s'],
    [59_000, '59s'],
    [61_000, '1m'],
    [7_200_000, '2h'],
    [3 * 86_400_000, '3d'],
    [-90_000, '1m'],
  ])('shortens %i ms to %s', (ms, text) => {
    expect(age(ms)).toBe(text)
  })
})
