import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import * as z from 'zod/mini'
import { PortUnavailable } from '../../errors.ts'
import type { StartPace } from '../../ports/start-pace.ts'
import { type Pace, reserveSlots, slowDown } from '../../run/pace.ts'
import { absent, conditionParameters, unchangedSince } from './conditions.ts'
import { plainItem } from './plain-item.ts'

const PaceItem = z.object({
  version: z.number(),
  nextSlotMs: z.number(),
  loweredRate: z.exactOptional(z.number()),
  loweredAtMs: z.exactOptional(z.number()),
  limitRate: z.exactOptional(z.number()),
  rateCuts: z.exactOptional(z.number()),
  throttling: z.exactOptional(
    z.object({ sum: z.number(), count: z.number(), firstAtMs: z.number(), lastAtMs: z.number() }),
  ),
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
  let seen: PaceItem | 'damaged' | undefined

  /** An item that nobody can read is replaced: a moment's pace is worth less than all Starts. */
  const asSeen = () => {
    if (seen === 'damaged') return {}
    return conditionParameters(seen === undefined ? absent : unchangedSince(seen.version))
  }

  const see = (item: Record<string, AttributeValue> | undefined): void => {
    const parsed = item === undefined ? undefined : z.safeParse(PaceItem, plainItem(item))
    seen = parsed?.success === false ? 'damaged' : parsed?.data
  }

  /** What is known, for who decides: a damaged item is as good as none. */
  const known = (): PaceItem | undefined => (seen === 'damaged' ? undefined : seen)

  /** Whether the item was still as seen; if not, it is seen anew. */
  const put = async (next: PaceItem): Promise<boolean> => {
    try {
      await client.send(
        new PutItemCommand({
          TableName: table,
          Item: marshall({ ...key, ...next }),
          ...asSeen(),
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      )
      seen = next
      return true
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw new PortUnavailable('table', error)
      see(error.Item)
      return false
    }
  }

  const change = async <T>(
    decide: (pace: Pace) => { readonly pace: Pace; readonly result: T },
  ): Promise<T> => {
    for (let left = tries; left > 0; left -= 1) {
      const now = known()
      const { pace, result } = decide(now ?? { nextSlotMs: 0 })
      if (await put({ ...pace, version: (now?.version ?? 0) + 1 })) return result
    }
    throw new PortUnavailable('table', new Error('the pace item is changed too often'))
  }

  return {
    reserve: (count, nowMs, latestMs) =>
      change((pace) => {
        const taken = reserveSlots(pace, count, nowMs, configuredPerSecond, latestMs)
        return { pace: taken.pace, result: taken.slots }
      }),
    async rateCuts() {
      try {
        see((await client.send(new GetItemCommand({ TableName: table, Key: marshall(key) }))).Item)
      } catch (error) {
        throw new PortUnavailable('table', error)
      }
      return known()?.rateCuts ?? 0
    },
    slowDown: (nowMs) =>
      change((pace) => ({ pace: slowDown(pace, nowMs, configuredPerSecond), result: undefined })),
  }
}
