import { describe, expect, test } from 'vitest'
import type { Cap } from '../../../../lib/run/caps.ts'
import { quotaOf } from '../../../../lib/usecases/inspect/quota.ts'
import { t0 } from '../../../support/runs.ts'

/** Returns the lines of these caps, with the number of runs that are used in each period. */
const lines = (caps: readonly Cap[], ...used: readonly number[]) =>
  quotaOf(caps, { used: async (counters) => counters.map((_, index) => used[index] ?? 0) }, t0)

describe('quotaOf', () => {
  test('returns a line for the day and one for the month of a cap, with its reserve for live', async () => {
    const cap: Cap = { name: 'sales', project: 'p1', perDay: 10, perMonth: 100, reserveForLive: 20 }
    const [day, month, ...more] = await lines([cap], 4, 40)
    expect(more).toEqual([])
    expect(day).toMatchObject({ scope: '*/p1', type: 'all types', period: 'DAY#2026-11-20', left: 6 })
    expect(month).toMatchObject({
      period: 'MONTH#2026-11',
      limit: 100,
      used: 40,
      reserved: 20,
      left: 60,
      turnsAtMs: Date.parse('2026-12-01T00:00:00Z'),
    })
  })

  test('shows no runs left in a cap that was lowered below the runs used', async () => {
    expect(await lines([{ name: 'all', perMonth: 5 }], 9)).toMatchObject([
      { scope: 'everything', used: 9, left: 0 },
    ])
  })

  test('names the domain of a cap', async () => {
    const cap: Cap = { name: 'one', domain: 'dzd_a', type: 'BUSINESS_NAMES', perMonth: 5 }
    expect(await lines([cap])).toMatchObject([{ scope: 'dzd_a/*', type: 'BUSINESS_NAMES', used: 0 }])
  })
})
