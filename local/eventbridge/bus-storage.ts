import type { Archive } from './archive-operations.ts'
import type { ArchivedEvent } from './event-archive.ts'
import type { RemovedRule, Rule } from './rule-book.ts'

/** The rules and archives that callers have made, and the rules of the template that they have removed. */
interface BusDefinitions {
  readonly rules: readonly Rule[]
  readonly removedRules: readonly RemovedRule[]
  readonly archives: readonly Archive[]
}

/** Keeps the state of the buses between two starts. */
export interface BusStorage extends BusDefinitions {
  /** The events that an earlier start has kept, oldest first. */
  readonly events: readonly ArchivedEvent[]
  /** Those of them that may not have reached every target: they are routed once more. */
  readonly unsettled: readonly ArchivedEvent[]
  keepEvent(archived: ArchivedEvent): void
  /** Every event up to this sequence has reached its targets. */
  keepSettled(sequence: number): void
  keepDefinitions(definitions: BusDefinitions): void
}
