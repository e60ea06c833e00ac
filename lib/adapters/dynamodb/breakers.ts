import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { PortUnavailable } from '../../errors.ts'
import type { Breakers } from '../../ports/breakers.ts'
import type { ReportMalformedItem } from '../../ports/malformed-items.ts'
import { type Breaker, breakerName } from '../../run/breaker.ts'
import { answered } from './answered.ts'
import { breakerIn, filedAs } from './breaker-item.ts'
import { absent, type Condition, conditionParameters } from './conditions.ts'
import { plainItem } from './plain-item.ts'
import { readPartition } from './read-partition.ts'
import { type BackOff, retryWrites } from './retry-writes.ts'

/** All breakers share one partition, so that one small query reads them. */
const partition = 'BREAKERS'

/**
 * A breaker that was not probed for longer than a request may wait has no request left to stop: its project is gone or
 * gets no requests any more.
 */
const keptSeconds = 36 * 24 * 3600

const itemOf = (breaker: Breaker) => ({
  ...keyOf(breaker),
  ...breaker,
  ttlEpochSeconds: Math.floor(breaker.nextProbeAtMs / 1000) + keptSeconds,
})

const keyOf = (breaker: Breaker) => ({ pk: partition, sk: breakerName(breaker.cause) })

/** The breaker is still the opening that was read. */
const openedThen = (breaker: Breaker): Condition => ({
  expression: 'openedAtMs = :opened',
  names: {},
  values: { ':opened': breaker.openedAtMs },
})

/** The breaker is unchanged: no starter has probed it or given back a probe since it was read. */
const unchanged = (breaker: Breaker): Condition => ({
  expression: 'openedAtMs = :opened AND probes = :probes AND nextProbeAtMs = :next',
  names: {},
  values: { ':opened': breaker.openedAtMs, ':probes': breaker.probes, ':next': breaker.nextProbeAtMs },
})

/** Returns whether the condition held. */
const held = async (call: Promise<unknown>): Promise<boolean> => (await answered(call)) !== undefined

const putParameters = (table: string, breaker: Breaker, condition: Condition) => ({
  TableName: table,
  Item: marshall(itemOf(breaker)),
  ...conditionParameters(condition),
})

const putIfAbsent = (table: string, breaker: Breaker) => ({
  ...putParameters(table, breaker, absent),
  ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
})

type RawItem = Record<string, AttributeValue>

/** A put over the item as it was read, whatever its attributes are. */
const putOver = (table: string, breaker: Breaker, read: RawItem) => {
  const attributes = Object.entries(read).map(([name, value], at) => ({ name, value, at }))
  return {
    TableName: table,
    Item: marshall(itemOf(breaker)),
    ConditionExpression: attributes.map(({ at }) => `#a${at} = :a${at}`).join(' AND '),
    ExpressionAttributeNames: Object.fromEntries(attributes.map(({ name, at }) => [`#a${at}`, name])),
    ExpressionAttributeValues: Object.fromEntries(attributes.map(({ value, at }) => [`:a${at}`, value])),
  }
}

/** Returns the item that a put for an absent one found in its place; undefined if the put was made. */
const foundBy = async (put: Promise<unknown>): Promise<RawItem | undefined> => {
  try {
    await put
    return undefined
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return error.Item
    throw new PortUnavailable('table', error)
  }
}

const wellFormed = (items: readonly unknown[], nowMs: number, report: ReportMalformedItem) =>
  items.flatMap((item) => {
    const breaker = breakerIn(item, nowMs)
    if (!('problem' in breaker)) return [breaker]
    report({ pk: partition, sk: filedAs(item) ?? '' }, breaker.problem)
    return []
  })

export interface BreakerOptions {
  readonly now?: () => number
  readonly backOff?: BackOff
  readonly report?: ReportMalformedItem
}

/** The breakers in the table of runs. A malformed one is ignored and reported (P8): its cause will refuse again. */
export const dynamoDbBreakers = (
  client: DynamoDBClient,
  table: string,
  { now = Date.now, backOff, report = () => {} }: BreakerOptions = {},
): Breakers => {
  const retry = retryWrites(backOff)

  const put = (breaker: Breaker, condition: Condition) =>
    held(retry(() => client.send(new PutItemCommand(putParameters(table, breaker, condition)))))

  return {
    async openBreakers() {
      const items = await readPartition(client, table, partition).catch((error: unknown) => {
        throw new PortUnavailable('table', error)
      })
      return wellFormed(items, now(), report)
    },

    async trip(breaker) {
      const command = new PutItemCommand(putIfAbsent(table, breaker))
      const found = await foundBy(retry(() => client.send(command)))
      // A malformed breaker stops no request, so it must not keep this one from opening (P8).
      if (found !== undefined && 'problem' in breakerIn(plainItem(found), now()))
        await held(retry(() => client.send(new PutItemCommand(putOver(table, breaker, found)))))
    },

    replace: (before, next) => put(next, unchanged(before)),

    async close(breaker) {
      const command = new DeleteItemCommand({
        TableName: table,
        Key: marshall(keyOf(breaker)),
        ...conditionParameters(openedThen(breaker)),
      })
      await held(retry(() => client.send(command)))
    },
  }
}
