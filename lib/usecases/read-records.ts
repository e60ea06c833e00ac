import type { Clock } from '../ports/clock.ts'
import type { Records, RunStore } from '../ports/run-store.ts'
import { decidingSinceMs } from '../run/deciding-runs.ts'
import { present } from '../run/present.ts'
import type { AssetRef, DataSourceRef } from '../run/run.ts'

interface ReadContext {
  readonly store: RunStore
  readonly clock: Clock
}

/**
 * Returns the records that decide about an asset or data source: all of an asset; of a data source those that may be
 * active, those of the last day, and every attempt of the record's subject.
 * @param attemptsOf the sort key of a record
 * @throws PortUnavailable when the table does not answer
 */
export const readRecords = (
  target: AssetRef | DataSourceRef,
  attemptsOf: string | undefined,
  { store, clock }: ReadContext,
): Promise<Records> => {
  if ('assetId' in target) return store.runsOf(target)
  const { domainId, dataSourceId } = target
  const endedSinceMs = decidingSinceMs(clock.now())
  return store.decidingRunsOf({ domainId, dataSourceId, endedSinceMs, ...present({ attemptsOf }) })
}
