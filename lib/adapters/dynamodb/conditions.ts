import { marshall } from '@aws-sdk/util-dynamodb'

/** The conditions that writes are made on, by name. Each says what must be true of the record as it stands. */
export interface Condition {
  readonly expression: string
  readonly names: Readonly<Record<string, string>>
  readonly values: Readonly<Record<string, unknown>>
}

/** P1: nobody has claimed this attempt. A plan is only a note, unless a newer version wrote it (P8). */
export const absentOrPlanned = (schemaVersion: number): Condition => ({
  expression: 'attribute_not_exists(pk) OR (#state = :planned AND schemaVersion <= :mine)',
  names: { '#state': 'state' },
  values: { ':planned': 'PLANNED', ':mine': schemaVersion },
})

/** Nobody has written since we read. */
export const unchangedSince = (version: number): Condition => ({
  expression: '#version = :read',
  names: { '#version': 'version' },
  values: { ':read': version },
})

/**
 * Nobody has written the record since we read it. A claim that replaces a plan begins at version 1 like the plan did, so
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

/** There is no such record. */
export const absent: Condition = { expression: 'attribute_not_exists(pk)', names: {}, values: {} }

/** A condition as the parameters of a DynamoDB write take it. */
export const conditionParameters = (condition: Condition) => ({
  ConditionExpression: condition.expression,
  ...(Object.keys(condition.names).length === 0 ? {} : { ExpressionAttributeNames: { ...condition.names } }),
  ...(Object.keys(condition.values).length === 0
    ? {}
    : { ExpressionAttributeValues: marshall({ ...condition.values }) }),
})
