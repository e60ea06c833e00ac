const unitMs: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }

/** The period of a schedule's rate expression, in milliseconds. Cron and one-time expressions are not understood. */
export function ratePeriodMs(expression: string): number {
  const [, count = '', unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? []
  const periodMs = Number(count) * (unitMs[unit] ?? 0)
  if (periodMs === 0) throw new Error(`${expression} is not a rate such as rate(5 minutes)`)
  return periodMs
}
