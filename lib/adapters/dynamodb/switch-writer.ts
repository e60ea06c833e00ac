import { DeleteItemCommand, type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { PortUnavailable } from '../../errors.ts'
import type { Pause } from '../../ports/switches.ts'
import { type BackOff, retryWrites } from './retry-writes.ts'

/** A domain, or one of its projects. */
export interface SwitchScope {
  readonly domainId: string
  readonly projectId?: string
}

const keyOf = ({ domainId, projectId }: SwitchScope) => ({
  pk: `SWITCH#${domainId}`,
  sk: projectId === undefined ? 'DOMAIN' : `PROJECT#${projectId}`,
})

/** Writes the switch items that `dynamoDbSwitches` reads. For operators: no function of the stack may write them. */
export const dynamoDbSwitchWriter = (client: DynamoDBClient, table: string, backOff?: BackOff) => ({
  /** Pauses a scope, or replaces the reason of its pause. @throws PortUnavailable */
  async pause(scope: SwitchScope, pause: Pause): Promise<void> {
    try {
      const item = marshall({ ...keyOf(scope), paused: true, ...pause })
      await retryWrites(backOff)(() => client.send(new PutItemCommand({ TableName: table, Item: item })))
    } catch (error) {
      throw new PortUnavailable('table', error)
    }
  },

  /** Resumes a scope. Returns false if it was not paused. @throws PortUnavailable */
  async resume(scope: SwitchScope): Promise<boolean> {
    try {
      const input = { TableName: table, Key: marshall(keyOf(scope)), ReturnValues: 'ALL_OLD' } as const
      const answer = await retryWrites(backOff)(() => client.send(new DeleteItemCommand(input)))
      return answer.Attributes !== undefined
    } catch (error) {
      throw new PortUnavailable('table', error)
    }
  },
})
