import { assumed, type Bill } from './bill.ts'
import type { Measured } from './measured.ts'

/** Dollars as the page shows them. */
export const dollars = (value: number): string => (value < 0.01 ? value.toFixed(4) : value.toFixed(2))

const row = (...cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`
const grouped = (value: number): string => value.toLocaleString('en-US')

const estimate = ({ month, thousandRuns }: Bill): string => `## Estimate a month

With one run of each table a month:

| tables | fixed | runs | total a month |
|---|---|---|---|
${[100, 3000, 50_000]
  .map((tables) => {
    const ofRuns = (tables / 1000) * thousandRuns
    return row(grouped(tables), dollars(month), dollars(ofRuns), dollars(month + ofRuns))
  })
  .join('\n')}

This does not include what DataZone charges for the AI generation itself.
`

const thousandRuns = ({ ofRuns, thousandRuns: sum }: Bill, { calls, writeUnits }: Measured): string => {
  const callList = Object.entries(calls).map(([operation, count]) => `${count} ${operation}`)
  return `## See what 1,000 runs cost

Measured with one run every two seconds, and with hints: ${callList.join(', ')}. One run writes ${writeUnits.run} units, including indexes, its cap and the counts of the day.

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

CloudWatch bills a metric only for the hours in which it is sent, so a stage with few kinds of outcomes pays for fewer metrics.

[Notifications](NOTIFICATIONS.md) add $${dollars(notifications.receivesOfMonth)} for the receives of their queue and $${dollars(notifications.thousandEmails)} for
1,000 e-mails. Their two alarms are counted above.
`

const assumptions = `## Know the assumptions

- Durations on AWS are assumed, not measured: ${assumed.starterMsPerRun} ms of the starter for each run, ${assumed.observerMsPerBatch} ms of the observer for each batch of
  hints, and ${assumed.sweepMs} ms for a sweep. The wait for a Start slot is billed as Lambda time and can double the starter's share in a burst.
- Logs, storage and the deployment bucket are left out; they cost cents. GetProject is left out, too: it is called once per
  project, hour and execution environment of the starter.
- Work that waits behind a breaker costs index reads each minute
  ([ADR 31](adr/0031-breakers-are-items-that-the-sweep-obeys.md)).
`

/** Returns the text of docs/COST.md. */
export const costPage = (bill: Bill, measured: Measured): string => `# Cost

A stage costs up to $${dollars(bill.month)} a month, and $${dollars(bill.thousandRuns)} for each 1,000 runs, at list prices of us-east-1 in US dollars and without
free tiers. DataZone's price of $10 for 100,000 requests is from a secondary source.

\`npm run bench:cost\` writes this page. It measures calls in virtual time with the functions' own handlers, and write units with
the embedded DynamoDB engine.

${[estimate(bill), thousandRuns(bill, measured), monthWithoutRuns(bill), assumptions].join('\n')}`
