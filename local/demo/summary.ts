import { type DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import { detailType, RunEventDetail } from '../../lib/contracts/run-event.ts'
import type { ActualRun, Control } from '../datazone/control/control.ts'
import type { Launched } from '../launch.ts'
import type { StarterLog } from './starter-log.ts'
import type { Traffic } from './traffic.ts'

/** The last line of `npm run demo -- --json`. Seconds are wall-clock seconds, not divided by the speed. */
export interface Summary {
  readonly seed: number
  readonly speed: number
  readonly requests: number
  readonly runsStarted: number
  readonly duplicatesDropped: number
  readonly rejected: number
  readonly skipped: number
  readonly parked: number
  readonly terminal: Readonly<Record<string, number>>
  readonly eventsDelivered: number
  readonly distinctEventIds: number
  /** Published assets that have no run at DataZone or no terminal event on the bus. */
  readonly lost: number
  /** Runs at DataZone beyond the first of an asset, revision and set of types. */
  readonly duplicateRuns: number
  readonly datazoneCalls: Readonly<Record<string, number>>
  readonly startCalls: number
  readonly startThrottled: number
  readonly startsPerSecond: number | null
  readonly detectionSeconds: { readonly p50: number; readonly p95: number; readonly max: number } | null
  readonly wallSeconds: number
}

interface Announced {
  readonly detail: RunEventDetail
  readonly detailType: string
  readonly arrivedAtMs: number
}

/** The detail-types of events that end no run. */
const notTerminal: ReadonlySet<string> = new Set([
  detailType('STARTED'),
  detailType('DUPLICATE'),
  detailType('SKIPPED'),
])

/** Returns the terminal events in the archive of the run bus, those of rejected requests included. */
export const announcements = ({ stack }: Launched): readonly Announced[] =>
  stack
    .archive('RunEventBus')
    .filter(({ event }) => !notTerminal.has(event['detail-type']))
    .map(({ event, arrivedAtMs }) => ({
      detail: RunEventDetail.parse(event.detail),
      detailType: event['detail-type'],
      arrivedAtMs,
    }))

interface Recorded {
  readonly parked: number
  /** Request keys of the requests that created a record. */
  readonly keys: ReadonlySet<string>
}

const readTable = async (client: DynamoDBClient, table: string): Promise<Recorded> => {
  const keys = new Set<string>()
  let parked = 0
  for await (const page of paginateScan({ client }, { TableName: table })) {
    for (const item of page.Items ?? []) {
      const { state, request } = unmarshall(item)
      if (state === 'PARKED') parked += 1
      if (typeof request?.requestKey === 'string') keys.add(request.requestKey)
    }
  }
  return { parked, keys }
}

/** Counts duplicates: every message of a request that created no record, and all but one of a request that did. */
const countDuplicates = (log: StarterLog, recorded: Recorded): number => {
  let duplicates = 0
  for (const [key, messages] of log.acknowledged()) duplicates += messages - (recorded.keys.has(key) ? 1 : 0)
  return duplicates
}

const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits))

const detection = (runs: readonly ActualRun[], events: readonly Announced[]): Summary['detectionSeconds'] => {
  const arrived = new Map(events.map(({ detail, arrivedAtMs }) => [detail.data.runId, arrivedAtMs]))
  const seconds = runs
    .flatMap((run) => {
      const atMs = arrived.get(run.id)
      return atMs === undefined ? [] : [(atMs - run.endsAtMs) / 1000]
    })
    .sort((left, right) => left - right)
  if (seconds.length === 0) return null
  return {
    p50: rounded(quantile(seconds, 0.5), 2),
    p95: rounded(quantile(seconds, 0.95), 2),
    max: rounded(quantile(seconds, 1), 2),
  }
}

/** A rate of fewer Starts is not meaningful. */
const minStartsForRate = 100

const startRate = (runs: readonly ActualRun[]): number | null => {
  const first = runs[0]
  const last = runs.at(-1)
  if (first === undefined || last === undefined || runs.length < minStartsForRate) return null
  return rounded(((runs.length - 1) * 1000) / (last.createdAtMs - first.createdAtMs), 2)
}

const subjectOf = (run: ActualRun): string =>
  [run.domainId, run.assetId, run.revision, ...run.types].join(' ')

type Announcements = ReturnType<typeof announcements>

/** Counts distinct events by the status that they announce. */
const countEndings = (ended: Announcements): Record<string, number> => {
  const statuses = new Map(ended.map(({ detail }) => [detail.metadata.id, detail.data.status]))
  const byStatus = Object.groupBy(statuses.values(), (status) => status)
  return Object.fromEntries(Object.entries(byStatus).map(([status, ids]) => [status, ids.length]))
}

const countCalls = ({ counts }: ReturnType<Control['calls']>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(counts).map(([operation, outcomes]) => [
      operation,
      Object.values(outcomes).reduce((sum, count) => sum + count, 0),
    ]),
  )

interface Measured {
  readonly seed: number
  readonly speed: number
  readonly wallSeconds: number
  readonly table: DynamoDBClient
}

/**
 * Returns the figures of a demo, each from a source outside the code under test: runs and calls from the simulator,
 * events from the archive of the bus, duplicates and skips from the starter's log, parked requests from the table.
 */
export const summarize = async (
  system: Launched,
  traffic: Traffic,
  log: StarterLog,
  about: Measured,
): Promise<Summary> => {
  const { control } = system.datazone.datazone
  const runs = control.runs()
  const calls = control.calls()
  const events = announcements(system)
  const recorded = await readTable(about.table, system.stack.tableName)
  const ended = events.filter(({ detail }) => detail.data.status !== 'REJECTED')
  const rejected = events.filter(({ detail }) => detail.data.status === 'REJECTED')
  const runIds = new Set(runs.map((run) => run.id))
  const announced = new Set(
    ended.flatMap(({ detail }) => (runIds.has(detail.data.runId ?? '') ? [detail.data.asset?.id] : [])),
  )
  return {
    seed: about.seed,
    speed: about.speed,
    requests: traffic.requests,
    runsStarted: runs.length,
    duplicatesDropped: countDuplicates(log, recorded),
    rejected: new Set(rejected.map(({ detail }) => detail.metadata.id)).size,
    skipped: log.skipped(),
    parked: recorded.parked,
    terminal: countEndings(ended),
    eventsDelivered: events.length,
    distinctEventIds: new Set(events.map(({ detail }) => detail.metadata.id)).size,
    lost: new Set(traffic.events.map(({ assetId }) => assetId).filter((id) => !announced.has(id))).size,
    duplicateRuns: runs.length - new Set(runs.map(subjectOf)).size,
    datazoneCalls: countCalls(calls),
    startCalls: calls.starts.length,
    startThrottled: calls.throttledStarts,
    startsPerSecond: startRate(runs),
    detectionSeconds: detection(runs, ended),
    wallSeconds: rounded(about.wallSeconds, 1),
  }
}

/** Returns a sentence for each figure that is wrong. */
export const discrepancies = (summary: Summary): readonly string[] => {
  const accounted =
    summary.runsStarted + summary.duplicatesDropped + summary.rejected + summary.skipped + summary.parked
  return [
    ...(accounted === summary.requests
      ? []
      : [`${summary.requests} requests were sent, ${accounted} are accounted for`]),
    ...(summary.lost === 0 ? [] : [`${summary.lost} published assets have no run or no terminal event`]),
    ...(summary.duplicateRuns === 0 ? [] : [`${summary.duplicateRuns} runs were started twice`]),
  ]
}
