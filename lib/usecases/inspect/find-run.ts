import type { Records, RunStore } from '../../ports/run-store.ts'
import { type RunKey, runKey } from '../../run/identity.ts'
import type { AssetRef, DataSourceRef } from '../../run/run.ts'

/** A record's key in one word, as `dzrun list --columns key` prints it and `findRun` reads it. */
export const keyText = ({ partition, record }: RunKey): string => `${partition}/${record}`

/** The asset or data source of a key, and the record's sort key; undefined for any other text. */
const keyOf = (
  named: string,
): { readonly target: AssetRef | DataSourceRef; readonly record: string } | undefined => {
  const [, kind, domainId = '', id = '', record = ''] =
    /^(ASSET|SOURCE)#(dzd[-_][\w-]{1,36})#([\w-]{1,36})\/((?:RUN|REQUEST|FOREIGN)#.{1,300})$/.exec(named) ??
    []
  if (kind === undefined) return undefined
  return { target: kind === 'ASSET' ? { domainId, assetId: id } : { domainId, dataSourceId: id }, record }
}

const none: Records = { runs: [], unreadable: [] }

/**
 * Returns the record that a user named by its key, or by the id of its DataZone run. A key costs one query of its
 * partition, a run id one of the index, which may miss a new run for a moment. Without such a record, both lists are empty.
 * @throws PortUnavailable when the table does not answer
 */
export const findRun = async (
  named: string,
  store: Pick<RunStore, 'runsOf' | 'byRunId'>,
): Promise<Records> => {
  const key = keyOf(named)
  if (key === undefined) return /^[\w-]{1,36}$/.test(named) ? store.byRunId(named) : none
  const { runs, unreadable } = await store.runsOf(key.target)
  return {
    runs: runs.filter((run) => runKey(run).record === key.record),
    unreadable: unreadable.filter((one) => one.key.record === key.record),
  }
}
