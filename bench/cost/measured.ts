import { packagedTemplate } from '../../local/package.ts'
import { openRunTable } from '../../test/contract/run-table.ts'
import { fairWeather } from '../../test/simulation/ports/fates.ts'
import { sentMetrics } from '../../test/support/sent-metrics.ts'
import { measure } from '../virtual-system/measure.ts'
import { measureWrites } from '../write-units.ts'

/** How many runs `portCalls` measures. */
export const runs = 1000

/** Everything that the bill depends on and that this repository can count. */
export interface Measured {
  /** DataZone calls for 1,000 runs, by operation. */
  readonly calls: Readonly<Record<string, number>>
  /** Calls of a port's method for 1,000 runs, for example `pace.reserve`. Throws when none was measured. */
  readonly count: (name: string) => number
  /** Write units, indexes included, of one run and of one sweep. */
  readonly writeUnits: { readonly run: number; readonly sweep: number }
  readonly customMetrics: number
  /** Metrics that the alarms watch; an alarm on an expression is billed for each of them. */
  readonly alarmMetrics: number
}

/** Port calls for 1,000 runs, one every two seconds, with hints. */
const portCalls = async (): Promise<Pick<Measured, 'calls' | 'count'>> => {
  const counts: Record<string, number> = {}
  const { calls } = await measure({
    seed: 1,
    runs,
    everyMs: 2000,
    hints: 'hints',
    weather: ({ name }) => {
      counts[name] = (counts[name] ?? 0) + 1
      return fairWeather
    },
  })
  const count = (name: string): number => {
    const found = counts[name]
    if (found === undefined)
      throw new Error(`no call of ${name} was measured; was the port's method renamed?`)
    return found
  }
  return { calls, count }
}

/**
 * Write units as the embedded engine counts them: of a run whose type has a cap, as in the default policy, with its
 * ending in the day's counts, and of a sweep.
 */
const countWriteUnits = async (): Promise<Measured['writeUnits']> => {
  const table = await openRunTable({})
  try {
    const units = await measureWrites(table)
    return {
      run:
        units['write units of a run with names and one cap'] +
        units['write units of one batch of endings in the counts'],
      sweep: units['write units of a sweep'],
    }
  } finally {
    await table.close()
  }
}

const countAlarmMetrics = async (): Promise<number> => {
  const { template } = await packagedTemplate()
  const alarms = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm')
  return alarms
    .map(({ Properties }) => Properties?.['Metrics'])
    .map((metrics) => (Array.isArray(metrics) ? metrics.length - 1 : 1))
    .reduce((sum, count) => sum + count, 0)
}

export const measureAmounts = async (): Promise<Measured> => ({
  ...(await portCalls()),
  writeUnits: await countWriteUnits(),
  customMetrics: (await sentMetrics()).length,
  alarmMetrics: await countAlarmMetrics(),
})
