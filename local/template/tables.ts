import { z } from 'zod'
import type { NamedResource } from './named-resource.ts'
import { parseAt } from './template.ts'
import { ignored } from './values.ts'

const keySchema = z.array(z.strictObject({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }))
const projection = z.strictObject({
  ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
  NonKeyAttributes: z.array(z.string()).optional(),
})

const indexSchema = z.strictObject({ IndexName: z.string(), KeySchema: keySchema, Projection: projection })

const tableSchema = z.strictObject({
  AttributeDefinitions: z.array(
    z.strictObject({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) }),
  ),
  KeySchema: keySchema,
  LocalSecondaryIndexes: z.array(indexSchema).optional(),
  GlobalSecondaryIndexes: z
    .array(
      z.strictObject({
        ...indexSchema.shape,
        OnDemandThroughput: ignored,
        WarmThroughput: ignored,
        ContributorInsightsSpecification: ignored,
      }),
    )
    .optional(),
  TimeToLiveSpecification: z.strictObject({ AttributeName: z.string(), Enabled: z.literal(true) }).optional(),
  BillingMode: z.literal('PAY_PER_REQUEST'),
  TableName: ignored,
  PointInTimeRecoverySpecification: ignored,
  SSESpecification: ignored,
  DeletionProtectionEnabled: ignored,
  OnDemandThroughput: ignored,
  WarmThroughput: ignored,
  ContributorInsightsSpecification: ignored,
  TableClass: ignored,
  StreamSpecification: ignored,
  KinesisStreamSpecification: ignored,
  ResourcePolicy: ignored,
  Tags: ignored,
})

/** An index to create. */
export interface IndexPlan {
  readonly name: string
  readonly keySchema: z.infer<typeof keySchema>
  readonly projection: z.infer<typeof projection>
}

const planIndex = ({ IndexName, KeySchema, Projection }: z.infer<typeof indexSchema>): IndexPlan => ({
  name: IndexName,
  keySchema: KeySchema,
  projection: Projection,
})

/** A table to create. */
export interface TablePlan {
  readonly logicalId: string
  readonly name: string
  readonly attributes: z.infer<typeof tableSchema>['AttributeDefinitions']
  readonly keySchema: z.infer<typeof keySchema>
  readonly localIndexes: readonly IndexPlan[]
  readonly globalIndexes: readonly IndexPlan[]
  readonly ttlAttribute: string | undefined
}

/** Returns the plan of an `AWS::DynamoDB::Table`. */
export function planTable({ logicalId, names, properties, path }: NamedResource): TablePlan {
  const table = parseAt(tableSchema, properties, path)
  return {
    logicalId,
    name: names.name,
    attributes: table.AttributeDefinitions,
    keySchema: table.KeySchema,
    localIndexes: (table.LocalSecondaryIndexes ?? []).map(planIndex),
    globalIndexes: (table.GlobalSecondaryIndexes ?? []).map(planIndex),
    ttlAttribute: table.TimeToLiveSpecification?.AttributeName,
  }
}
