import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { command } from '../local/flags.ts'
import { packagedTemplate } from '../local/package.ts'
import { runCommand } from '../local/run-as-command.ts'
import { openRunTable } from '../test/contract/run-table.ts'
import { fairWeather } from '../test/simulation/ports/fates.ts'
import { sentMetrics } from '../test/support/sent-metrics.ts'
import { measure } from './virtual-system/measure.ts'
import { measureWrites } from './write-units.ts'

/** Writes docs/COST.md from measured calls, measured capacity units and list prices. */

/** US dollars, list prices of us-east-1 without free tiers. */
const price = {
  datazoneCall: 0.0001,
  writeUnit: 0.000000625,
  readUnit: 0.000000125,
  lambdaRequest: 0.0000002,
  lambdaGbSecond: 0.0000133334,
  queueRequest: 0.0000004,
  busEvent: 0.000001,
  scheduledInvocation: 0.000001,
  metricMonth: 0.3,
  alarmMetricMonth: 0.1,
  dashboardMonth: 3,
  email: 0.00002,
} as const

const runs = 1000
const sweepsPerMonth = 43_800
/** Lambda keeps at least five long polls of 20 s open for each queue that it reads (documented). */
const emptyReceivesPerMonth = 5 * 3 * 43_800
/** Of requests and hints. The queue of notifications is the third, where it is turned on. */
const polledQueues = 2
/** Assumed, because no local engine has the network of AWS: what one invocation is billed for. */
const assumed = { starterMsPerRun: 400, sweepMs: 200, observerMsPerBatch: 300 } as const

/** Port calls for a thousand runs, one every two seconds, with hints. */
const callsPerThousand = async () => {
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
  const datazone = Object.values(calls).reduce((sum, count) => sum + count, 0)
  const count = (name: string): number => {
    const found = counts[name]
    if (found === undefined) throw new Error(`no call of ${name} was measured: is the port's method renamed?`)
    return found
  }
  return { datazone, calls, count }
}

/**
 * Write units, indexes included, as the embedded engine counts them: of a run whose type has a cap, as in the default
 * policy, with its ending in the day's counts, and of a sweep.
 */
const writeUnits = async (): Promise<{ readonly run: number; readonly sweep: number }> => {
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

/** Metrics that the alarms watch; an alarm on an expression is billed for each of them. */
const alarmMetrics = async (): Promise<number> => {
  const { template } = await packagedTemplate()
  const alarms = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm')
  return alarms
    .map(({ Properties }) => Properties?.['Metrics'])
    .map((metrics) => (Array.isArray(metrics) ? metrics.length - 1 : 1))
    .reduce((sum, count) => sum + count, 0)
}

const gbSeconds = (memoryMb: number, ms: number): number => (memoryMb / 1024) * (ms / 1000)
const dollars = (value: number): string => (value < 0.01 ? value.toFixed(4) : value.toFixed(2))
const row = (...cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`

await runCommand(
  command(
    'bench:cost',
    'Measures calls and capacity units, and writes docs/COST.md from them and list prices.',
    {},
  ),
  async () => {
    const { datazone, calls, count } = await callsPerThousand()
    const units = await writeUnits()
    const [metrics, watched] = [(await sentMetrics()).length, await alarmMetrics()]

    const perThousand = {
      'DataZone calls': { amount: datazone, cost: datazone * price.datazoneCall },
      'DynamoDB write units': { amount: units.run * runs, cost: units.run * runs * price.writeUnit },
      'DynamoDB pace updates and reads': {
        amount:
          count('pace.reserve') +
          count('pace.rateCuts') +
          count('store.runsOfAsset') +
          count('store.byRunId'),
        cost:
          count('pace.reserve') * price.writeUnit +
          (count('pace.rateCuts') + count('store.runsOfAsset') + count('store.byRunId')) * price.readUnit,
      },
      'EventBridge events': { amount: 2 * runs, cost: 2 * runs * price.busEvent },
      'SQS requests (send, receive, delete; request and hint)': {
        amount: 6 * runs,
        cost: 6 * runs * price.queueRequest,
      },
      'Lambda, starter and observer': {
        amount: 2 * runs,
        cost:
          2 * runs * price.lambdaRequest +
          runs * gbSeconds(512, assumed.starterMsPerRun + assumed.observerMsPerBatch) * price.lambdaGbSecond,
      },
    }
    const perMonth = {
      [`Custom metrics, at most ${metrics}`]: metrics * price.metricMonth,
      [`Alarms on ${watched} metrics`]: watched * price.alarmMetricMonth,
      Dashboard: price.dashboardMonth,
      [`${sweepsPerMonth.toLocaleString('en-US')} sweeps, Lambda`]:
        sweepsPerMonth * (price.lambdaRequest + gbSeconds(1024, assumed.sweepMs) * price.lambdaGbSecond),
      [`${sweepsPerMonth.toLocaleString('en-US')} sweeps, scheduler`]:
        sweepsPerMonth * price.scheduledInvocation,
      [`${(polledQueues * emptyReceivesPerMonth).toLocaleString('en-US')} empty receives of ${polledQueues} queues`]:
        polledQueues * emptyReceivesPerMonth * price.queueRequest,
      [`${sweepsPerMonth.toLocaleString('en-US')} sweeps, index reads (4 each)`]:
        sweepsPerMonth * 4 * 0.5 * price.readUnit,
      [`${sweepsPerMonth.toLocaleString('en-US')} sweeps, write units (${units.sweep} each)`]:
        sweepsPerMonth * units.sweep * price.writeUnit,
    }
    const sum = (costs: readonly number[]) => costs.reduce((total, cost) => total + cost, 0)
    const thousand = sum(Object.values(perThousand).map(({ cost }) => cost))
    const month = sum(Object.values(perMonth))

    const page = `# Cost

\`npm run bench:cost\` writes this page. It measures calls in virtual time with the functions' own handlers and write units with
the embedded DynamoDB engine, and multiplies them by list prices of us-east-1 in US dollars, without free tiers. DataZone's
price of $10 for 100,000 requests is from a secondary source.

## Estimate a month

One run for each table and month:

| tables | fixed | runs | total a month |
|---|---|---|---|
${[100, 3000, 50_000].map((tables) => row(tables.toLocaleString('en-US'), dollars(month), dollars((tables / 1000) * thousand), dollars(month + (tables / 1000) * thousand))).join('\n')}

What DataZone charges for the AI generation itself is not included.

## See what 1,000 runs cost

One run every two seconds, with hints: ${Object.entries(calls)
      .map(([operation, calls]) => `${calls} ${operation}`)
      .join(', ')}. One run writes ${units.run} units, indexes, its cap and the day's counts included.

| item | amount | dollars |
|---|---|---|
${Object.entries(perThousand)
  .map(([item, { amount, cost }]) => row(item, amount.toLocaleString('en-US'), dollars(cost)))
  .join('\n')}
${row('**total**', '', `**${dollars(thousand)}**`)}

## See what a month costs without a run

| item | dollars |
|---|---|
${Object.entries(perMonth)
  .map(([item, cost]) => row(item, dollars(cost)))
  .join('\n')}
${row('**total**', `**${dollars(month)}**`)}

A metric is billed only for the hours in which it is sent: a stage that sees few kinds of outcomes pays for fewer.

[Notifications](NOTIFICATIONS.md) add $${dollars(emptyReceivesPerMonth * price.queueRequest)} for the receives of their queue and $${dollars(price.email * 1000)} for
1,000 e-mails; their two alarms are counted above.

## Know the assumptions

Durations on AWS are assumed, not measured: ${assumed.starterMsPerRun} ms of the starter for each run, ${assumed.observerMsPerBatch} ms of the observer, and
${assumed.sweepMs} ms for a sweep. The wait for a Start slot is billed as Lambda time and can double the starter's share in a burst.
Logs, storage and the deployment bucket are left out; they cost cents. Work that waits behind a breaker costs index reads each
minute ([ADR 31](adr/0031-breakers-are-items-that-the-sweep-obeys.md)). GetProject is left out: one call for a project, hour
and execution environment of the starter.
`
    await writeFile(join(import.meta.dirname, '..', 'docs', 'COST.md'), page)
    console.log(
      `1,000 runs: $${dollars(thousand)}; a month without runs: $${dollars(month)}; written to docs/COST.md`,
    )
    return 0
  },
)
