import type { BackfillEntry } from '../run/backfill-asset.ts'
import type { BackfillPlan } from '../run/backfill-plan.ts'

/**
 * The backfill plans of the table: for each a small item that is replaced under its version, and its entries in chunks
 * that never change. Narrow, so that no sender can skip an entry: only the plan's own item records the sent ones. Every
 * method throws PortUnavailable when the table does not answer.
 */
export interface BackfillPlans {
  /** Returns every plan, strongly consistent, by name. */
  all(): Promise<readonly BackfillPlan[]>
  /**
   * Writes `next` over `read`, or as a new plan when `read` is absent, and returns it at its new version; undefined if
   * another write won.
   */
  replace(next: BackfillPlan, read?: BackfillPlan): Promise<BackfillPlan | undefined>
  /** Writes the entries of a chunk of a plan, numbered from 0. */
  putChunk(plan: BackfillPlan, chunk: number, entries: readonly BackfillEntry[]): Promise<void>
  /** Returns the entries of a chunk, strongly consistent; undefined if it is missing or damaged. */
  chunk(plan: BackfillPlan, chunk: number): Promise<readonly BackfillEntry[] | undefined>
}
