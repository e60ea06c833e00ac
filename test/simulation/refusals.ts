import type { Fault } from '../../local/datazone/calls/fault-schema.ts'
import { calmTurnAfterMs } from './initial-state.ts'
import type { Random } from './ports/random.ts'
import type { Action, Refused } from './program-action.ts'

/** `early`: it was raised, or rather: an operator says so. `turn`: the month turned. */
export type QuotaEnd = 'early' | 'turn'

/** What a seed's DataZone refuses to all who ask, and what goes on there without us. */
export interface Refusals {
  readonly deeds: readonly { readonly atMs: number; readonly deed: Action }[]
  readonly quotaEnds: QuotaEnd | undefined
}

const minute = 60_000

/** Two types that no request here, and no retry of one, asks for together. */
export const portalTypes = ['BUSINESS_NAMES', 'BUSINESS_GLOSSARY_ASSOCIATIONS']

const drawPortalRuns = (random: Random, stormMs: number, domainId: string, assets: readonly string[]) =>
  Array.from({ length: random.chance(0.3) ? random.whole(1, 3) : 0 }, () => ({
    atMs: random.whole(0, stormMs),
    deed: { kind: 'portal-start', domainId, assetId: random.pick(assets) } as const,
  }))

/** In a part of the seeds a time of refusals, long enough to tell who goes on asking. */
const drawTime = (random: Random, stormMs: number): Refusals => {
  const atMs = random.whole(0, stormMs)
  const lists = random.chance(0.5)
  const untilTurn = random.chance(0.5)
  const lastsMs = random.whole(5, 30) * minute
  // DataZone's month turns a little after ours.
  const lagMs = random.whole(0, 20_000)
  const over = (overAtMs: number) => ({ atMs: overAtMs, deed: { kind: 'refuse' } as const })
  switch (random.pick(['none', 'none', 'none', 'none', 'none', 'none', 'denied', 'denied', 'full', 'full'])) {
    case 'denied': {
      const refuse = { kind: 'refuse', error: 'AccessDeniedException', lists } as const
      return {
        deeds: [{ atMs, deed: refuse }, over(Math.min(stormMs, atMs + lastsMs))],
        quotaEnds: undefined,
      }
    }
    case 'full': {
      const refuse = { kind: 'refuse', error: 'ServiceQuotaExceededException' } as const
      const deeds = [{ atMs, deed: refuse }]
      return untilTurn
        ? { deeds: [...deeds, over(calmTurnAfterMs + lagMs)], quotaEnds: 'turn' }
        : { deeds: [...deeds, over(Math.min(stormMs, atMs + lastsMs))], quotaEnds: 'early' }
    }
    default:
      return { deeds: [], quotaEnds: undefined }
  }
}

export const drawRefusals = (
  random: Random,
  stormMs: number,
  domainId: string,
  assets: readonly string[],
): Refusals => {
  const time = drawTime(random, stormMs)
  return { ...time, deeds: [...time.deeds, ...drawPortalRuns(random, stormMs, domainId, assets)] }
}

/** What a time of refusals is at DataZone. A data source has a quota of its own, of days. */
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

/** Calls that DataZone answered while it refused every one of their kind, by the time in which it did. */
export interface RefusedTime {
  readonly error: Refused
  readonly fromMs: number
  untilMs: number
  /** Starters that died, answers that were lost, breakers out of reach: each may have kept a refusal from being known. */
  accidents: number
  readonly calls: { readonly atMs: number; readonly types: readonly unknown[]; readonly about: string }[]
}
