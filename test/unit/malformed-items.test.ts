import { expect, test } from 'vitest'
import { noteMalformedItems } from '../../functions/note-malformed-items.ts'

test('an item that cannot be used is told once, with its keys; another problem of it is told too', () => {
  const lines: unknown[] = []
  const tell = noteMalformedItems({ warn: (_, fields) => lines.push(fields) })
  const keys = { pk: 'SWITCH#dzd_orders', sk: 'domain' }
  for (const problem of ['a', 'a', 'b', 'a']) tell(keys, problem)
  expect(lines).toEqual([
    { ...keys, problem: 'a' },
    { ...keys, problem: 'b' },
  ])
})
