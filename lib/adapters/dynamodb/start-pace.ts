import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb'
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'
import * as z from 'zod/mini'
import { PortUnavailable } from '../../errors.ts'
import type { StartPace } from '../../ports/start-pace.ts'
import { type Pace, slowDown, takeSlots } from '../../run/pace.ts'
import { conditionParameters, paceAsSeen } from './conditions.ts'

const PaceItem = z.object({
  version: z.number(),
  nextSlotMs: z.number(),
  loweredRate: z.exactOptional(z.number()),
  loweredAtMs: z.exactOptional(z.number()),
})
type PaceItem = z.infer<typeof PaceItem>

const key = { pk: 'PACE#START', sk: 'PACE' }
const tries = 25

/**
 * The shared pace as one item, changed by compare and set. A failed condition brings the item as it is now, so a try
 * that loses a race costs no extra read.
 */
export const dynamoDbStartPace = (
  client: DynamoDBClient,
  table: string,
  configuredPerSecond: number,
): StartPace => {
  /** As last seen by this execution environment; wrong is fine, the condition tells. */
  let seen: PaceItem | undefined

  const change = async <T>(
    decide: (pace: Pace) => { readonly pace: Pace; readonly result: T },
  ): Promise<T> => {
    for (let left = tries; left > 0; left -= 1) {
      const { pace, result } = decide(seen ?? { nextSlotMs: 0 })
      const next: PaceItem = { ...pace, version: (seen?.version ?? 0) + 1 }
      try {
        await client.send(
          new PutItemCommand({
            TableName: table,
            Item: marshall({ ...key, ...next }),
            ...conditionParameters(paceAsSeen(seen?.version)),
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        )
        seen = next
        return result
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw new PortUnavailable('table', error)
        const item = error.Item === undefined ? undefined : z.safeParse(PaceItem, unmarshall(error.Item))
        seen = item?.success ? item.data : undefined
      }
    }
    throw new PortUnavailable('table', new Error('the pace item is changed too often'))
  }

  return {
    reserve: (count, nowMs) =>
      change((pace) => {
        const taken = takeSlots(pace, count, nowMs, configuredPerSecond)
        return { pace: taken.pace, result: taken.slots }
      }),
    slowDown: (nowMs) =>
      change((pace) => ({ pace: slowDown(pace, nowMs, configuredPerSecond), result: undefined })),
  }
}
