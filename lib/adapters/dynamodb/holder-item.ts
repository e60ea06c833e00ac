import * as z from 'zod/mini'
import { type RunKey, runKey } from '../../run/identity.ts'
import type { InFlightRun } from '../../run/run.ts'

/** The key of the item of a run id. */
export const holderKey = (domainId: string, runId: string) => ({
  pk: `RUNID#${domainId}#${runId}`,
  sk: 'HOLDER',
})

const keptSeconds = 183 * 24 * 3600

/**
 * The one item that there is for the run id of a data source run: it says which record has the run. It has no attribute
 * of any index, and is kept for as long as the record of a run that ends at once: events about it and lists that could
 * show it are older by then than anybody looks at.
 */
export const holderItem = (run: InFlightRun) => {
  const { partition, record } = runKey(run)
  return {
    ...holderKey(run.subject.domainId, run.runId),
    heldBy: `${partition} ${record}`,
    ttlEpochSeconds: Math.floor(Math.max(run.createdAtMs, run.startedAtMs) / 1000) + keptSeconds,
  }
}

const HolderItem = z.object({ heldBy: z.string().check(z.regex(/^SOURCE#\S+ (RUN|FOREIGN)#/)) })

/** The record that an item names; undefined when it is damaged. */
export const holderIn = (item: unknown): RunKey | undefined => {
  const { heldBy } = z.safeParse(HolderItem, item).data ?? {}
  if (heldBy === undefined) return undefined
  const [partition = '', ...record] = heldBy.split(' ')
  return { partition, record: record.join(' ') }
}
