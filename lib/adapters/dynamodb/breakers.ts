import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import * as z from 'zod/mini'
import { PortUnavailable } from '../../errors.ts'
import type { Breakers } from '../../ports/breakers.ts'
import type { ReportMalformedItem } from '../../ports/malformed-items.ts'
import { type Breaker, breakerName } from '../../run/breaker.ts'
import { generationTypes } from '../../run/run.ts'
import { absent, type Condition, conditionParameters } from './conditions.ts'
import { instant } from './plain-item.ts'
import { readPartition } from './read-partition.ts'

/** All breakers share a partition, so that one small query reads them. */
const partition = 'BREAKERS'

const BreakerItem = z.object({
  cause: z.discriminatedUnion('reason', [
    z.object({ reason: z.literal('QUOTA_EXCEEDED'), types: z.array(z.enum(generationTypes)) }),
    z.object({ reason: z.literal('DENIED'), domainId: z.string(), projectId: z.string() }),
  ]),
  call: z.enum(['GetAsset', 'Start']),
  openedAtMs: instant,
  probes: z.number(),
  nextProbeAtMs: instant,
})
const Filed = z.object({ sk: z.string() })

/** The breaker of an item, or what is wrong with it. */
const breakerIn = (item: unknown): Breaker | { readonly problem: string } => {
  const parsed = z.safeParse(BreakerItem, item)
  if (!parsed.success) {
    const fields = parsed.error.issues.map((issue) => issue.path.join('.'))
    return { problem: `cannot be read, and stops nobody: wrong are ${[...new Set(fields)].join(', ')}` }
  }
  const name = breakerName(parsed.data.cause)
  // Under another name than its own nobody could probe it, or close it.
  return z.safeParse(Filed, item).data?.sk === name
    ? parsed.data
    : { problem: `stops nobody under this name: its own is ${name}` }
}

/**
 * A breaker that nobody has probed for longer than any request may wait has nobody left that it could stop: it was
 * opened for a project that nobody asks for any more, or that does not exist.
 */
const keptSeconds = 36 * 24 * 3600

const itemOf = (breaker: Breaker) => ({
  ...keyOf(breaker),
  ...breaker,
  ttlEpochSeconds: Math.floor(breaker.nextProbeAtMs / 1000) + keptSeconds,
})

const keyOf = (breaker: Breaker) => ({ pk: partition, sk: breakerName(breaker.cause) })

/** It is the very opening that we read. */
const openedThen = (breaker: Breaker): Condition => ({
  expression: 'openedAtMs = :opened',
  names: {},
  values: { ':opened': breaker.openedAtMs },
})

/** ... and nobody has probed it since, or given back a probe. */
const unchanged = (breaker: Breaker): Condition => ({
  expression: 'openedAtMs = :opened AND probes = :probes AND nextProbeAtMs = :next',
  names: {},
  values: { ':opened': breaker.openedAtMs, ':probes': breaker.probes, ':next': breaker.nextProbeAtMs },
})

/** Whether the condition held. */
const held = async (call: Promise<unknown>): Promise<boolean> => {
  try {
    await call
    return true
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false
    throw new PortUnavailable('table', error)
  }
}

/** The breakers in the table of runs. One that nobody can read stops nobody (P8): its cause will refuse again. */
export const dynamoDbBreakers = (
  client: DynamoDBClient,
  table: string,
  tell: ReportMalformedItem = () => {},
): Breakers => {
  const put = (breaker: Breaker, condition: Condition) =>
    client.send(
      new PutItemCommand({
        TableName: table,
        Item: marshall(itemOf(breaker)),
        ...conditionParameters(condition),
      }),
    )

  const read = async (): Promise<readonly Breaker[]> => {
    const items = await readPartition(client, table, partition)
    return items.flatMap((item) => {
      const breaker = breakerIn(item)
      if (!('problem' in breaker)) return [breaker]
      tell({ pk: partition, sk: z.safeParse(Filed, item).data?.sk ?? '' }, breaker.problem)
      return []
    })
  }

  return {
    async openBreakers() {
      try {
        return await read()
      } catch (error) {
        throw new PortUnavailable('table', error)
      }
    },

    async trip(breaker) {
      await held(put(breaker, absent))
    },

    replace: (before, next) => held(put(next, unchanged(before))),

    async close(breaker) {
      await held(
        client.send(
          new DeleteItemCommand({
            TableName: table,
            Key: marshall(keyOf(breaker)),
            ...conditionParameters(openedThen(breaker)),
          }),
        ),
      )
    },
  }
}
