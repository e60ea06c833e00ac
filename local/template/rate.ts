const unitMs: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }

/** Returns the period of a rate expression in milliseconds. Throws Error for cron and one-time expressions. */
export function ratePeriodMs(expression: string): number {
  const [, count = '', unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? []
  const periodMs = Number(count) * (unitMs[unit] ?? 0)
  if (periodMs === 0)
    throw new Error(
      `${expression} is not a rate expression such as rate(5 minutes); the local stack supports no other kind`,
    )
  return periodMs
}
