import type { AssetRef, DataSourceRef } from '../run/run.ts'
import type { Skip } from '../run/skip.ts'

/** The last few skipped requests of each asset and data source. Throws when the store cannot answer. */
export interface SkipLog {
  /** Writes a skip, in one write. A second time changes nothing. */
  record(target: AssetRef | DataSourceRef, skip: Skip): Promise<void>
}

/** Reads what a `SkipLog` keeps, for operators: no decision depends on it. Throws when the store cannot answer. */
export interface SkipHistory {
  /** Returns the last few skips of an asset or data source, newest first. */
  skipsOf(target: AssetRef | DataSourceRef): Promise<readonly Skip[]>
}
