import type { Archive } from './archive-operations.ts'
import type { ArchivedEvent } from './event-archive.ts'
import type { Rule } from './rule-book.ts'

/** The rules and archives that callers have made. */
interface BusDefinitions {
  readonly rules: readonly Rule[]
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
