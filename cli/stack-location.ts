/** Where a stack is: the resources that commands use, and the environment for SDK clients. */
export interface StackLocation {
  readonly tableName: string
  readonly requestQueueUrl: string
  readonly deadLetterQueueUrl: string
  readonly rejectedQueueUrl: string
  readonly eventBusName: string
  /** The name of the CloudFormation stack; absent for a local stack. */
  readonly stackName?: string
  /** The role that calls DataZone for the functions; absent for a local stack. */
  readonly catalogRoleArn?: string
  /** Endpoints by service, and credentials: set for a local stack only. */
  readonly local?: LocalAccess
}

interface LocalAccess {
  readonly dynamodb: string
  readonly sqs: string
  readonly datazone: string
  readonly eventbridge: string
  readonly region: string
  /** The domain of the simulator, where it has just one. */
  readonly domainId?: string
}

/** The flags that every command with a stack takes. */
export interface StackOptions {
  readonly local?: boolean | string
  readonly stage?: string
  readonly stack?: string
  readonly region?: string
  readonly profile?: string
  /** False: read the stack's outputs from CloudFormation, not from the cache. */
  readonly cache?: boolean
}
