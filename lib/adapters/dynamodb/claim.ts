import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import * as z from 'zod/mini'
import { PortUnavailable } from '../../errors.ts'
import type { ReportMalformedItem } from '../../ports/malformed-items.ts'
import type { ClaimConditions, ClaimResult } from '../../ports/run-store.ts'
import { runKey } from '../../run/identity.ts'
import type { ClaimedRun } from '../../run/run.ts'
import { claimCountItem } from './claim-count-item.ts'
import {
  absent,
  absentOrPlanned,
  conditionParameters,
  recordUnchangedSince,
  unchangedSince,
} from './conditions.ts'
import { counterKey, countParameters, isCounter } from './counter-item.ts'
import { deleteParameters, putParameters } from './parameters.ts'
import { plainItem } from './plain-item.ts'
import { type BackOff, failedConditions, retryWrites } from './retry-writes.ts'
import { schemaVersion } from './run-item.ts'

/** A write in the same transaction, and the outcome when its condition fails. */
interface JointWrite {
  readonly write: TransactWriteItem
  readonly failed: Exclude<ClaimResult, { readonly outcome: 'claimed' }>
}

const jointWrites = (
  table: string,
  claim: ClaimedRun,
  conditions: ClaimConditions,
): readonly JointWrite[] => {
  const { replaces, claimCount, capCounts = [] } = conditions
  return [
    ...(replaces === undefined
      ? []
      : [
          {
            write: { Delete: deleteParameters(table, replaces) },
            failed: { outcome: 'request-changed' } as const,
          },
        ]),
    ...(claimCount === undefined
      ? []
      : [
          {
            write: {
              Put: {
                TableName: table,
                Item: marshall(claimCountItem(runKey(claim).partition, claimCount + 1)),
                ...conditionParameters(claimCount === 0 ? absent : unchangedSince(claimCount)),
              },
            },
            failed: { outcome: 'claim-count-changed' } as const,
          },
        ]),
    ...capCounts.map((count) => ({
      write: { Update: countParameters(table, count) },
      failed: { outcome: 'full', full: [count] } as const,
    })),
  ]
}

const order = ['request-changed', 'exists', 'changed', 'claim-count-changed', 'full'] as const

/** Returns the first outcome in the port's order, with every full counter. */
const reasonOf = (failed: readonly JointWrite['failed'][]): ClaimResult | undefined => {
  const full = failed.flatMap((one) => (one.outcome === 'full' ? one.full : []))
  const outcome = order.find((name) => failed.some((one) => one.outcome === name))
  return outcome === undefined ? undefined : outcome === 'full' ? { outcome, full } : { outcome }
}

const ClaimId = z.object({ claimId: z.string() })

/** Whether the item that a condition found is this very claim, written by a send whose answer was lost. */
const isOwn = (item: Record<string, AttributeValue> | undefined, claimId: string): boolean =>
  item !== undefined && z.safeParse(ClaimId, plainItem(item)).data?.claimId === claimId

/** The record that the claim's own condition found; undefined unless that condition failed. */
const recordFound = (error: unknown): Record<string, AttributeValue> | undefined => {
  if (error instanceof ConditionalCheckFailedException) return error.Item
  return error instanceof TransactionCanceledException ? error.CancellationReasons?.[0]?.Item : undefined
}

interface ClaimWrite {
  readonly put: ReturnType<typeof putParameters>
  readonly joint: readonly JointWrite[]
  readonly own: JointWrite['failed']
  readonly claimId: string
}

/**
 * Returns the outcome that a failed write means.
 * @throws PortUnavailable when the error means none
 */
const outcomeOf = (error: unknown, { joint, own, claimId }: ClaimWrite): ClaimResult | 'claimed' => {
  if (isOwn(recordFound(error), claimId)) return 'claimed'
  if (error instanceof ConditionalCheckFailedException) return own
  const failed = failedConditions(error)
  const reason = reasonOf([own, ...joint.map((one) => one.failed)].filter((_, index) => failed[index]))
  if (reason === undefined) throw new PortUnavailable('table', error)
  return reason
}

const sendClaim = async (client: DynamoDBClient, { put, joint }: ClaimWrite): Promise<void> => {
  if (joint.length === 0) await client.send(new PutItemCommand(put))
  else {
    const TransactItems = [{ Put: put }, ...joint.map(({ write }) => write)]
    await client.send(new TransactWriteItemsCommand({ TransactItems }))
  }
}

/** Whether the record holds this very claim now. */
const isWritten = async (client: DynamoDBClient, { put, claimId }: ClaimWrite): Promise<boolean> => {
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: put.TableName,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :partition AND sk = :record',
      ExpressionAttributeValues: {
        ':partition': put.Item?.['pk'] ?? { NULL: true },
        ':record': put.Item?.['sk'] ?? { NULL: true },
      },
    }),
  )
  return isOwn(Items[0], claimId)
}

/** P8: a damaged counter stops every claim of its cap until its period ends, so that is reported. */
const reportDamaged = (error: unknown, joint: readonly JointWrite[], report: ReportMalformedItem): void => {
  const [, ...reasons] =
    error instanceof TransactionCanceledException ? (error.CancellationReasons ?? []) : []
  for (const [index, { failed }] of joint.entries()) {
    const item = reasons[index]?.Item
    if (failed.outcome !== 'full' || item === undefined || isCounter(plainItem(item))) continue
    for (const { counter } of failed.full)
      report(
        counterKey(counter),
        'is not a valid count of runs, so its cap counts as full; delete the item to start again at 0',
      )
  }
}

const claimWrite = (
  table: string,
  run: ClaimedRun,
  claim: ClaimedRun,
  conditions: ClaimConditions,
): ClaimWrite => {
  const isNew = claim.version === 0
  const claimId = crypto.randomUUID()
  const plain = putParameters(
    table,
    run,
    isNew ? absentOrPlanned(schemaVersion) : recordUnchangedSince(claim),
  )
  return {
    put: {
      ...plain,
      Item: { ...plain.Item, ...marshall({ claimId }) },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    },
    joint: jointWrites(table, claim, conditions),
    own: { outcome: isNew ? 'exists' : 'changed' },
    claimId,
  }
}

/**
 * Returns a function that writes claims: a plain put where nothing is written with it, because a transaction costs twice
 * as much. P1: the item carries a claim id, so when the SDK repeats a claim whose answer was lost, the claim recognizes
 * itself and its starter continues at once. When every answer was lost, the record is read once: only the starter that
 * wrote a claim may act on it before its lease ends.
 * @throws PortUnavailable when the table does not answer, or other transactions hold the same items too long
 */
export const claimWriter = (
  client: DynamoDBClient,
  table: string,
  { backOff, report }: { readonly backOff?: BackOff | undefined; readonly report: ReportMalformedItem },
) => {
  const retry = retryWrites(backOff)

  return async (claim: ClaimedRun, conditions: ClaimConditions): Promise<ClaimResult> => {
    const run = { ...claim, version: claim.version + 1 }
    const write = claimWrite(table, run, claim, conditions)
    try {
      await retry(() => sendClaim(client, write))
      return { outcome: 'claimed', run }
    } catch (error) {
      reportDamaged(error, write.joint, report)
      try {
        const outcome = outcomeOf(error, write)
        return outcome === 'claimed' ? { outcome, run } : outcome
      } catch (unknown) {
        if (await isWritten(client, write).catch(() => false)) return { outcome: 'claimed', run }
        throw unknown
      }
    }
  }
}
