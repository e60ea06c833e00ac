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
 * The only item for the run id of a data source run: it names the record that holds the run. It has no attribute of any
 * index, and is kept for as long as the record of a run that ends at once: events and lists that show the run are older
 * by then than any reader goes back.
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

/** Returns the record that an item names, or undefined when the item is damaged. */
export const holderIn = (item: unknown): RunKey | undefined => {
  const { heldBy } = z.safeParse(HolderItem, item).data ?? {}
  if (heldBy === undefined) return undefined
  const [partition = '', ...record] = heldBy.split(' ')
  return { partition, record: record.join(' ') }
}
