import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
} from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { PortUnavailable } from '../../errors.ts'
import type { ReportMalformedItem } from '../../ports/malformed-items.ts'
import type { StartPace } from '../../ports/start-pace.ts'
import { type Pace, reserveSlots, slowDown } from '../../run/pace.ts'
import { answered } from './answered.ts'
import { absent, conditionParameters, unchangedSince } from './conditions.ts'
import { begunAnew, isAheadOfClock, type PaceItem, parsePace } from './pace-item.ts'
import { plainItem } from './plain-item.ts'
import { type BackOff, retryWrites } from './retry-writes.ts'

const key = { pk: 'PACE#START', sk: 'PACE' }
const maxTries = 25

export interface PaceOptions {
  readonly backOff?: BackOff
  readonly report?: ReportMalformedItem
}

type Seen = PaceItem | 'damaged' | undefined

const putParameters = (table: string, next: PaceItem, seen: Seen): PutItemCommandInput => ({
  TableName: table,
  Item: marshall({ ...key, ...next }),
  ...(seen === 'damaged'
    ? {}
    : conditionParameters(seen === undefined ? absent : unchangedSince(seen.version))),
  ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
})

const seenIn = (item: Record<string, AttributeValue> | undefined): Seen =>
  item === undefined ? undefined : (parsePace(plainItem(item)) ?? 'damaged')

const getParameters = (table: string) => ({ TableName: table, Key: marshall(key) })

/** The item as this execution environment last saw it. It may be outdated; the condition of the next write finds out. */
const paceItem = (client: DynamoDBClient, table: string, { backOff, report = () => {} }: PaceOptions) => {
  const retry = retryWrites(backOff)
  let seen: Seen

  const see = (item: Record<string, AttributeValue> | undefined): void => {
    seen = seenIn(item)
    if (seen === 'damaged') report(key, 'cannot be read, and is replaced')
  }

  return {
    /** Returns the item without times in the future; undefined if it is damaged. */
    usable(nowMs: number, perSecond: number): PaceItem | undefined {
      if (seen === 'damaged' || seen === undefined) return undefined
      if (!isAheadOfClock(seen, nowMs, perSecond)) return seen
      report(key, 'has a time far ahead of the clock; it is replaced')
      return begunAnew(seen, nowMs)
    },

    /** Writes the item if it is still as seen and returns true; otherwise sees the current one. */
    async put(next: PaceItem): Promise<boolean> {
      try {
        await retry(() => client.send(new PutItemCommand(putParameters(table, next, seen))))
        seen = next
        return true
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw new PortUnavailable('table', error)
        see(error.Item)
        return false
      }
    },

    async read(): Promise<Seen> {
      see((await answered(client.send(new GetItemCommand(getParameters(table)))))?.Item)
      return seen
    },
  }
}

/**
 * The shared pace as one item, changed by compare and set. A failed condition brings the current item, so losing a race
 * costs no extra read. An item that cannot be read, or whose times lie ahead of the clock, is replaced and reported (P8):
 * a wrong pace for a moment costs less than a stop of all Starts.
 */
export const dynamoDbStartPace = (
  client: DynamoDBClient,
  table: string,
  configuredPerSecond: number,
  options: PaceOptions = {},
): StartPace => {
  const item = paceItem(client, table, options)

  const change = async <T>(
    nowMs: number,
    decide: (pace: Pace) => { readonly pace: Pace; readonly result: T },
  ): Promise<T> => {
    for (let tries = 0; tries < maxTries; tries += 1) {
      const now = item.usable(nowMs, configuredPerSecond)
      const { pace, result } = decide(now ?? { nextSlotMs: 0 })
      if (await item.put({ ...pace, version: (now?.version ?? 0) + 1 })) return result
    }
    throw new PortUnavailable('table', new Error('the pace item changed on every try'))
  }

  return {
    reserve: (count, nowMs, latestMs) =>
      change(nowMs, (pace) => {
        const taken = reserveSlots(pace, { count, latestMs }, nowMs, configuredPerSecond)
        return { pace: taken.pace, result: taken.slots }
      }),
    async rateCuts() {
      const seen = await item.read()
      return seen === 'damaged' ? 0 : (seen?.rateCuts ?? 0)
    },
    slowDown: (nowMs) =>
      change(nowMs, (pace) => ({ pace: slowDown(pace, nowMs, configuredPerSecond), result: undefined })),
  }
}
