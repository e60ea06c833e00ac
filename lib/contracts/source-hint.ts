import * as z from 'zod/mini'
import { present } from '../run/present.ts'
import { fieldOf } from './event-body.ts'
import { dataSourceId, domainId, projectId, readIf, readTimeMs, senderId } from './fields.ts'
import { type Parsed, parseWith } from './problems.ts'

/**
 * The DataZone events about data source runs, and what each reports. There is none for a partial success. Two pages of AWS
 * name `... Run Complete` and `... Status Change`, without a payload.
 */
const phases = {
  'Data Source Run Triggered': 'TRIGGERED',
  'Data Source Run Succeeded': 'ENDED',
  'Data Source Run Failed': 'ENDED',
  'Data Source Run Complete': 'ENDED',
  'Data Source Status Change': 'SOURCE_CHANGED',
} as const

type SourceHintName = keyof typeof phases
export const sourceHintNames: readonly SourceHintName[] = Object.keys(phases).filter(
  (name): name is SourceHintName => name in phases,
)

/**
 * A DataZone event about a data source run: a reason to look at the run now. Only Get has the statistics and the lineage,
 * so the event is never the ending itself.
 */
export interface SourceHint {
  readonly domainId: string
  readonly phase: (typeof phases)[SourceHintName]
  /** Documented as `metadata.id`. It and the fields below are absent when the event has no readable value. */
  readonly runId?: string
  readonly dataSourceId?: string
  readonly projectId?: string
  /** The envelope's id. */
  readonly eventId?: string
  /** To the second. */
  readonly happenedAtMs?: number
}

const SourceEvent = z.looseObject({
  source: z.literal('aws.datazone'),
  'detail-type': z.enum(sourceHintNames),
  id: z.optional(z.unknown()),
  time: z.optional(z.unknown()),
  detail: z.looseObject({
    metadata: z.looseObject({ domain: domainId }),
    data: z.optional(z.unknown()),
  }),
})

/** Parses a data source hint, or returns its problems. */
export const parseSourceHint = (event: unknown): Parsed<SourceHint> => {
  const parsed = parseWith(SourceEvent, event)
  if (!parsed.ok) return parsed
  const { detail, id, time, 'detail-type': name } = parsed.value
  const { metadata, data } = detail
  const phase = phases[name]
  // A status change is about the source, so `metadata.id` is not a run's.
  const aboutId = readIf(dataSourceId, metadata['id'])
  const isAboutSource = phase === 'SOURCE_CHANGED'
  return {
    ok: true,
    value: {
      domainId: metadata.domain,
      phase,
      ...present({
        runId: isAboutSource ? undefined : aboutId,
        dataSourceId:
          readIf(dataSourceId, fieldOf(data, 'dataSourceId')) ?? (isAboutSource ? aboutId : undefined),
        projectId: readIf(projectId, metadata['owningProjectId']),
        eventId: readIf(senderId, id),
        happenedAtMs: readTimeMs(time),
      }),
    },
  }
}
