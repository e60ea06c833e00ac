import { publishEvent, withdrawalEvent } from './event-shapes.ts'
import type { Random } from './ports/random.ts'
import type { Action } from './program-action.ts'
import type { Scenario } from './scenario.ts'
import { sendSourceRequest } from './send-request.ts'

/** An asset that is withdrawn while its request waits for a pause to end. */
export const withdrawnAsset = 'withdrawn'
/** An asset that is published during its transfer to the second project. */
export const transferredAsset = 'transferred'
/** A data source whose run is requested while it is being updated. */
export const unreadySource = 'unready'

const minute = 60_000

interface Place {
  readonly domainId: string
  readonly projectId: string
  readonly stormMs: number
  /** When the world begins, in ms since the epoch. */
  readonly startMs: number
}

type TimedActions = readonly { readonly atMs: number; readonly action: Action }[]

const publish = (assetId: string, random: Random, { sets }: Scenario, domainId: string): Action => {
  const id = `publish-${assetId}`
  const request = { id, domainId, assetId, sets, regenerate: false, published: true }
  return { kind: 'send', body: publishEvent(id, assetId, random), request }
}

const withdrawal = (random: Random, scenario: Scenario, place: Place): TimedActions => {
  const { domainId, projectId, stormMs, startMs } = place
  const atMs = stormMs + 160 * minute
  const withdrawnMs = atMs + 2 * minute
  const name = random.pick(['Asset Unpublished', 'Asset Listing Deleted'] as const)
  const cancel = {
    id: `withdrawal-${withdrawnAsset}`,
    assetId: withdrawnAsset,
    requestedAtMs: startMs + withdrawnMs,
  }
  return [
    { atMs, action: { kind: 'switch', scope: projectId, paused: true } },
    // Starters may see a pause half a minute late.
    { atMs: atMs + minute, action: publish(withdrawnAsset, random, scenario, domainId) },
    { atMs: withdrawnMs, action: { kind: 'send', body: withdrawalEvent(withdrawnAsset, name), cancel } },
    { atMs: atMs + 5 * minute, action: { kind: 'switch', scope: projectId, paused: false } },
  ]
}

const transfer = (random: Random, scenario: Scenario, { domainId, stormMs }: Place): TimedActions => {
  const atMs = stormMs + 147 * minute
  return [
    { atMs, action: { kind: 'transfer', domainId, assetId: transferredAsset, durationMs: 4 * minute } },
    { atMs: atMs + minute, action: publish(transferredAsset, random, scenario, domainId) },
  ]
}

const sourceUpdate = ({ domainId, projectId, stormMs }: Place): TimedActions => {
  const atMs = stormMs + 150 * minute
  const asked = { id: 'request-unready', dataSourceId: unreadySource, triggerKey: 'load-unready' }
  const status = (name: 'UPDATING' | 'READY'): Action => ({
    kind: 'source-status',
    domainId,
    dataSourceId: unreadySource,
    status: name,
  })
  return [
    { atMs, action: status('UPDATING') },
    { atMs: atMs + minute, action: sendSourceRequest({ domainId, projectId }, asked) },
    { atMs: atMs + 4 * minute, action: status('READY') },
  ]
}

/** In some seeds, in the calm: an asset is withdrawn, another is transferred, or a data source is updated. */
export const catalogChanges = (random: Random, scenario: Scenario, place: Place): TimedActions => [
  ...(random.chance(0.05) ? withdrawal(random, scenario, place) : []),
  ...(random.chance(0.05) ? transfer(random, scenario, place) : []),
  ...(random.chance(0.05) ? sourceUpdate(place) : []),
]
