import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { dollarsPer1000Runs } from '../../../cli/backfill-report.ts'

test('estimates a backfill with the dollars that docs/COST.md measures', async () => {
  const [, dollars] =
    /1,000 runs[\s\S]*?\| \*\*total\*\* \| *\| \*\*([\d.]+)\*\* \|/.exec(
      await readFile('docs/COST.md', 'utf8'),
    ) ?? []
  expect(Number(dollars)).toBe(dollarsPer1000Runs)
})
