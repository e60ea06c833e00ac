import type { Summary } from './summary.ts'

/** Formats the figures of a demo. */
export const figures = (summary: Summary): string => {
  const ended = Object.entries(summary.terminal).map(([status, count]) => `${count} ${status}`)
  const calls = Object.entries(summary.datazoneCalls).map(([operation, count]) => `${count} ${operation}`)
  const { detectionSeconds: found } = summary
  return [
    '',
    `${summary.requests} requests:`,
    `  ${summary.runsStarted} runs started, ${summary.duplicatesDropped} duplicates dropped, ${summary.rejected} rejected, ${summary.skipped} skipped, ${summary.parked} parked`,
    `ended:          ${ended.join(', ')}`,
    `events:         ${summary.eventsDelivered} delivered, ${summary.distinctEventIds} distinct ids`,
    `missing runs:   ${summary.lost}`,
    `duplicate runs: ${summary.duplicateRuns}`,
    'DataZone calls:',
    ...calls.map((line) => `  ${line}`),
    `  (${summary.startThrottled} Starts throttled)`,
    ...(found === null
      ? []
      : [
          `from ending to event: 50% within ${found.p50} s, 95% within ${found.p95} s, 100% within ${found.max} s`,
        ]),
    `took ${summary.wallSeconds} s (seed ${summary.seed}, speed ${summary.speed})`,
  ].join('\n')
}
