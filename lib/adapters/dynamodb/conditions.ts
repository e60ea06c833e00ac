import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'

/** The named conditions of writes. Each states what must hold for the stored record. */
export interface Condition {
  readonly expression: string
  readonly names: Readonly<Record<string, string>>
  readonly values: Readonly<Record<string, unknown>>
}

/** P1: this attempt is not claimed. A plan may be replaced, unless a newer version wrote it (P8). */
export const absentOrPlanned = (schemaVersion: number): Condition => ({
  expression: 'attribute_not_exists(pk) OR (#state = :planned AND schemaVersion <= :mine)',
  names: { '#state': 'state' },
  values: { ':planned': 'PLANNED', ':mine': schemaVersion },
})

/** The item has not been written since it was read. */
export const unchangedSince = (version: number): Condition => ({
  expression: '#version = :read',
  names: { '#version': 'version' },
  values: { ':read': version },
})

/**
 * The record has not been written since it was read. A claim that replaces a plan begins at version 1 like the plan did, so
 * the version alone would let a reader of the plan overwrite the claim (P1).
 */
export const recordUnchangedSince = (read: {
  readonly version: number
  readonly createdAtMs: number
}): Condition => ({
  expression: '#version = :read AND createdAtMs = :created',
  names: { '#version': 'version' },
  values: { ':read': read.version, ':created': read.createdAtMs },
})

/** The record does not exist. */
export const absent: Condition = { expression: 'attribute_not_exists(pk)', names: {}, values: {} }

/** The attribute is still as it was read, whatever that was. */
export const unchangedRaw = (name: string, read: AttributeValue | undefined) => ({
  ConditionExpression: read === undefined ? 'attribute_not_exists(#name)' : '#name = :read',
  ExpressionAttributeNames: { '#name': name },
  ...(read === undefined ? {} : { ExpressionAttributeValues: { ':read': read } }),
})

/** A condition as the parameters of a DynamoDB write take it. */
export const conditionParameters = (condition: Condition) => ({
  ConditionExpression: condition.expression,
  ...(Object.keys(condition.names).length === 0 ? {} : { ExpressionAttributeNames: { ...condition.names } }),
  ...(Object.keys(condition.values).length === 0
    ? {}
    : { ExpressionAttributeValues: marshall({ ...condition.values }) }),
})
