import { afterEach, beforeEach, describe, expect, type Mock, test, vi } from 'vitest'
import { type Column, formatOf, printDocument, printRows } from '../../../cli/output.ts'
import { age, printable, relative } from '../../../cli/terminal.ts'

interface Row {
  readonly name: string
  readonly count: number
  readonly why?: string
}

const columns: readonly Column<Row>[] = [
  { name: 'name', value: ({ name }) => name },
  { name: 'count', value: ({ count }) => count, text: ({ count }) => `${count} runs` },
  { name: 'why', value: ({ why }) => why, hidden: true },
]

const rows: readonly Row[] = [
  { name: 'store_sales', count: 2, why: 'a "quoted", text' },
  { name: '=HYPERLINK("x")', count: -1, why: 'two\nlines' },
]

let log: Mock<typeof console.log>
beforeEach(() => {
  log = vi.spyOn(console, 'log').mockImplementation(() => {})
})
afterEach(() => log.mockRestore())
const printed = () => log.mock.calls.map(([line]) => String(line)).join('\n')

describe('printRows', () => {
  test('quotes CSV fields and keeps spreadsheets from running them', async () => {
    await printRows(rows, columns, { output: 'csv' })
    expect(printed()).toBe(
      'name,count,why\nstore_sales,2,"a ""quoted"", text"\n"\'=HYPERLINK(""x"")",-1,"two\nlines"',
    )
  })

  test('writes one JSON object per line, with every field as data', async () => {
    await printRows(rows, columns, { output: 'jsonl' })
    expect(
      printed()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(rows)
  })

  test('prints only the fields that --json names', async () => {
    await printRows(rows, columns, { json: 'count' })
    expect(JSON.parse(printed())).toEqual([{ count: 2 }, { count: -1 }])
  })

  test('cuts free text before names and ids when the terminal is narrow', async () => {
    const stdout = { isTTY: process.stdout.isTTY, columns: process.stdout.columns }
    Object.assign(process.stdout, { isTTY: true, columns: 50 })
    try {
      const [name, count] = columns
      const why: Column<Row> = { name: 'why', value: (row) => row.why, isProse: true }
      const long = {
        name: 'shipment_snapshot_000062',
        count: 1,
        why: 'The model could not generate metadata',
      }
      await printRows(
        [long],
        [name, count, why].filter((column) => column !== undefined),
        {},
      )
    } finally {
      Object.assign(process.stdout, stdout)
    }
    expect(printed()).toBe(
      'NAME                      COUNT   WHY\nshipment_snapshot_000062  1 runs  The model could…',
    )
  })

  test('aligns a table without borders, and hides what --columns does not name', async () => {
    await printRows([{ name: 'a', count: 1, why: 'b' }], columns, {})
    expect(printed()).toBe('NAME  COUNT\na     1 runs')
    log.mockClear()
    await printRows([{ name: 'a', count: 1, why: 'b' }], columns, { columns: 'why, name' })
    expect(printed()).toBe('WHY  NAME\nb    a')
  })

  test.each([
    [{ json: 'nmae' }, '--json must be one of name, count, why, not nmae'],
    [{ columns: 'x' }, '--columns must be one of name, count, why, not x'],
  ])('refuses %j', async (flags, message) => {
    await expect(printRows(rows, columns, flags)).rejects.toThrow(message)
  })
})

describe('printDocument', () => {
  const document = { retryAtMs: 0, heldMs: 5, runs: [{ startedAtMs: 1000 }] }
  const print = (flags: Parameters<typeof printDocument>[1]) =>
    printDocument(document, flags, { fields: ['retryAtMs', 'heldMs', 'runs'], text: () => ['a', 'b'] })

  test('prints text by default', () => {
    print({})
    expect(printed()).toBe('a\nb')
  })

  test('prints times as ISO 8601 and keeps durations', () => {
    print({ json: true })
    expect(JSON.parse(printed())).toEqual({
      retryAt: '1970-01-01T00:00:00.000Z',
      heldMs: 5,
      runs: [{ startedAt: '1970-01-01T00:00:01.000Z' }],
    })
  })

  test('prints one line as JSON Lines', () => {
    print({ output: 'jsonl', json: 'heldMs' })
    expect(printed()).toBe('{"heldMs":5}')
  })
})

test('refuses --json with a format that is not JSON', () => {
  expect(() => formatOf({ json: true, output: 'csv' })).toThrow('give --json or --output csv, not both')
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

test('distinguishes past from future times', () => {
  expect([relative(0, 60_000), relative(60_000, 0)]).toEqual(['1m ago', 'in 1m'])
})
