import type { AssetRef, DataSourceRef } from '../run/run.ts'
import type { Skip } from '../run/skip.ts'

/** The last few skipped requests of each asset and data source. Throws when the store cannot answer. */
export interface SkipLog {
  /** Writes a skip, in one write. A second time changes nothing. */
  record(target: AssetRef | DataSourceRef, skip: Skip): Promise<void>
}
