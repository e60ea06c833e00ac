import { setTimeout as delay } from 'node:timers/promises'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { SQSClient } from '@aws-sdk/client-sqs'
import { sampleCatalogue } from '../catalogue/catalogue.ts'
import { demoFlags } from '../flags.ts'
import { type Launched, launch } from '../launch.ts'
import { runAsCommand } from '../run-as-command.ts'
import { starterLog } from './starter-log.ts'
import { announcements, discrepancies, type Summary, summarize } from './summary.ts'
import { planTraffic, repeatLate, send, type Traffic } from './traffic.ts'

/** How long after the last expected Start the demo waits for what is missing, in seconds of simulated time. */
const patienceSeconds = 600

const seconds = (sinceMs: number): string =>
  `${((performance.now() - sinceMs) / 1000).toFixed(1).padStart(6)}s`

const progressOf = ({ datazone }: Launched, traffic: Traffic): string => {
  const counts = { SUBMITTED: 0, IN_PROGRESS: 0, ended: 0 }
  for (const { status } of datazone.datazone.control.runs()) {
    if (status === 'SUBMITTED' || status === 'IN_PROGRESS') counts[status] += 1
    else counts.ended += 1
  }
  const assets = new Set(traffic.events.map(({ assetId }) => assetId)).size
  return `SUBMITTED ${counts.SUBMITTED}   IN_PROGRESS ${counts.IN_PROGRESS}   ended ${counts.ended} of ${assets}`
}

const isOver = (system: Launched, traffic: Traffic): boolean => {
  const ids = new Set<string>()
  const assets = new Set<string>()
  for (const { detail } of announcements(system)) {
    if (detail.data.status === 'REJECTED') ids.add(detail.metadata.id)
    else if (detail.data.asset !== undefined) assets.add(detail.data.asset.id)
  }
  return ids.size >= traffic.bad && traffic.events.every(({ assetId }) => assets.has(assetId))
}

const print = (line: string) => console.log(line)

/**
 * Prints each terminal event as it lands, and how far the runs are, until all has ended or the deadline passes. Repeats
 * some of the publishes once every run has been started.
 */
const watch = async (
  system: Launched,
  traffic: Traffic,
  beganMs: number,
  deadlineMs: number,
): Promise<void> => {
  let repeated = false
  let shown = 0
  let progress = ''
  while (performance.now() < deadlineMs) {
    const events = announcements(system)
    for (const { detail, detailType } of events.slice(shown)) {
      const { asset, runId, error } = detail.data
      const what = asset === undefined ? '(no asset)' : `${asset.id}@${asset.revision}`
      print(
        `${seconds(beganMs)}  ${detailType.padEnd(36)} ${what.padEnd(32)} ${runId ?? error?.message ?? ''}`,
      )
    }
    shown = events.length
    const now = progressOf(system, traffic)
    if (now !== progress) print(`${seconds(beganMs)}  ${now}`)
    progress = now
    const over = isOver(system, traffic)
    if (over && repeated && (await system.stack.activity()).idle) return
    if (!repeated && (over || system.datazone.datazone.control.runs().length >= traffic.events.length)) {
      repeatLate(traffic, system.stack)
      repeated = true
    }
    await delay(500)
  }
}

const table = (summary: Summary): string => {
  const ended = Object.entries(summary.terminal).map(([status, count]) => `${count} ${status}`)
  const calls = Object.entries(summary.datazoneCalls).map(([operation, count]) => `${count} ${operation}`)
  const { detectionSeconds: found } = summary
  return [
    '',
    `${summary.requests} requests = ${summary.runsStarted} runs started + ${summary.duplicatesDropped} duplicates dropped + ${summary.rejected} rejected + ${summary.skipped} skipped + ${summary.parked} parked`,
    `ended:          ${ended.join(', ')}`,
    `events:         ${summary.eventsDelivered} delivered, ${summary.distinctEventIds} distinct ids`,
    `lost:           ${summary.lost}`,
    `duplicate runs: ${summary.duplicateRuns}`,
    `DataZone calls: ${calls.join(', ')} (${summary.startThrottled} Starts throttled)`,
    ...(found === null
      ? []
      : [
          `from ending to event: half within ${found.p50} s, 95% within ${found.p95} s, all within ${found.max} s`,
        ]),
    `took ${summary.wallSeconds} s (seed ${summary.seed}, speed ${summary.speed})`,
  ].join('\n')
}

await runAsCommand(async (args) => {
  const flags = demoFlags(args)
  const beganMs = performance.now()
  const log = starterLog()
  print(`${seconds(beganMs)}  packaging the service and starting the local stack`)
  const system = await launch({ ...flags, log: (line) => log.take(line) })
  try {
    const traffic = planTraffic(sampleCatalogue(flags.assets))
    const sqs = new SQSClient(system.stack.connect('sqs'))
    const dynamodb = new DynamoDBClient(system.stack.connect('dynamodb'))
    print(
      `${seconds(beganMs)}  up; publishing ${flags.assets} assets as ${traffic.events.length} events and ${traffic.messages.length} messages (repeats, and ${traffic.bad} wrong ones on purpose), then ${traffic.lateEvents.length} of the events again`,
    )
    const startsTakeMs = flags.assets * 110
    const deadlineMs = performance.now() + startsTakeMs + (patienceSeconds * 1000) / flags.speed
    await send(traffic, system.stack, sqs)
    await watch(system, traffic, beganMs, deadlineMs)
    const wallSeconds = (performance.now() - beganMs) / 1000
    const summary = await summarize(system, traffic, log, { ...flags, wallSeconds, table: dynamodb })
    sqs.destroy()
    dynamodb.destroy()
    const wrong = discrepancies(summary)
    print(table(summary))
    for (const line of wrong) print(`WRONG: ${line}`)
    if (flags.json) print(JSON.stringify(summary))
    return wrong.length === 0 ? 0 : 1
  } finally {
    await system.stop()
  }
})
