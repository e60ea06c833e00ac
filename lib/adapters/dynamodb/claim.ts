import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { PortUnavailable } from '../../errors.ts'
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
import { countParameters } from './counter-item.ts'
import { deleteParameters, putParameters } from './parameters.ts'
import { schemaVersion } from './run-item.ts'
import { failedConditions, isConflict } from './transaction.ts'

/** Waits a while before a try, the longer the more there were; of chance, so that rivals part. */
export type BackOff = (tries: number) => Promise<void>

/** Counters are hot: every claim of a domain may be one more in the same item. */
const mostTries = 12

/** A write besides the claim's own, and what it means that its condition failed. */
interface Besides {
  readonly write: TransactWriteItem
  readonly failed: Exclude<ClaimResult, { readonly outcome: 'claimed' }>
}

const besidesOf = (table: string, claim: ClaimedRun, terms: ClaimConditions): readonly Besides[] => {
  const { replaces, claimCount, capCounts = [] } = terms
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

/** The first reason in the port's order; of full counters all. */
const reasonOf = (failed: readonly Besides['failed'][]): ClaimResult | undefined => {
  const full = failed.flatMap((one) => (one.outcome === 'full' ? one.full : []))
  const outcome = order.find((name) => failed.some((one) => one.outcome === name))
  return outcome === undefined ? undefined : outcome === 'full' ? { outcome, full } : { outcome }
}

/**
 * Writes a claim: a plain put where nothing else goes with it, because a transaction costs twice as much.
 * @throws PortUnavailable also when other transactions have hold of the same items again and again
 */
export const writeClaim = async (
  client: DynamoDBClient,
  table: string,
  claim: ClaimedRun,
  terms: ClaimConditions,
  backOff: BackOff,
): Promise<ClaimResult> => {
  const run = { ...claim, version: claim.version + 1 }
  const isNew = claim.version === 0
  const put = putParameters(table, run, isNew ? absentOrPlanned(schemaVersion) : recordUnchangedSince(claim))
  const own = { outcome: isNew ? 'exists' : 'changed' } as const
  const besides = besidesOf(table, claim, terms)
  for (let tries = 1; ; tries += 1) {
    try {
      if (besides.length === 0) await client.send(new PutItemCommand(put))
      else {
        const TransactItems = [{ Put: put }, ...besides.map(({ write }) => write)]
        await client.send(new TransactWriteItemsCommand({ TransactItems }))
      }
      return { outcome: 'claimed', run }
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return own
      const failed = failedConditions(error)
      const reason = reasonOf([own, ...besides.map((one) => one.failed)].filter((_, index) => failed[index]))
      if (reason !== undefined) return reason
      if (!isConflict(error) || tries >= mostTries) throw new PortUnavailable('table', error)
      await backOff(tries)
    }
  }
}
