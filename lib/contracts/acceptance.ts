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

/** `metadata.id` is the asset: AWS documents no payload, but public handlers read it so. The event does not name the run. */
const AcceptedEvent = z.looseObject({
  source: z.literal('aws.datazone'),
  'detail-type': z.literal(acceptanceName),
  time: z.optional(z.unknown()),
  detail: z.looseObject({ metadata: z.looseObject({ domain: domainId, id: assetId }) }),
})

/** Parses an acceptance, or returns its problems. */
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
