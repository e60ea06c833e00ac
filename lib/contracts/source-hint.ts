import * as z from 'zod/mini'
import { fieldOf } from './event-body.ts'
import { dataSourceId, domainId, projectId, senderId, timestamp } from './fields.ts'
import { type Parsed, parseWith } from './problems.ts'

/** DataZone's own events about data source runs. There is none for a partial success. */
const tellings = {
  'Data Source Run Triggered': 'TRIGGERED',
  'Data Source Run Succeeded': 'ENDED',
  'Data Source Run Failed': 'ENDED',
} as const

type SourceHintName = keyof typeof tellings
export const sourceHintNames: readonly SourceHintName[] = Object.keys(tellings).filter(
  (name): name is SourceHintName => name in tellings,
)

/**
 * DataZone says that a data source run began or ended: a reason to look now, and no more. Statistics and lineage come
 * from Get only, so such a hint is never the ending itself.
 */
export interface SourceHint {
  readonly domainId: string
  readonly phase: (typeof tellings)[SourceHintName]
  /** Documented to be `metadata.id`; here and below absent when what stands there is no id. */
  readonly runId?: string
  readonly dataSourceId?: string
  readonly projectId?: string
  /** The envelope's own. */
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

const read = (schema: z.core.$ZodType<string>, value: unknown): string | undefined => {
  const found = z.safeParse(schema, value)
  return found.success ? found.data : undefined
}

/** A data source hint, or what is wrong with it. */
export const parseSourceHint = (event: unknown): Parsed<SourceHint> => {
  const parsed = parseWith(SourceEvent, event)
  if (!parsed.ok) return parsed
  const { detail, id, time, 'detail-type': name } = parsed.value
  const { metadata, data } = detail
  const runId = read(dataSourceId, metadata['id'])
  const source = read(dataSourceId, fieldOf(data, 'dataSourceId'))
  const project = read(projectId, metadata['owningProjectId'])
  const eventId = read(senderId, id)
  const happenedAt = read(timestamp, time)
  return {
    ok: true,
    value: {
      domainId: metadata.domain,
      phase: tellings[name],
      ...(runId === undefined ? {} : { runId }),
      ...(source === undefined ? {} : { dataSourceId: source }),
      ...(project === undefined ? {} : { projectId: project }),
      ...(eventId === undefined ? {} : { eventId }),
      ...(happenedAt === undefined ? {} : { happenedAtMs: Date.parse(happenedAt) }),
    },
  }
}
