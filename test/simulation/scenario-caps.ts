import type { Random } from './ports/random.ts'

/** A cap as it is in the policy file. */
export interface DrawnCap {
  readonly name: string
  readonly domain?: string
  readonly type?: string
  readonly perDay?: number
  readonly perMonth?: number
  readonly reserveForLive?: number
}

/** Draws small caps in a fifth of the seeds, so that days and months fill up. */
export const drawCaps = (random: Random): readonly DrawnCap[] => {
  if (!random.chance(0.2)) return []
  const cap = (name: string, type: string | undefined): DrawnCap => {
    const kinds = random.pick(['day', 'month', 'both'] as const)
    const perDay = kinds === 'month' ? undefined : random.whole(1, 4)
    const perMonth = kinds === 'day' ? undefined : random.whole(2, 6)
    const reserve = random.whole(0, (perMonth ?? perDay ?? 1) - 1)
    return {
      name,
      ...(random.chance(0.2) ? { domain: 'dzd_*' } : {}),
      ...(type === undefined ? {} : { type }),
      ...(perDay === undefined ? {} : { perDay }),
      ...(perMonth === undefined ? {} : { perMonth }),
      ...(reserve === 0 ? {} : { reserveForLive: reserve }),
    }
  }
  return [
    ...(random.chance(0.7) ? [cap('all', undefined)] : []),
    ...(random.chance(0.5) ? [cap('names', 'BUSINESS_NAMES')] : []),
    ...(random.chance(0.2) ? [{ ...cap('elsewhere', undefined), domain: 'dzd_other*' }] : []),
  ]
}
