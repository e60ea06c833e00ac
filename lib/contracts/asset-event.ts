import * as z from 'zod/mini'
import { present } from '../run/present.ts'
import type { Trigger } from '../run/trigger.ts'
import { fieldOf } from './event-body.ts'
import { assetId, domainId, projectId, readIf, readTimeMs, senderId } from './fields.ts'
import { type Parsed, parseWith } from './problems.ts'

/** The asset events of DataZone that can request a run, and the trigger that each is in the policy. */
export const triggerEvents = {
  'Asset Added To Catalog': 'PUBLISHED',
  'Asset Added To Inventory': 'INVENTORY',
  'New Asset Version Available': 'NEW_VERSION',
  'Asset Schema Changed': 'SCHEMA_CHANGED',
} as const satisfies Record<string, Trigger>

/** The asset events of DataZone that cancel the requests that still wait for the asset. */
export const withdrawalEvents = ['Asset Unpublished', 'Asset Listing Deleted'] as const

type TriggerEventName = keyof typeof triggerEvents
const isTriggerEvent = (name: string): name is TriggerEventName => Object.hasOwn(triggerEvents, name)
const triggerEventNames = Object.keys(triggerEvents).filter(isTriggerEvent)

/** The detail-types that the request queue needs for these triggers, for the pattern of the EventBridge rule. */
export const assetEventNames = (triggers: readonly Trigger[]): readonly string[] => [
  ...triggerEventNames.filter((name) => triggers.includes(triggerEvents[name])),
  ...withdrawalEvents,
]

/**
 * An EventBridge envelope with an asset event of DataZone. It lists only the fields that are used, because others may
 * change, and every metadata field but the domain is optional. The shape follows the one complete example that AWS
 * prints; `assetId` was seen in working handlers.
 */
export const AssetEvent = z.looseObject({
  id: senderId,
  'detail-type': z.enum([...triggerEventNames, ...withdrawalEvents]),
  source: z.literal('aws.datazone'),
  time: z.optional(z.unknown()),
  detail: z.looseObject({
    metadata: z.looseObject({ domain: domainId, owningProjectId: z.optional(z.unknown()) }),
    data: z.looseObject({ assetId }),
  }),
})
export type AssetEvent = z.infer<typeof AssetEvent>

/** What an asset event says. Without a trigger, the asset was withdrawn. */
export interface AssetNews {
  readonly eventId: string
  readonly name: string
  readonly trigger?: Trigger
  readonly domainId: string
  readonly assetId: string
  /** Absent when the event has no valid project id; GetAsset has it. */
  readonly projectId?: string
  readonly happenedAtMs?: number
}

/** Parses an asset event of DataZone, or returns its problems. */
export const parseAssetEvent = (envelope: unknown): Parsed<AssetNews> => {
  const parsed = parseWith(AssetEvent, envelope)
  if (!parsed.ok) return parsed
  const { id, time, detail, 'detail-type': name } = parsed.value
  return {
    ok: true,
    value: {
      eventId: id,
      name,
      domainId: detail.metadata.domain,
      assetId: detail.data.assetId,
      ...present({
        trigger: isTriggerEvent(name) ? triggerEvents[name] : undefined,
        projectId: readIf(projectId, fieldOf(detail.metadata, 'owningProjectId')),
        happenedAtMs: readTimeMs(time),
      }),
    },
  }
}
