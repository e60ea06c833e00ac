import type { Random } from './ports/random.ts'
import type { Action } from './program-action.ts'
import { domainId, projectId } from './world-ids.ts'

const minute = 60_000

/** The owning project in DataZone's events: the right one, none, another, or a number. */
const owningProjects = [
  { owningProjectId: projectId },
  {},
  { owningProjectId: 'project2' },
  { owningProjectId: 5 },
  { owningProjectId: projectId, version: 4 },
]

const assetEvent = (id: string, assetId: string, name: string, metadata: object): string =>
  JSON.stringify({
    version: '0',
    id,
    source: 'aws.datazone',
    'detail-type': name,
    detail: { metadata: { domain: domainId, ...metadata }, data: { assetId } },
  })

/** Returns a publish event of DataZone, with an owning project in one of these shapes. */
export const publishEvent = (id: string, assetId: string, random: Random): string => {
  const metadata = random.chance(0.5) ? random.pick(owningProjects) : { owningProjectId: projectId }
  return assetEvent(id, assetId, 'Asset Added To Catalog', metadata)
}

/** Returns an event of DataZone that says that an asset is no longer published. */
export const withdrawalEvent = (
  assetId: string,
  name: 'Asset Unpublished' | 'Asset Listing Deleted',
): string => assetEvent(`withdrawal-${assetId}`, assetId, name, { owningProjectId: projectId })

const unlistedNames = ['Asset Added To Inventory', 'New Asset Version Available', 'Asset Schema Changed']

/** Draws, in some seeds, asset events whose trigger the policy does not list. */
export const drawUnlistedEvents = (random: Random, assets: readonly string[], stormMs: number) => {
  const ids = new Set<string>()
  const actions: TimedAction[] = []
  while (random.chance(0.15)) {
    const id = `unlisted-${ids.size + 1}`
    const body = assetEvent(id, random.pick(assets), random.pick(unlistedNames), {})
    ids.add(id)
    actions.push({ atMs: random.whole(0, stormMs), action: { kind: 'send', body, isUnlisted: true } })
  }
  return { ids, actions }
}

const isoTime = (ms: number) => new Date(ms).toISOString()

/** As Java and Python print a time: without seconds, or with a zone that has no colon. */
const timeForms: readonly ((ms: number) => string)[] = [
  (ms) => isoTime(ms).replace(/\.\d+Z$/, '+0000'),
  (ms) => isoTime(ms - (ms % minute)).replace(/:\d\d\.\d+Z$/, 'Z'),
  (ms) => isoTime(ms).replace('Z', '+00:00'),
]

interface TimedAction {
  readonly atMs: number
  action: Action
}

/** Adds `requestedAt` to some requests, in one of several forms of ISO 8601. */
export const varyRequestTimes = (random: Random, actions: TimedAction[], startMs: number): void => {
  for (const timed of actions) {
    const { atMs, action } = timed
    if (action.kind !== 'send' || action.request === undefined || action.request.published) continue
    if (!random.chance(0.3) || action.body.includes('requestedAt')) continue
    const requestedAt = random.pick(timeForms)(startMs + atMs)
    timed.action = { ...action, body: JSON.stringify({ ...JSON.parse(action.body), requestedAt }) }
  }
}
