import * as z from 'zod/mini'
import { assetId, domainId, timestamp } from './fields.ts'
import { type Parsed, parseWith } from './problems.ts'

export const acceptanceName = 'Metadata Generation Accepted'

/** People accepted suggestions of an asset: what they publish next holds them. */
export interface Acceptance {
  readonly domainId: string
  readonly assetId: string
  /** To the second; absent when the event does not tell. */
  readonly acceptedAtMs?: number
}

/** Documented of its payload: `metadata.id` is the asset. Which run the suggestions are of is not told. */
const AcceptedEvent = z.looseObject({
  source: z.literal('aws.datazone'),
  'detail-type': z.literal(acceptanceName),
  time: z.optional(z.unknown()),
  detail: z.looseObject({ metadata: z.looseObject({ domain: domainId, id: assetId }) }),
})

/** An acceptance, or what is wrong with it. */
export const parseAcceptance = (event: unknown): Parsed<Acceptance> => {
  const parsed = parseWith(AcceptedEvent, event)
  if (!parsed.ok) return parsed
  const { time, detail } = parsed.value
  const at = z.safeParse(timestamp, time)
  return {
    ok: true,
    value: {
      domainId: detail.metadata.domain,
      assetId: detail.metadata.id,
      ...(at.success ? { acceptedAtMs: Date.parse(at.data) } : {}),
    },
  }
}
