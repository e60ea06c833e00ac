import { marshall } from '@aws-sdk/util-dynamodb'

/** The conditions that writes are made on, by name. Each says what must be true of the record as it stands. */
export interface Condition {
  readonly expression: string
  readonly names: Readonly<Record<string, string>>
  readonly values: Readonly<Record<string, unknown>>
}

/** P1: nobody has claimed this attempt. A plan is only a note. */
export const absentOrPlanned: Condition = {
  expression: 'attribute_not_exists(pk) OR #state = :planned',
  names: { '#state': 'state' },
  values: { ':planned': 'PLANNED' },
}

/** Nobody has written since we read. */
export const unchangedSince = (version: number): Condition => ({
  expression: '#version = :read',
  names: { '#version': 'version' },
  values: { ':read': version },
})

/** The pace item is as we saw it, or is not there and we saw none. */
export const paceAsSeen = (seen: number | undefined): Condition =>
  seen === undefined
    ? { expression: 'attribute_not_exists(pk)', names: {}, values: {} }
    : unchangedSince(seen)

/** A condition as the parameters of a DynamoDB write take it. */
export const conditionParameters = (condition: Condition) => ({
  ConditionExpression: condition.expression,
  ...(Object.keys(condition.names).length === 0 ? {} : { ExpressionAttributeNames: { ...condition.names } }),
  ...(Object.keys(condition.values).length === 0
    ? {}
    : { ExpressionAttributeValues: marshall({ ...condition.values }) }),
})
