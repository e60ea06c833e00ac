import type { Cap } from '../run/caps.ts'
import type { Mode } from '../run/mode.ts'
import type { GenerationType } from '../run/run.ts'

/** Settings of the deployment that operators plan with. Absent on records of older versions. */
export interface DeployedSettings {
  /** The types of a request for which neither its sender nor the policy names any. */
  readonly defaultTypes?: readonly GenerationType[]
  readonly startRatePerSecond?: number
}

/** The last sweep as operators see it: that the schedule works, and the counts that only a sweep makes. */
export interface LastSweep extends DeployedSettings {
  readonly startedAtMs: number
  readonly tookMs: number
  /** The mode and the caps that the functions were deployed with. */
  readonly mode: Mode
  readonly caps: readonly Cap[]
  readonly due: number
  readonly announced: number
  readonly released: number
  /** All parked records by reason; absent when not all of them could be counted. */
  readonly parked?: Readonly<Record<string, number>>
  /** For each reason, when its next record is due, in ms since the epoch. Records that are due already do not count. */
  readonly nextAtMs?: Readonly<Record<string, number>>
  readonly unreadable: number
  readonly outOfTime: boolean
  /** The first steps that failed, each with its reason. */
  readonly problems: readonly string[]
}

/** Keeps the last sweep for operators. No decision depends on it, so it never throws. */
export interface SweepLog {
  record(sweep: LastSweep): Promise<void>
}

/** Reads the last sweep. Throws PortUnavailable when the table does not answer. */
export interface SweepHistory {
  /** Returns the last sweep; undefined before the first one, or where it cannot be read. */
  last(): Promise<LastSweep | undefined>
}
