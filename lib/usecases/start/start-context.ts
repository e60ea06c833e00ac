import type { Breakers } from '../../ports/breakers.ts'
import type { Clock } from '../../ports/clock.ts'
import type { DataZone } from '../../ports/datazone.ts'
import type { EventBus } from '../../ports/event-bus.ts'
import type { RequestQueue } from '../../ports/request-queue.ts'
import type { RunStore } from '../../ports/run-store.ts'
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
  /** Domains to work for; empty: all. */
  readonly domainIds: readonly string[]
  readonly defaultTypes: readonly GenerationType[]
  readonly policy: Policy
  readonly assumptions: Assumptions
  /** The function's timeout and 30 s: an invocation is over before its leases are. */
  readonly leaseMs: number
  /** Start is given up after this long. */
  readonly startTimeoutMs: number
  /** Until a refusal that only people or time can lift is tried again. */
  readonly parkMs: number
  /** Until something that should pass by itself is looked at again. */
  readonly lookAgainMs: number
  /** A 404 that lasts this long is believed. */
  readonly notFoundGraceMs: number
  /** P9: a request that has waited this long in the table is rejected. */
  readonly maxWaitMs: number
  /** P7: runs that a data source may have in a day of UTC. */
  readonly sourceRunsPerDay: number
  /** A request older than this is refused: its record may have expired, and it could run a second time. */
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
  readonly clock: Clock
}

/** Everything one message is handled with. */
export interface StartContext extends StarterPorts {
  readonly settings: StarterSettings
  readonly place: Place
  readonly gate: Gate
  /** When the invocation must have given its answer, in ms since the epoch. */
  readonly deadlineMs: number
  /** When the message was put on the queue, in ms since the epoch: the time of a request that names none. */
  readonly sentAtMs: number
  /** How often the queue has handed out this message; 1 for the first time. */
  readonly receiveCount: number
}
