import * as z from 'zod/mini'
import { present } from '../run/present.ts'
import { assetId, domainId, readTimeMs } from './fields.ts'
import { type Parsed, parseWith } from './problems.ts'

export const acceptanceName = 'Metadata Generation Accepted'

/** Suggestions of an asset were accepted; the next publish contains them. */
export interface Acceptance {
  readonly domainId: string
  readonly assetId: string
  /** To the second; absent when the event has no readable time. */
  readonly acceptedAtMs?: number
}

/** In its payload `metadata.id` is the asset (read so by public handlers). It does not name the run. */
const AcceptedEvent = z.looseObject({
  source: z.literal('aws.datazone'),
  'detail-type': z.literal(acceptanceName),
  time: z.optional(z.unknown()),
  detail: z.looseObject({ metadata: z.looseObject({ domain: domainId, id: assetId }) }),
})

/** Parses an acceptance, or says what is wrong with it. */
export const parseAcceptance = (event: unknown): Parsed<Acceptance> => {
  const parsed = parseWith(AcceptedEvent, event)
  if (!parsed.ok) return parsed
  const { time, detail } = parsed.value
  return {
    ok: true,
    value: {
      domainId: detail.metadata.domain,
      assetId: detail.metadata.id,
      ...present({ acceptedAtMs: readTimeMs(time) }),
    },
  }
}
