import { marshall } from '@aws-sdk/util-dynamodb'
import { toItem } from '../../lib/adapters/dynamodb/run-item.ts'
import type { Run } from '../../lib/run/run.ts'
import { memoryRunStore } from '../../test/support/memory-run-store.ts'

/** About what a query of one megabyte holds. */
const recordsPerPage = 1000
/** An item is written to the table and to three indexes. */
const writesPerItem = 4

const bytesOf = (run: Run): number => Buffer.byteLength(JSON.stringify(marshall(toItem(run))))

/** A run store in memory that counts the capacity units that DynamoDB would charge for its due records and its writes. */
export const meteredStore = (runs: readonly Run[]) => {
  const store = memoryRunStore()
  // One by one: 100,000 arguments of a call would overflow the stack.
  for (const run of runs) store.put(run)
  const units = { read: 0, write: 0 }
  const bytesPerRecord = runs[0] === undefined ? 0 : bytesOf(runs[0])
  const readDue = store.due
  store.due = async function* (nowMs) {
    for await (const { runs: found } of readDue(nowMs)) {
      for (let from = 0; from < found.length; from += recordsPerPage) {
        const page = found.slice(from, from + recordsPerPage)
        // An eventually consistent read takes half a unit for each 4 KB.
        units.read += (page.length * bytesPerRecord) / 4096 / 2
        yield { runs: page, unreadable: [] }
      }
    }
  }
  store.beforeWrite = (run) => {
    units.write += writesPerItem * Math.ceil(bytesOf(run) / 1024)
  }
  return { store, units }
}
