import type { QueryCommandInput } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { farAheadMs } from '../../run/far-ahead.ts'
import { attemptsPrefix } from '../../run/identity.ts'
import { workShards } from './run-item.ts'
import type { Item } from './run-records.ts'

export const partitionParameters = (table: string, partition: string): QueryCommandInput => ({
  TableName: table,
  ConsistentRead: true,
  KeyConditionExpression: 'pk = :partition',
  ExpressionAttributeValues: marshall({ ':partition': partition }),
})

export const runIdParameters = (table: string, runId: string): QueryCommandInput => ({
  TableName: table,
  IndexName: 'byRunId',
  KeyConditionExpression: 'runId = :runId',
  ExpressionAttributeValues: marshall({ ':runId': runId }),
})

/** A query, so that the permission to read a partition covers one record of it. */
export const recordParameters = (table: string, { pk, sk }: Item): QueryCommandInput => ({
  TableName: table,
  ConsistentRead: true,
  KeyConditionExpression: 'pk = :partition AND sk = :record',
  ExpressionAttributeValues: { ':partition': pk ?? { NULL: true }, ':record': sk ?? { NULL: true } },
})

/** Every attempt of the subject of a record. */
export const attemptsParameters = (table: string, partition: string, record: string): QueryCommandInput => ({
  TableName: table,
  ConsistentRead: true,
  KeyConditionExpression: 'pk = :partition AND begins_with(sk, :prefix)',
  ExpressionAttributeValues: marshall({ ':partition': partition, ':prefix': attemptsPrefix(record) }),
})

/** Runs of a data source that may be active, and those that ended since. A local index can be read consistently. */
export const activeSinceParameters = (
  table: string,
  partition: string,
  sinceMs: number,
): QueryCommandInput => ({
  TableName: table,
  IndexName: 'byActiveUntil',
  ConsistentRead: true,
  KeyConditionExpression: 'pk = :partition AND activeUntil >= :since',
  ExpressionAttributeValues: marshall({ ':partition': partition, ':since': sinceMs }),
})

export type Shard = (typeof workShards)[keyof typeof workShards]

export const dueParameters = (table: string, shard: Shard, nowMs: number): QueryCommandInput => ({
  TableName: table,
  IndexName: 'work',
  KeyConditionExpression: 'workShard = :shard AND workAt <= :now',
  ExpressionAttributeValues: marshall({ ':shard': shard, ':now': nowMs }),
})

/** Records further ahead than this system ever sets them: normally none. */
export const farAheadParameters = (table: string, shard: Shard, nowMs: number): QueryCommandInput => ({
  TableName: table,
  IndexName: 'work',
  KeyConditionExpression: 'workShard = :shard AND workAt > :ahead',
  ExpressionAttributeValues: marshall({
    ':shard': shard,
    ':ahead': nowMs + (shard === workShards.waiting ? farAheadMs.waiting : farAheadMs.work),
  }),
})

/** The park reasons of records that are not due yet, without those released since. */
export const parkedAfterParameters = (table: string, nowMs: number): QueryCommandInput => ({
  TableName: table,
  IndexName: 'work',
  KeyConditionExpression: 'workShard = :shard AND workAt > :now',
  FilterExpression: 'attribute_not_exists(releasedAtMs) OR releasedAtMs < :now',
  ProjectionExpression: 'reason, workAt',
  ExpressionAttributeValues: marshall({ ':shard': workShards.waiting, ':now': nowMs }),
})
