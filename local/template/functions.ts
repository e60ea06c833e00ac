import { z } from 'zod'
import { type NamedResource, NotRun } from './named-resource.ts'
import { parseAt } from './template.ts'
import { ignored, numeric } from './values.ts'

const functionSchema = z.strictObject({
  Handler: z.string().regex(/^.+\.[^./]+$/, 'must be a handler such as path/to/file.export'),
  Runtime: z.string().regex(/^nodejs/),
  Timeout: numeric.default(3),
  MemorySize: numeric.default(128),
  ReservedConcurrentExecutions: numeric.optional(),
  Environment: z
    .strictObject({ Variables: z.record(z.string(), z.coerce.string()).default({}) })
    .default({ Variables: {} }),
  FunctionName: ignored,
  Code: ignored,
  CodeSigningConfigArn: ignored,
  DeadLetterConfig: ignored,
  FileSystemConfigs: ignored,
  Layers: ignored,
  PackageType: ignored,
  SnapStart: ignored,
  VpcConfig: ignored,
  Role: ignored,
  Architectures: ignored,
  Description: ignored,
  EphemeralStorage: ignored,
  KmsKeyArn: ignored,
  LoggingConfig: ignored,
  RecursiveLoop: ignored,
  RuntimeManagementConfig: ignored,
  TracingConfig: ignored,
  Tags: ignored,
})

/** A Lambda function to host. */
export interface FunctionPlan {
  readonly logicalId: string
  readonly name: string
  readonly arn: string
  /** The path of the module, without its extension and relative to the bundle directory. */
  readonly module: string
  readonly exportName: string
  readonly timeoutMs: number
  readonly memoryMb: number
  /** Undefined: no limit. */
  readonly reservedConcurrency: number | undefined
  readonly environment: Readonly<Record<string, string>>
}

/** Returns the plan of an `AWS::Lambda::Function`. */
export function planFunction({ logicalId, names, properties, path }: NamedResource): FunctionPlan | NotRun {
  if (!String(properties['Runtime']).startsWith('nodejs')) return new NotRun('only Node.js functions are run')
  const plan = parseAt(functionSchema, properties, path)
  const dot = plan.Handler.lastIndexOf('.')
  return {
    logicalId,
    name: names.name,
    arn: names.arn,
    module: plan.Handler.slice(0, dot),
    exportName: plan.Handler.slice(dot + 1),
    timeoutMs: plan.Timeout * 1000,
    memoryMb: plan.MemorySize,
    reservedConcurrency: plan.ReservedConcurrentExecutions,
    environment: plan.Environment.Variables,
  }
}
