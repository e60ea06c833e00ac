import type { Archive } from './archive-operations.ts'
import type { ArchivedEvent } from './event-archive.ts'
import type { RemovedRule, Rule } from './rule-book.ts'

/** The rules and archives that callers have created, and the rules of the template that they have removed. */
interface BusDefinitions {
  readonly rules: readonly Rule[]
  readonly removedRules: readonly RemovedRule[]
  readonly archives: readonly Archive[]
}

/** Keeps the state of the buses when the stack stops. */
export interface BusStorage extends BusDefinitions {
  /** The events of earlier starts, oldest first. */
  readonly events: readonly ArchivedEvent[]
  /** The events that may not have reached every target, and are routed again. */
  readonly unsettled: readonly ArchivedEvent[]
  keepEvent(archived: ArchivedEvent): void
  /** Records that every event up to this sequence has reached its targets. */
  keepSettled(sequence: number): void
  keepDefinitions(definitions: BusDefinitions): void
}
