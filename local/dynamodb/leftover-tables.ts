import { DeleteTableCommand, type DynamoDBClient, paginateListTables } from '@aws-sdk/client-dynamodb'
import { isAlive } from '../servers/is-alive.ts'
import { ownerOfTable } from '../stack-name.ts'

/**
 * Deletes the tables of stacks on this machine that were killed before they deleted them. Returns the names of the
 * tables.
 */
export async function removeLeftoverTables(client: DynamoDBClient): Promise<readonly string[]> {
  const removed: string[] = []
  for await (const { TableNames = [] } of paginateListTables({ client }, {})) {
    for (const TableName of TableNames) {
      const owner = ownerOfTable(TableName)
      if (owner === undefined || isAlive(owner)) continue
      await client.send(new DeleteTableCommand({ TableName }))
      removed.push(TableName)
    }
  }
  return removed
}
