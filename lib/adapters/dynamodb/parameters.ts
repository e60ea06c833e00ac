import type { Put } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { runKey } from '../../run/identity.ts'
import type { Run } from '../../run/run.ts'
import { type Condition, conditionParameters, recordUnchangedSince } from './conditions.ts'
import { toItem } from './run-item.ts'

/** Parameters of a put that PutItem and TransactWriteItems both take. */
type PutParameters = Put & Required<Pick<Put, 'TableName' | 'Item'>>

/** A put of a record, alone or in a transaction. */
export const putParameters = (table: string, run: Run, condition: Condition): PutParameters => ({
  TableName: table,
  Item: marshall(toItem(run), { removeUndefinedValues: true }),
  ...conditionParameters(condition),
})

/** A delete of a record at the version read, alone or in a transaction. */
export const deleteParameters = (table: string, run: Run) => {
  const { partition, record } = runKey(run)
  return {
    TableName: table,
    Key: marshall({ pk: partition, sk: record }),
    ...conditionParameters(recordUnchangedSince(run)),
  }
}
