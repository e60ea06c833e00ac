import * as z from 'zod/mini'
import { fieldOf } from './event-body.ts'
import { domainId } from './fields.ts'
import { type Parsed, parseWith } from './problems.ts'

/** The DataZone events about metadata generation runs, and the ending that each claims. */
const verdicts = {
  'Metadata Generation Succeeded': 'SUCCEEDED',
  'Metadata Generation Failed': 'FAILED',
  'Metadata Generation Canceled': 'CANCELED',
  'Business Name Generation Succeeded': 'SUCCEEDED',
  'Business Name Generation Failed': 'FAILED',
} as const

type HintName = keyof typeof verdicts
export const hintNames: readonly HintName[] = Object.keys(verdicts).filter(
  (name): name is HintName => name in verdicts,
)

/** A DataZone event about a metadata generation run: a reason to look at the run now, and never its ending. */
export interface Hint {
  readonly name: HintName
  readonly domainId: string
  /** Every value that may be the id of a run or an asset, the most likely first. Empty: the event names only the domain. */
  readonly ids: readonly string[]
  readonly verdict: (typeof verdicts)[HintName]
}

/** The payload is not published, so only the domain is required, and other fields are read where they are present. */
const HintEvent = z.looseObject({
  source: z.literal('aws.datazone'),
  'detail-type': z.enum(hintNames),
  detail: z.looseObject({
    metadata: z.looseObject({ domain: domainId }),
    data: z.optional(z.unknown()),
  }),
})

const runOrAssetId = z.string().check(z.regex(/^[a-zA-Z0-9_-]{1,36}$/))

/** The fields of `detail.data` that may hold an id, by the names in DataZone's API and its other events. */
const dataFields = ['runId', 'metadataGenerationRunId', 'id', 'identifier', 'assetId', 'entityId'] as const

const idsOf = (metadata: unknown, data: unknown): string[] => {
  const places = [
    fieldOf(metadata, 'id'),
    ...dataFields.map((name) => fieldOf(data, name)),
    fieldOf(fieldOf(data, 'target'), 'identifier'),
  ]
  const ids = places.flatMap((value) => {
    const id = z.safeParse(runOrAssetId, value)
    return id.success ? [id.data] : []
  })
  return [...new Set(ids)]
}

/** Parses a hint, or returns its problems. */
export const parseHint = (event: unknown): Parsed<Hint> => {
  const parsed = parseWith(HintEvent, event)
  if (!parsed.ok) return parsed
  const { 'detail-type': name, detail } = parsed.value
  return {
    ok: true,
    value: {
      name,
      domainId: detail.metadata.domain,
      ids: idsOf(detail.metadata, detail.data),
      verdict: verdicts[name],
    },
  }
}
