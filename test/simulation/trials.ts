import { fairWeather, type Weather } from './ports/fates.ts'
import type { CallInfo } from './ports/port-call.ts'
import type { Random } from './ports/random.ts'
import type { Action } from './program-action.ts'
import type { Scenario } from './scenario.ts'
import { sendSourceRequest } from './send-request.ts'
import { isTableCall, tableIsDown } from './table-outages.ts'

/**
 * One fault alone, in the calm of a seed, while assets are published: nothing else excuses what goes wrong meanwhile.
 *
 * `bus-refuses`, `bus-hangs`: the bus takes no event, at once or without an answer. `contended-writes`: DynamoDB refuses
 * half of the writes, by each of its errors. `lost-claims`: the answer to every claim is lost. `absurd-items`: shared items
 * of the table hold what this system never writes. `absurd-counters`: so do the counters of the caps, in seeds that have
 * caps. `table-outage`: the table answers no call. `restored-table`: the table goes back to what it was when the trial began,
 * and what was published meanwhile is published again.
 */
const trialKinds = ['bus-refuses', 'bus-hangs', 'contended-writes', 'lost-claims', 'absurd-items'] as const
const lossKinds = ['table-outage', 'restored-table'] as const
export type TrialKind = (typeof trialKinds)[number] | (typeof lossKinds)[number] | 'absurd-counters'

/** The fault of a seed's calm. Times in ms from the start. */
export interface Trial {
  readonly kind: TrialKind
  readonly fromMs: number
  readonly untilMs: number
}

/** Published while a trial lasts. */
export const trialAssets: readonly string[] = Array.from({ length: 12 }, (_, index) => `trial${index + 1}`)
/** Published as well while the table answers no call: what has waited must drain at the full rate. */
export const backlogAssets: readonly string[] = Array.from(
  { length: 60 },
  (_, index) => `backlog${index + 1}`,
)
/** A run of it is requested while a trial lasts. */
export const trialSource = 'trial-source'
/** Their records are planted, with a lease and a wait that end far ahead. */
export const leasedAsset = 'leased'
export const parkedAsset = 'waiting'
/** An asset, published too, and its project, which a malformed switch pauses while a trial of absurd items lasts. */
export const pausedAsset = 'paused'
export const pausedProject = 'project3'
/** A schedule runs it when a trial of absurd items begins, and the item of that run's id is damaged. */
export const heldSource = 'source-held'

const minute = 60_000

/** In some seeds, after all else that is done in the calm. */
export const drawTrial = (
  random: Random,
  stormMs: number,
  { caps }: Pick<Scenario, 'caps'>,
): Trial | undefined => {
  if (!random.chance(0.2)) return undefined
  const fromMs = stormMs + 175 * minute
  // A full cap holds back what any other trial asks for.
  const kind = caps.length > 0 ? 'absurd-counters' : random.pick(trialKinds)
  const untilMs = fromMs + random.whole(4, 12) * minute
  const losses = random.fork('losses')
  if (caps.length > 0 || !losses.chance(0.3)) return { kind, fromMs, untilMs }
  const loss = losses.pick(lossKinds)
  // By the end of a lost time DataZone has forgotten the client tokens of its Starts.
  return { kind: loss, fromMs, untilMs: loss === 'restored-table' ? untilMs + 10 * minute : untilMs }
}

/** The beginning and the end of a trial, and a publish of each asset soon after its beginning. */
export const trialActions = (
  random: Random,
  trial: Trial | undefined,
  place: { readonly domainId: string; readonly projectId: string },
  published: (assetId: string) => Action,
): readonly { readonly atMs: number; readonly deed: Action }[] => {
  if (trial === undefined) return []
  const { kind, fromMs, untilMs } = trial
  const asked = { id: 'request-of-trial', dataSourceId: trialSource, triggerKey: 'load-of-trial' }
  const assets = kind === 'table-outage' ? [...trialAssets, ...backlogAssets] : trialAssets
  const publishes = assets.map((assetId) => ({
    atMs: fromMs + 2_000 + random.whole(0, 5_000),
    deed: published(assetId),
  }))
  const isRestored = kind === 'restored-table'
  return [
    { atMs: fromMs, deed: { kind: 'trial' } },
    // A source can run twice for one trigger key, so its lost run proves nothing.
    ...(isRestored ? [] : [{ atMs: fromMs + 2_000, deed: sendSourceRequest(place, asked) }]),
    ...publishes,
    ...(isRestored ? publishes.map(({ deed }) => ({ atMs: untilMs + random.whole(1, 60_000), deed })) : []),
    // Once every starter has read the switch.
    ...(kind === 'absurd-items' ? [{ atMs: fromMs + minute, deed: published(pausedAsset) }] : []),
    { atMs: untilMs, deed: { kind: 'trial' } },
  ]
}

/** The bus refuses: an answer without delay. It hangs: an answer long after every caller has given up. */
const refusing: Weather = { ...fairWeather, accidents: { 'fail-before': 1 } }
const hanging: Weather = { accidents: { 'fail-before': 1 }, latencyMs: [120_000, 120_000] }
const answerIsLost: Weather = { ...fairWeather, accidents: { resend: 0.5, 'fail-after': 0.5 } }

/** The weather that a trial makes for a call; undefined: that of the calm. */
export const trialWeather = (kind: TrialKind, { name }: CallInfo): Weather | undefined => {
  if (name === 'bus.put' && kind === 'bus-refuses') return refusing
  if (name === 'bus.put' && kind === 'bus-hangs') return hanging
  if (kind === 'table-outage' && isTableCall(name)) return tableIsDown
  return name === 'store.claim' && kind === 'lost-claims' ? answerIsLost : undefined
}

/** The share of writes that DynamoDB refuses in a trial of them. */
export const contendedShare = 0.5
