import { z } from 'zod'
import type { NamedResource } from './named-resource.ts'
import { parseAt } from './template.ts'
import { ignored } from './values.ts'

const keySchema = z.array(z.strictObject({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }))
const projection = z.strictObject({
  ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
  NonKeyAttributes: z.array(z.string()).optional(),
})

const tableSchema = z.strictObject({
  AttributeDefinitions: z.array(
    z.strictObject({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) }),
  ),
  KeySchema: keySchema,
  GlobalSecondaryIndexes: z
    .array(
      z.strictObject({
        IndexName: z.string(),
        KeySchema: keySchema,
        Projection: projection,
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

/** One table to create. */
export interface TablePlan {
  readonly logicalId: string
  readonly name: string
  readonly attributes: z.infer<typeof tableSchema>['AttributeDefinitions']
  readonly keySchema: z.infer<typeof keySchema>
  readonly indexes: readonly {
    readonly name: string
    readonly keySchema: z.infer<typeof keySchema>
    readonly projection: z.infer<typeof projection>
  }[]
  readonly ttlAttribute: string | undefined
}

/** Reads an `AWS::DynamoDB::Table`. */
export function planTable({ logicalId, names, properties, path }: NamedResource): TablePlan {
  const table = parseAt(tableSchema, properties, path)
  return {
    logicalId,
    name: names.name,
    attributes: table.AttributeDefinitions,
    keySchema: table.KeySchema,
    indexes: (table.GlobalSecondaryIndexes ?? []).map((index) => ({
      name: index.IndexName,
      keySchema: index.KeySchema,
      projection: index.Projection,
    })),
    ttlAttribute: table.TimeToLiveSpecification?.AttributeName,
  }
}
