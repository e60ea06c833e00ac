import { fairWeather, type Weather } from './ports/fates.ts'
import type { CallInfo } from './ports/port-call.ts'
import type { Random } from './ports/random.ts'
import type { Action } from './program-action.ts'
import type { Scenario } from './scenario.ts'
import { sendSourceRequest } from './send-request.ts'
import { isTableCall, tableIsDown } from './table-outages.ts'

/**
 * A trial is one fault alone in the calm of a seed, while assets are published, so that no other fault excuses a violation.
 *
 * `bus-refuses`, `bus-hangs`: the bus refuses events, or does not answer. `contended-writes`: DynamoDB refuses
 * half of the writes, by each of its errors. `lost-claims`: the answer to every claim is lost. `absurd-items`: shared items
 * of the table hold what this system never writes. `absurd-counters`: so do the counters of the caps, in seeds that have
 * caps. `table-outage`: the table answers no call. `restored-table`: the table returns to its state at the beginning of the
 * trial, and what was published meanwhile is published again.
 */
const trialKinds = ['bus-refuses', 'bus-hangs', 'contended-writes', 'lost-claims', 'absurd-items'] as const
const lossKinds = ['table-outage', 'restored-table'] as const
export type TrialKind = (typeof trialKinds)[number] | (typeof lossKinds)[number] | 'absurd-counters'

/** The trial of a seed. Times in ms from the start. */
export interface Trial {
  readonly kind: TrialKind
  readonly fromMs: number
  readonly untilMs: number
}

/** Assets that are published during a trial. */
export const trialAssets: readonly string[] = Array.from({ length: 8 }, (_, index) => `trial${index + 1}`)
/** Assets that are published as well during a table outage. Their backlog must drain at the full rate. */
export const backlogAssets: readonly string[] = Array.from(
  { length: 60 },
  (_, index) => `backlog${index + 1}`,
)
/** A data source whose run is requested during a trial. */
export const trialSource = 'trial-source'
/** Assets whose records are planted, with a lease or a wait that ends far ahead. */
export const leasedAsset = 'leased'
export const parkedAsset = 'waiting'
/** An asset that is published during a trial of absurd items, and its project, which a malformed switch pauses then. */
export const pausedAsset = 'paused'
export const pausedProject = 'project3'
/** A data source that a schedule runs when a trial of absurd items begins. The item of that run's id is damaged. */
export const heldSource = 'source-held'

const minute = 60_000

/** Draws a trial in some seeds, after most other actions of the calm. */
export const drawTrial = (
  random: Random,
  stormMs: number,
  { caps }: Pick<Scenario, 'caps'>,
): Trial | undefined => {
  if (!random.chance(0.09)) return undefined
  const fromMs = stormMs + 175 * minute
  // A full cap would hold back the requests of any other trial.
  const kind = caps.length > 0 ? 'absurd-counters' : random.pick(trialKinds)
  const untilMs = fromMs + random.whole(4, 6) * minute
  const losses = random.fork('losses')
  if (caps.length > 0 || !losses.chance(0.2)) return { kind, fromMs, untilMs }
  const loss = losses.pick(lossKinds)
  // Long enough that DataZone has forgotten the tokens of the lost Starts by the end.
  return { kind: loss, fromMs, untilMs: loss === 'restored-table' ? untilMs + 10 * minute : untilMs }
}

/** Returns the beginning and the end of a trial, and a publish of each asset soon after its beginning. */
export const trialActions = (
  random: Random,
  trial: Trial | undefined,
  place: { readonly domainId: string; readonly projectId: string },
  published: (assetId: string) => Action,
): readonly { readonly atMs: number; readonly action: Action }[] => {
  if (trial === undefined) return []
  const { kind, fromMs, untilMs } = trial
  const asked = { id: 'request-of-trial', dataSourceId: trialSource, triggerKey: 'load-of-trial' }
  const assets = kind === 'table-outage' ? [...trialAssets, ...backlogAssets] : trialAssets
  const publishes = assets.map((assetId) => ({
    atMs: fromMs + 2_000 + random.whole(0, 5_000),
    action: published(assetId),
  }))
  const isRestored = kind === 'restored-table'
  return [
    { atMs: fromMs, action: { kind: 'trial' } },
    // A data source can run twice for one trigger key, so its lost run would prove nothing.
    ...(isRestored ? [] : [{ atMs: fromMs + 2_000, action: sendSourceRequest(place, asked) }]),
    ...publishes,
    ...(isRestored
      ? publishes.map(({ action }) => ({ atMs: untilMs + random.whole(1, 60_000), action }))
      : []),
    // Once every starter has read the switch.
    ...(kind === 'absurd-items' ? [{ atMs: fromMs + minute, action: published(pausedAsset) }] : []),
    { atMs: untilMs, action: { kind: 'trial' } },
  ]
}

/** A bus that refuses answers at once. One that hangs answers long after every caller has given up. */
const refusing: Weather = { ...fairWeather, accidents: { 'fail-before': 1 } }
const hanging: Weather = { accidents: { 'fail-before': 1 }, latencyMs: [120_000, 120_000] }
const answerIsLost: Weather = { ...fairWeather, accidents: { resend: 0.5, 'fail-after': 0.5 } }

/** Returns the weather of a call during a trial. Undefined: the trial does not affect the call. */
export const trialWeather = (kind: TrialKind, { name }: CallInfo): Weather | undefined => {
  if (name === 'bus.put' && kind === 'bus-refuses') return refusing
  if (name === 'bus.put' && kind === 'bus-hangs') return hanging
  if (kind === 'table-outage' && isTableCall(name)) return tableIsDown
  return name === 'store.claim' && kind === 'lost-claims' ? answerIsLost : undefined
}

/** The share of writes that DynamoDB refuses in a trial of contended writes. */
export const contendedShare = 0.5
