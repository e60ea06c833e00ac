import * as z from 'zod/mini'
import type { UnreadableRecord } from '../../ports/run-store.ts'
import { activeUntilMs } from '../../run/deciding-runs.ts'
import { runKey } from '../../run/identity.ts'
import { present } from '../../run/present.ts'
import { endings, generationTypes, lanes, parkReasons, type Run } from '../../run/run.ts'
import { workAtMs } from '../../run/sweep-plan.ts'
import { triggers } from '../../run/trigger.ts'
import { counter, instant, text, wellFormed } from './plain-item.ts'

/** Grows when an older deployment could misread what a newer one writes (P8). */
export const schemaVersion = 1

/**
 * The two partitions of the sparse `work` index: parked records, of which there may be many for a long time, do not delay
 * the others. 10,000 records in flight are ten pages.
 */
export const workShards = { work: 'WORK', waiting: 'WAITING' } as const

const workShardOf = (run: Run) => (run.state === 'PARKED' ? workShards.waiting : workShards.work)

const halfYearSeconds = 183 * 24 * 3600

const ms = instant
const sent = z.object({ firstAtMs: ms, lastAtMs: ms })
const error = z.object({ name: text, message: text })
const typeStat = z.object({
  type: text,
  status: text,
  errorMessage: z.exactOptional(text),
})

const count = z.exactOptional(counter)
const statistics = z.object({
  added: count,
  updated: count,
  unchanged: count,
  skipped: count,
  failed: count,
})

const SubjectItem = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('METADATA_GENERATION'),
    domainId: wellFormed,
    assetId: wellFormed,
    revision: z.exactOptional(wellFormed),
    types: z.array(z.enum(generationTypes)),
  }),
  z.object({
    kind: z.literal('DATA_SOURCE'),
    domainId: wellFormed,
    dataSourceId: wellFormed,
    triggerKey: wellFormed,
  }),
])

const ForeignSubjectItem = z.object({
  kind: z.literal('DATA_SOURCE'),
  domainId: wellFormed,
  dataSourceId: wellFormed,
  foreignRunId: wellFormed,
})

const common = {
  attempt: z.int().check(z.gte(1), z.lte(1_000_000)),
  projectId: text,
  request: z.object({
    requestKey: text,
    lane: z.enum(lanes),
    requestedAtMs: ms,
    regenerate: z.boolean(),
    correlationId: z.exactOptional(text),
    trigger: z.exactOptional(z.enum(triggers)),
    policyTypes: z.exactOptional(z.array(z.enum(generationTypes))),
    revision: z.exactOptional(text),
  }),
  policy: z.exactOptional(
    z.object({
      version: z.exactOptional(counter),
      rule: z.exactOptional(counter),
      retry: z.exactOptional(z.object({ attempts: counter, delayMs: ms })),
      deadlineMs: z.exactOptional(ms),
      cancelAtDeadline: z.exactOptional(z.literal(true)),
      announceStarted: z.exactOptional(z.literal(false)),
      repeatGuardMs: z.exactOptional(ms),
    }),
  ),
  onlyTypes: z.exactOptional(z.array(z.enum(generationTypes))),
  retriesBefore: z.exactOptional(counter),
  countedIn: z.exactOptional(z.array(z.object({ cap: text, period: text }))),
  assetName: z.exactOptional(text),
  projectName: z.exactOptional(text),
  portalUrl: z.exactOptional(text),
  fingerprint: z.exactOptional(text),
  alsoRequestedBy: z.exactOptional(
    z.array(z.object({ requestKey: text, correlationId: z.exactOptional(text) })),
  ),
  cancel: z.exactOptional(
    z.object({ requestedAtMs: ms, requestId: z.exactOptional(text), sentAtMs: z.exactOptional(ms) }),
  ),
  heldMs: z.exactOptional(ms),
  createdAtMs: ms,
  version: counter,
  history: z.array(z.object({ atMs: ms, what: text })),
}

const RunItem = z.discriminatedUnion('state', [
  z.object({ ...common, state: z.literal('PLANNED') }),
  z.object({
    ...common,
    state: z.literal('CLAIMED'),
    leaseEndsAtMs: ms,
    startSent: sent,
    earlierStart: z.exactOptional(sent),
    notFoundSinceMs: z.exactOptional(ms),
  }),
  z.object({
    ...common,
    state: z.literal('PARKED'),
    reason: z.enum(parkReasons),
    retryAtMs: ms,
    releasedAtMs: z.exactOptional(ms),
    heldSinceMs: z.exactOptional(ms),
    earlierStart: z.exactOptional(sent),
    notFoundSinceMs: z.exactOptional(ms),
    error: z.exactOptional(error),
  }),
  z.object({
    ...common,
    state: z.literal('IN_FLIGHT'),
    runId: wellFormed,
    startedAtMs: ms,
    nativeStatus: text,
    notFoundSinceMs: z.exactOptional(ms),
    unansweredSinceMs: z.exactOptional(ms),
  }),
  z.object({
    ...common,
    state: z.literal('ENDED'),
    ending: z.enum(endings),
    detectedAtMs: ms,
    runId: z.exactOptional(text),
    startedAtMs: z.exactOptional(ms),
    nativeStatus: z.exactOptional(text),
    typeStats: z.exactOptional(z.array(typeStat)),
    statistics: z.exactOptional(statistics),
    lineageStatus: z.exactOptional(text),
    error: z.exactOptional(error),
    willRetry: z.exactOptional(z.literal(true)),
    announcedAtMs: z.exactOptional(ms),
    acceptedAtMs: z.exactOptional(ms),
  }),
])

/** When a record stopped being needed; undefined while it still is. */
const overAtMsOf = (run: Run): number | undefined => {
  if (run.state === 'PLANNED') return run.createdAtMs
  if (run.state !== 'ENDED' || run.announcedAtMs === undefined) return undefined
  // The repeat guard counts its days from an acceptance.
  return Math.max(run.announcedAtMs, run.acceptedAtMs ?? 0)
}

/** Only what has ended, or was only planned, ever expires. */
const expiryOf = (run: Run): { ttlEpochSeconds?: number } => {
  const overAtMs = overAtMsOf(run)
  return overAtMs === undefined ? {} : { ttlEpochSeconds: Math.floor(overAtMs / 1000) + halfYearSeconds }
}

/** A run as the table holds it: its own fields, flat, and the attributes that keys, indexes and TTL are made of. */
export const toItem = (run: Run): Record<string, unknown> => {
  const { subject, ...fields } = run
  const { partition, record } = runKey(run)
  const workAt = workAtMs(run)
  const activeUntil = activeUntilMs(run)
  return {
    pk: partition,
    sk: record,
    schemaVersion,
    ...subject,
    ...fields,
    domainStatus: `${subject.domainId}#${run.state === 'ENDED' ? run.ending : run.state}`,
    updatedAt: run.history.at(-1)?.atMs ?? run.createdAtMs,
    ...(workAt === undefined ? {} : { workShard: workShardOf(run), workAt }),
    ...present({ activeUntil }),
    ...expiryOf(run),
  }
}

const Key = z.object({ pk: z.string(), sk: z.string() })
const Versioned = z.object({ schemaVersion: z.number() })

/** A record may be damaged in more places than a log line should hold. */
const maxNamed = 20

/** A run, or why this version must not act on the record. */
export const parseItem = (item: unknown): Run | UnreadableRecord => {
  const key = z.safeParse(Key, item)
  const unreadable = (newer: boolean, problem: string): UnreadableRecord => ({
    key: key.success ? { partition: key.data.pk, record: key.data.sk } : { partition: '', record: '' },
    isNewer: newer,
    problem,
  })
  const version = z.safeParse(Versioned, item)
  if (!version.success) return unreadable(false, 'has no schemaVersion')
  if (version.data.schemaVersion > schemaVersion) {
    return unreadable(
      true,
      `has schemaVersion ${version.data.schemaVersion}, this deployment knows ${schemaVersion}`,
    )
  }
  const fields = z.safeParse(RunItem, item)
  const isForeign = typeof item === 'object' && item !== null && 'foreignRunId' in item
  const subject = isForeign ? z.safeParse(ForeignSubjectItem, item) : z.safeParse(SubjectItem, item)
  if (fields.success && subject.success) {
    const run: Run = { ...fields.data, subject: subject.data }
    const own = runKey(run)
    const isFiled = key.success && key.data.pk === own.partition && key.data.sk === own.record
    return isFiled ? run : unreadable(false, `is filed under a key that is not its own, ${own.record}`)
  }
  const issues = [...(subject.error?.issues ?? []), ...(fields.error?.issues ?? [])]
  const places = [...new Set(issues.slice(0, maxNamed).map(({ path }) => path.join('.').slice(0, 100)))]
  return unreadable(false, `is damaged at ${places.join(', ')}`)
}
