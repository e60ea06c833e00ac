import type { Breakers } from '../../lib/ports/breakers.ts'
import type { SettingsInput } from '../../local/datazone/input/settings.ts'
import type { Weather } from '../../test/simulation/ports/fates.ts'
import type { CallInfo } from '../../test/simulation/ports/port-call.ts'

/** What is measured: requests for one domain, one run each. */
export interface Case {
  readonly seed: number
  readonly runs: number
  /** Time between two requests. 0: a burst. */
  readonly everyMs: number
  /** Whether DataZone's own events arrive. */
  readonly hints: 'none' | 'hints'
  /** Requests of an applied backfill plan, for other assets. Default: none. */
  readonly backfill?: number
  readonly datazone?: SettingsInput
  /** Default: config/policy.json. */
  readonly policyFile?: object
  /** Faults and latency of the calls of every port. Default: fair weather. */
  readonly weather?: (call: CallInfo) => Weather
  /** Share of Starts that are throttled by chance. */
  readonly noise?: number
  /** When the noise ends, in ms from the start. Default: never. */
  readonly noiseEndsMs?: number
  /** Changes DataZone's limit on Start, `afterMs` from the start. */
  readonly limitChanges?: { readonly afterMs: number; readonly startRatePerSecond: number }
  /** In ms since the epoch. Default: Monday, January 5, 2026, 09:00 UTC. */
  readonly startMs?: number
  /** How long the system runs, in ms. Default: long enough for every run to end. */
  readonly lastsMs?: number
  /** When to count the parked records, in ms from the start. Default: at the end. */
  readonly countParkedAtMs?: number
  /** Replaces the breakers of the table. */
  readonly breakers?: Breakers
}

export const domainId = 'dzd_bench0001'
export const projectId = 'project1'
export const assetId = (number: number): string => `asset-${number}`
