import type { Fault } from '../../local/datazone/calls/fault-schema.ts'
import { calmTurnAfterMs } from './initial-state.ts'
import type { Random } from './ports/random.ts'
import type { Action, Refused } from './program-action.ts'

/** How a full quota ends. `early`: it is raised, and an operator closes the breaker. `turn`: the month turns. */
export type QuotaEnd = 'early' | 'turn'

/** The actions that make DataZone refuse every call of a kind, and the runs that users start in the portal. */
export interface Refusals {
  readonly actions: readonly { readonly atMs: number; readonly action: Action }[]
  readonly quotaEnds: QuotaEnd | undefined
}

const minute = 60_000
const longStormMs = 15 * minute

/** Two types that no request of a program, and no retry, asks for together. */
export const portalTypes = ['BUSINESS_NAMES', 'BUSINESS_GLOSSARY_ASSOCIATIONS']

const drawPortalRuns = (random: Random, stormMs: number, domainId: string, assets: readonly string[]) =>
  Array.from({ length: random.chance(0.3) ? random.whole(1, 3) : 0 }, () => ({
    atMs: random.whole(0, stormMs),
    action: { kind: 'portal-start', domainId, assetId: random.pick(assets) } as const,
  }))

/**
 * Draws a span of refusals in some seeds, long enough to show calls that continue in spite of them: in most long storms,
 * because a breaker is probed after a minute and then ever later, and in few short ones.
 */
const drawTime = (random: Random, stormMs: number): Refusals => {
  if (!random.chance(stormMs > longStormMs ? 0.75 : 0.15)) return { actions: [], quotaEnds: undefined }
  const atMs = random.whole(0, stormMs / 2)
  const endsInStormMs = Math.min(stormMs, atMs + random.whole(5, 30) * minute)
  const end = (endsAtMs: number) => ({ atMs: endsAtMs, action: { kind: 'refuse' } as const })
  if (random.chance(0.5)) {
    const refuse = { kind: 'refuse', error: 'AccessDeniedException', lists: random.chance(0.5) } as const
    return { actions: [{ atMs, action: refuse }, end(endsInStormMs)], quotaEnds: undefined }
  }
  const refuse = { kind: 'refuse', error: 'ServiceQuotaExceededException' } as const
  if (random.chance(0.5))
    return { actions: [{ atMs, action: refuse }, end(endsInStormMs)], quotaEnds: 'early' }
  // DataZone's month turns a little after ours.
  const turnsMs = calmTurnAfterMs + random.whole(0, 20_000)
  return { actions: [{ atMs, action: refuse }, end(turnsMs)], quotaEnds: 'turn' }
}

export const drawRefusals = (
  random: Random,
  stormMs: number,
  domainId: string,
  assets: readonly string[],
): Refusals => {
  const time = drawTime(random, stormMs)
  return { ...time, actions: [...time.actions, ...drawPortalRuns(random, stormMs, domainId, assets)] }
}

/** Returns the faults of DataZone in a span of refusals. The quota of data source runs is a daily one of its own. */
export const refusalFaults = (error: Refused, lists: boolean): Fault[] => {
  const full = { kind: 'error', error, operation: 'StartMetadataGenerationRun' } as const
  if (error === 'ServiceQuotaExceededException') return [full]
  return [
    full,
    { ...full, operation: 'StartDataSourceRun' },
    { ...full, operation: 'GetAsset' },
    ...(lists ? [{ ...full, operation: 'ListMetadataGenerationRuns' } as const] : []),
  ]
}

/** A span in which DataZone refuses every call of a kind, and the calls that it refused. */
export interface RefusalSpan {
  readonly error: Refused
  readonly fromMs: number
  untilMs: number
  readonly calls: { readonly atMs: number; readonly types: readonly unknown[]; readonly about: string }[]
}
