// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is CloudFormation's syntax
/** Returns a function resource that runs an export of local-functions.mjs, in the form that osls writes. */
export function testFunction(exportName: string, properties: Readonly<Record<string, unknown>> = {}) {
  return {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Code: { S3Bucket: { Ref: 'Bucket' }, S3Key: 'some/key.zip' },
      Handler: `local-functions.${exportName}`,
      Runtime: 'nodejs24.x',
      Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
      Timeout: 20,
      MemorySize: 256,
      Environment: {
        Variables: { TABLE_NAME: { Ref: 'Table' }, BUS_NAME: { Ref: 'Bus' }, QUEUE_URL: { Ref: 'Queue' } },
      },
      ...properties,
    },
  }
}

/** Returns a small template with one resource of each kind that the local stack runs. */
export function localTemplate(overrides: Readonly<Record<string, unknown>> = {}) {
  return {
    Parameters: { Stage: { Type: 'String', Default: 'test', AllowedValues: ['test', 'prod'] } },
    Conditions: { IsProd: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] } },
    Resources: {
      Bucket: { Type: 'AWS::S3::Bucket', Properties: { Unknown: { 'Fn::Select': [0, []] } } },
      Role: { Type: 'AWS::IAM::Role' },
      Table: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [
            { AttributeName: 'pk', AttributeType: 'S' },
            { AttributeName: 'sk', AttributeType: 'S' },
            { AttributeName: 'date', AttributeType: 'S' },
          ],
          KeySchema: [
            { AttributeName: 'pk', KeyType: 'HASH' },
            { AttributeName: 'sk', KeyType: 'RANGE' },
          ],
          LocalSecondaryIndexes: [
            {
              IndexName: 'byDate',
              KeySchema: [
                { AttributeName: 'pk', KeyType: 'HASH' },
                { AttributeName: 'date', KeyType: 'RANGE' },
              ],
              Projection: { ProjectionType: 'ALL' },
            },
          ],
          GlobalSecondaryIndexes: [
            {
              IndexName: 'bySort',
              KeySchema: [{ AttributeName: 'sk', KeyType: 'HASH' }],
              Projection: { ProjectionType: 'KEYS_ONLY' },
            },
          ],
          TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
        },
      },
      Queue: {
        Type: 'AWS::SQS::Queue',
        Properties: {
          QueueName: { 'Fn::Sub': 'requests-${Stage}' },
          VisibilityTimeout: { 'Fn::If': ['IsProd', 300, 60] },
          RedrivePolicy: {
            deadLetterTargetArn: { 'Fn::GetAtt': ['DeadLetters', 'Arn'] },
            maxReceiveCount: 2,
          },
        },
      },
      DeadLetters: { Type: 'AWS::SQS::Queue' },
      Inbox: { Type: 'AWS::SQS::Queue' },
      Bus: {
        Type: 'AWS::Events::EventBus',
        Properties: { Name: { 'Fn::Join': ['-', ['bus', { Ref: 'Stage' }]] } },
      },
      Rule: {
        Type: 'AWS::Events::Rule',
        Properties: {
          EventPattern: { source: ['aws.datazone'], 'detail-type': ['Asset Added To Catalog'] },
          Targets: [
            {
              Id: 'inbox',
              Arn: { 'Fn::GetAtt': ['Inbox', 'Arn'] },
              DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['DeadLetters', 'Arn'] } },
            },
          ],
        },
      },
      Consumer: testFunction('consume'),
      ConsumerMapping: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: {
          EventSourceArn: { 'Fn::GetAtt': ['Queue', 'Arn'] },
          FunctionName: { 'Fn::GetAtt': ['Consumer', 'Arn'] },
          BatchSize: 10,
          Enabled: true,
          FunctionResponseTypes: ['ReportBatchItemFailures'],
          ScalingConfig: { MaximumConcurrency: 3 },
        },
      },
      Sweeper: testFunction('echo', { ReservedConcurrentExecutions: 1 }),
      Sweep: {
        Type: 'AWS::Scheduler::Schedule',
        Properties: {
          ScheduleExpression: 'rate(1 minute)',
          FlexibleTimeWindow: { Mode: 'OFF' },
          Target: { Arn: { 'Fn::GetAtt': ['Sweeper', 'Arn'] }, RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] } },
        },
      },
      ...overrides,
    },
  }
}
