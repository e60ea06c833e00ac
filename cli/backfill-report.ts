import type { Forecast, RunGroup } from '../lib/run/backfill-forecast.ts'
import type { BackfillPlan } from '../lib/run/backfill-plan.ts'
import type { PlanCounts } from '../lib/usecases/operate/plan-backfill.ts'
import { drawTable } from './table.ts'
import { styled } from './terminal.ts'

/** Total cost of 1,000 runs in US dollars, as measured in docs/COST.md. */
export const dollarsPer1000Runs = 0.27

/** What `dzrun backfill plan` prints. */
export interface PlanReport {
  readonly plan: BackfillPlan
  readonly counts: PlanCounts
  readonly forecast: Forecast
  /** Starts a second that backfill gets while live work is idle. */
  readonly startsPerSecond: number
}

const number = (value: number): string => value.toLocaleString('en-US')

const minutesOf = (runs: number, startsPerSecond: number): string => {
  const minutes = runs / startsPerSecond / 60
  return number(Math.ceil(minutes))
}

const dollarsOf = (runs: number): string => ((runs * dollarsPer1000Runs) / 1000).toFixed(2)

const reasonTexts: Readonly<Record<keyof PlanCounts['dropped'], string>> = {
  NO_RULE: 'no rule of the policy matches them',
  POLICY: 'a rule of the policy skips them',
  DESCRIBED: 'have a description (--overwrite includes them)',
  HAS_RUN: 'have a run at their revision',
  SUGGESTIONS_WAIT: 'have suggestions that wait for a decision',
  NOT_FOUND: 'no longer existed when they were read',
  NOT_READABLE: 'cannot be read with your credentials',
}

const groupTable = (groups: readonly RunGroup[], startsPerSecond: number): Promise<string> =>
  drawTable(
    ['project', 'types', 'runs', 'minutes', 'dollars'],
    groups.map(({ projectId, types, runs }) => [
      projectId,
      types.join('+'),
      number(runs),
      minutesOf(runs, startsPerSecond),
      dollarsOf(runs),
    ]),
  )

const budgetLines = ({ budgets }: Forecast): readonly string[] => {
  const nearest = [...new Set(budgets.map(({ month }) => month))].slice(0, 2)
  return budgets
    .filter(({ month }) => nearest.includes(month))
    .map(({ cap, month, room, runs }) => {
      const share = room === 0 ? 'nothing is left' : `${Math.round((100 * runs) / room)}% of what is left`
      return `  ${month}  cap ${cap}: ${number(runs)} of ${number(room)} (${share})`
    })
}

const monthLines = ({ months, never }: Forecast): readonly string[] => [
  ...months.map(({ month, runs }, index) =>
    index === 0 ? `  ${month}  ${number(runs)} runs` : `  ${month}  ${number(runs)} runs wait until then`,
  ),
  ...(never === 0 ? [] : [`  never    ${number(never)} runs: a cap leaves backfill no room`]),
]

/** Returns the report as lines of text. */
export const planLines = async (report: PlanReport): Promise<readonly string[]> => {
  const { plan, counts, forecast, startsPerSecond } = report
  const { listed, planned, dropped, groups, unreadableItems, total } = counts
  const runs = groups.reduce((sum, group) => sum + group.runs, 0)
  return [
    styled('bold', `${plan.name}: ${number(planned)} of ${number(listed)} assets, ${number(runs)} runs`),
    ...(groups.length === 0 ? [] : [await groupTable(groups, startsPerSecond)]),
    '',
    `minutes: ${minutesOf(runs, startsPerSecond)} at ${startsPerSecond} Starts a second; dollars: ${dollarsOf(runs)}`,
    ...monthLines(forecast),
    ...budgetLines(forecast),
    ...(listed === planned ? [] : [`left out: ${number(listed - planned)} assets`]),
    ...Object.entries(reasonTexts).flatMap(([reason, text]) => {
      const count = Object.entries(dropped).find(([name]) => name === reason)?.[1]
      return count === undefined ? [] : [`  ${number(count)} ${text}`]
    }),
    ...(unreadableItems === 0 ? [] : [`${number(unreadableItems)} items of the catalog could not be read`]),
    ...(total === undefined || total <= listed + unreadableItems
      ? []
      : [
          `DataZone counts ${number(total)} assets but listed ${number(listed)}; plan again to find the rest`,
        ]),
  ]
}
