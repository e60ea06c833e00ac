import { assumed, type Bill } from './bill.ts'
import type { Measured } from './measured.ts'

/** Dollars as the page shows them. */
export const dollars = (value: number): string => (value < 0.01 ? value.toFixed(4) : value.toFixed(2))

const row = (...cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`
const grouped = (value: number): string => value.toLocaleString('en-US')

const estimate = ({ month, thousandRuns }: Bill): string => `## Estimate a month

One run for each table and month:

| tables | fixed | runs | total a month |
|---|---|---|---|
${[100, 3000, 50_000]
  .map((tables) => {
    const ofRuns = (tables / 1000) * thousandRuns
    return row(grouped(tables), dollars(month), dollars(ofRuns), dollars(month + ofRuns))
  })
  .join('\n')}

What DataZone charges for the AI generation itself is not included.
`

const thousandRuns = ({ ofRuns, thousandRuns: sum }: Bill, { calls, writeUnits }: Measured): string => {
  const callList = Object.entries(calls).map(([operation, count]) => `${count} ${operation}`)
  return `## See what 1,000 runs cost

One run every two seconds, with hints: ${callList.join(', ')}. One run writes ${writeUnits.run} units, indexes, its cap and the day's counts included.

| item | amount | dollars |
|---|---|---|
${ofRuns.map(({ item, amount, cost }) => row(item, grouped(amount), dollars(cost))).join('\n')}
${row('**total**', '', `**${dollars(sum)}**`)}
`
}

const monthWithoutRuns = ({
  ofMonth,
  month,
  notifications,
}: Bill): string => `## See what a month costs without a run

| item | dollars |
|---|---|
${ofMonth.map(({ item, cost }) => row(item, dollars(cost))).join('\n')}
${row('**total**', `**${dollars(month)}**`)}

A metric is billed only for the hours in which it is sent: a stage that sees few kinds of outcomes pays for fewer.

[Notifications](NOTIFICATIONS.md) add $${dollars(notifications.receivesOfMonth)} for the receives of their queue and $${dollars(notifications.thousandEmails)} for
1,000 e-mails; their two alarms are counted above.
`

const assumptions = `## Know the assumptions

Durations on AWS are assumed, not measured: ${assumed.starterMsPerRun} ms of the starter for each run, ${assumed.observerMsPerBatch} ms of the observer, and
${assumed.sweepMs} ms for a sweep. The wait for a Start slot is billed as Lambda time and can double the starter's share in a burst.
Logs, storage and the deployment bucket are left out; they cost cents. Work that waits behind a breaker costs index reads each
minute ([ADR 31](adr/0031-breakers-are-items-that-the-sweep-obeys.md)). GetProject is left out: one call for a project, hour
and execution environment of the starter.
`

/** Returns the text of docs/COST.md. */
export const costPage = (bill: Bill, measured: Measured): string => `# Cost

\`npm run bench:cost\` writes this page. It measures calls in virtual time with the functions' own handlers and write units with
the embedded DynamoDB engine, and multiplies them by list prices of us-east-1 in US dollars, without free tiers. DataZone's
price of $10 for 100,000 requests is from a secondary source.

${[estimate(bill), thousandRuns(bill, measured), monthWithoutRuns(bill), assumptions].join('\n')}`
