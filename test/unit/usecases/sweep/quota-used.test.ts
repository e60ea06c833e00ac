import { describe, expect, test } from 'vitest'
import { quotaUsedPercent } from '../../../../lib/usecases/sweep/quota-used.ts'
import { t0 } from '../../../support/runs.ts'

const using = (...used: readonly number[]) => ({ used: async () => used })

describe('quotaUsedPercent', () => {
  test('returns the share of the fullest monthly cap', async () => {
    const caps = [
      { name: 'all', perMonth: 1000 },
      { name: 'sales', perMonth: 10 },
    ]
    expect(await quotaUsedPercent(caps, using(100, 8), t0)).toBe(80)
  })

  test('counts an unused cap as 0 percent', async () => {
    expect(await quotaUsedPercent([{ name: 'all', perMonth: 1000 }], using(), t0)).toBe(0)
  })

  test('leaves out daily caps, and reads nothing without a monthly cap', async () => {
    const usage = { used: () => Promise.reject(new Error('read')) }
    expect(await quotaUsedPercent([{ name: 'all', perDay: 10 }], usage, t0)).toBeUndefined()
  })
})
