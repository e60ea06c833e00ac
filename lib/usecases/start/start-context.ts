import type { Breakers } from '../../ports/breakers.ts'
import type { Clock } from '../../ports/clock.ts'
import type { DataZone } from '../../ports/datazone.ts'
import type { EventBus } from '../../ports/event-bus.ts'
import type { ProjectNames } from '../../ports/project-names.ts'
import type { RequestQueue } from '../../ports/request-queue.ts'
import type { RunStore } from '../../ports/run-store.ts'
import type { SkipLog } from '../../ports/skip-log.ts'
import type { StartPace } from '../../ports/start-pace.ts'
import type { Switches } from '../../ports/switches.ts'
import type { Mode } from '../../run/mode.ts'
import type { Policy } from '../../run/policy.ts'
import type { GenerationType } from '../../run/run.ts'
import type { Assumptions } from '../../run/start-safety.ts'
import type { Gate } from './breaker-gate.ts'
import type { Place } from './slot-gate.ts'

/** Durations in ms. Defaults and reasons: lib/config.ts. */
export interface StarterSettings {
  readonly mode: Mode
  /** The Region, for the addresses of assets in the portal. Absent: records carry none. */
  readonly region?: string
  /** The domains whose requests are handled; empty: all. */
  readonly domainIds: readonly string[]
  readonly defaultTypes: readonly GenerationType[]
  readonly policy: Policy
  /** Which version of the policy this is; absent where it is not known. */
  readonly policyVersion?: number
  readonly assumptions: Assumptions
  /** The time that the table was restored to, in ms since the epoch: each Start is preceded by a search of List. */
  readonly restoredToMs?: number
  /** The function's timeout plus 30 s, so that an invocation ends before its leases do. */
  readonly leaseMs: number
  /** Start is aborted after this long. */
  readonly startTimeoutMs: number
  /** Until a request is tried again after a refusal that only an operator or time can lift. */
  readonly parkMs: number
  /** Between two probes of a full monthly quota. */
  readonly quotaProbeMs: number
  /** Until a request is tried again after a refusal that should pass by itself. */
  readonly lookAgainMs: number
  /** A 404 that lasts this long is final. */
  readonly notFoundGraceMs: number
  /** P9: a request that has waited this long in the table is rejected. */
  readonly maxWaitMs: number
  /** P7: the runs that a data source may have in a UTC day. */
  readonly sourceRunsPerDay: number
  /** An older request is rejected: its record may have expired, so it could make a second run. */
  readonly maxRequestAgeMs: number
}

export interface StarterPorts {
  readonly store: RunStore
  readonly pace: StartPace
  readonly breakers: Breakers
  readonly datazone: DataZone
  readonly bus: EventBus
  readonly queue: RequestQueue
  readonly switches: Switches
  readonly skips: SkipLog
  /** Absent: records carry no project names. */
  readonly projectNames?: ProjectNames
  readonly clock: Clock
}

/** What one message is handled with. */
export interface StartContext extends StarterPorts {
  readonly settings: StarterSettings
  readonly place: Place
  readonly gate: Gate
  /** When the invocation must return, in ms since the epoch. */
  readonly deadlineMs: number
  /** When the message was put on the queue, in ms since the epoch: the time of a request without `requestedAt`. */
  readonly sentAtMs: number
  /** How often the queue has delivered this message, from 1. */
  readonly receiveCount: number
  /** SQS's SenderId of the message. Absent: not known. */
  readonly senderId?: string
}
