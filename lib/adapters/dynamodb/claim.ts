import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { PortUnavailable } from '../../errors.ts'
import type { Claiming, ClaimTerms } from '../../ports/run-store.ts'
import { runKey } from '../../run/identity.ts'
import type { ClaimedRun } from '../../run/run.ts'
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
import { turnItem } from './turn-item.ts'

/** Waits a while before a try, the longer the more there were; of chance, so that rivals part. */
export type BackOff = (tries: number) => Promise<void>

/** Counters are hot: every claim of a domain may be one more in the same item. */
const mostTries = 12

/** A write besides the claim's own, and what it means that its condition failed. */
interface Besides {
  readonly write: TransactWriteItem
  readonly failed: Exclude<Claiming, { readonly outcome: 'claimed' }>
}

const besidesOf = (table: string, claim: ClaimedRun, terms: ClaimTerms): readonly Besides[] => {
  const { instead, turn, counts = [] } = terms
  return [
    ...(instead === undefined
      ? []
      : [
          {
            write: { Delete: deleteParameters(table, instead) },
            failed: { outcome: 'request-changed' } as const,
          },
        ]),
    ...(turn === undefined
      ? []
      : [
          {
            write: {
              Put: {
                TableName: table,
                Item: marshall(turnItem(runKey(claim).partition, turn + 1)),
                ...conditionParameters(turn === 0 ? absent : unchangedSince(turn)),
              },
            },
            failed: { outcome: 'turn-taken' } as const,
          },
        ]),
    ...counts.map((count) => ({
      write: { Update: countParameters(table, count) },
      failed: { outcome: 'full', full: [count] } as const,
    })),
  ]
}

const order = ['request-changed', 'exists', 'changed', 'turn-taken', 'full'] as const

/** The first reason in the port's order; of full counters all. */
const reasonOf = (failed: readonly Besides['failed'][]): Claiming | undefined => {
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
  terms: ClaimTerms,
  backOff: BackOff,
): Promise<Claiming> => {
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
