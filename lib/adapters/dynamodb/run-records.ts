import type { QueryCommandInput } from '@aws-sdk/client-dynamodb'
import type { ParkedLater, Records, UnreadableRecord } from '../../ports/run-store.ts'
import { type RunKey, runKey } from '../../run/identity.ts'
import { present } from '../../run/present.ts'
import type { Run } from '../../run/run.ts'
import { isClaimCount, parseClaimCount } from './claim-count-item.ts'
import { plainItem } from './plain-item.ts'
import { parseItem } from './run-item.ts'
import { isSkipLog } from './skip-log.ts'

export type Item = NonNullable<QueryCommandInput['ExclusiveStartKey']>

/** Parses the items of a partition: its runs, the records that cannot be read, and the claim count. */
export const parseRecords = (items: readonly Item[]): Records => {
  const runs: Run[] = []
  const unreadable: UnreadableRecord[] = []
  let claimCount: number | undefined
  for (const item of items) {
    const plain = plainItem(item)
    const taken = parseClaimCount(plain)
    if (taken !== undefined) {
      claimCount = taken
      continue
    }
    if (isClaimCount(plain) || isSkipLog(plain)) continue
    const parsed = parseItem(plain)
    if ('problem' in parsed) unreadable.push(parsed)
    else runs.push(parsed)
  }
  return { runs, unreadable, ...present({ claimCount }) }
}

/** Records of several reads, each once: the newer version of a record that a write changed in between. */
export const mergeRecords = (reads: readonly Records[]): Records => {
  const nameOf = ({ partition, record }: RunKey) => `${partition} ${record}`
  const runs = new Map<string, Run>()
  const unreadable = new Map<string, UnreadableRecord>()
  for (const read of reads) {
    for (const run of read.runs) {
      const name = nameOf(runKey(run))
      if (run.version > (runs.get(name)?.version ?? -1)) runs.set(name, run)
    }
    for (const record of read.unreadable) unreadable.set(nameOf(record.key), record)
  }
  return { runs: [...runs.values()], unreadable: [...unreadable.values()] }
}

export const parkedLater = (item: Item): ParkedLater => ({
  reason: item['reason']?.S ?? 'UNKNOWN',
  atMs: Number(item['workAt']?.N ?? 0),
})
