import { beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { assetEventNames } from '../../lib/contracts/asset-event.ts'
import { eventSource } from '../../lib/contracts/run-event.ts'
import { serviceEventNames } from '../../lib/contracts/service-event.ts'
import { lookAgainAfterSeconds } from '../../lib/run/look-again.ts'
import { packagedTemplate, type Template } from '../../local/package.ts'
import { deployed } from '../simulation/deployed.ts'
import { defaults } from '../support/starter-world.ts'

const functionSchema = z.looseObject({
  Runtime: z.string(),
  Architectures: z.array(z.string()),
  Timeout: z.number(),
  MemorySize: z.number(),
  Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }),
})
const queueSchema = z.looseObject({
  VisibilityTimeout: z.optional(z.number()),
  MessageRetentionPeriod: z.number(),
})
const mappingSchema = z.looseObject({ MaximumBatchingWindowInSeconds: z.number() })

const tenDays = 10 * 24 * 60 * 60
const fourDays = 4 * 24 * 60 * 60
const fourteenDays = 14 * 24 * 60 * 60
const hintRetentionSeconds = deployed.observer.hintRetentionMs / 1000

let template: Template
let starter: z.infer<typeof functionSchema>
let poller: z.infer<typeof functionSchema>
let observer: z.infer<typeof functionSchema>

const propertiesOf = (logicalId: string): unknown => template.Resources[logicalId]?.Properties

beforeAll(async () => {
  template = (await packagedTemplate()).template
  starter = functionSchema.parse(propertiesOf('StarterLambdaFunction'))
  poller = functionSchema.parse(propertiesOf('PollerLambdaFunction'))
  observer = functionSchema.parse(propertiesOf('ObserverLambdaFunction'))
})

describe('a function', () => {
  test('runs on Node 24 and arm64, unversioned', () => {
    for (const { Runtime, Architectures } of [starter, poller, observer]) {
      expect([Runtime, Architectures]).toEqual(['nodejs24.x', ['arm64']])
    }
    expect(Object.values(template.Resources).map(({ Type }) => Type)).not.toContain('AWS::Lambda::Version')
  })

  test('shares one environment without secrets', () => {
    expect(poller.Environment).toEqual(starter.Environment)
    expect(observer.Environment).toEqual(starter.Environment)
    expect(starter.Environment.Variables).toEqual({
      TABLE_NAME: { Ref: 'RunTable' },
      REQUEST_QUEUE_URL: { Ref: 'RequestQueue' },
      REJECTED_QUEUE_URL: { Ref: 'RejectedQueue' },
      HINT_QUEUE_URL: { Ref: 'HintQueue' },
      EVENT_BUS_NAME: { Ref: 'RunEventBus' },
      MODE: { Ref: 'Mode' },
      DOMAIN_IDS: { 'Fn::If': ['ServesEveryDomain', '', { Ref: 'DomainIds' }] },
      DEFAULT_TYPES: { Ref: 'DefaultTypes' },
      START_RATE_PER_SECOND: { Ref: 'StartRatePerSecond' },
      CATALOG_ROLE_ARN: {
        'Fn::If': ['CreatesCatalogRole', { 'Fn::GetAtt': ['CatalogRole', 'Arn'] }, { Ref: 'CatalogRoleArn' }],
      },
      DATAZONE_API: { Ref: 'DataZoneApi' },
      QUOTA_PROBE_SECONDS: { Ref: 'QuotaProbeSeconds' },
      RESTORED_TO: { Ref: 'RestoredTo' },
      MAX_WAIT_DAYS: { Ref: 'MaxWaitDays' },
      LEASE_SECONDS: '60',
      SWEEP_PERIOD_SECONDS: '60',
      POWERTOOLS_SERVICE_NAME: 'datazone-run-orchestrator-local',
      POWERTOOLS_METRICS_NAMESPACE: 'DataZoneRuns',
      POWERTOOLS_LOG_LEVEL: { Ref: 'LogLevel' },
    })
  })

  test('leases a claim for 30 seconds longer than a starter can run (P1)', () => {
    expect(Number(starter.Environment.Variables['LEASE_SECONDS'])).toBe(starter.Timeout + 30)
  })
})

describe('the simulation', () => {
  test('runs the functions with the deployed settings', () => {
    expect([starter, poller, observer].map(({ Timeout }) => Timeout * 1000)).toEqual([
      deployed.starter.timeoutMs,
      deployed.poller.timeoutMs,
      deployed.observer.timeoutMs,
    ])
    expect(Number(starter.Environment.Variables['SWEEP_PERIOD_SECONDS']) * 1000).toBe(
      deployed.poller.periodMs,
    )
    expect(propertiesOf('StarterEventSourceMappingSQSRequestQueue')).toMatchObject({
      BatchSize: deployed.starter.batchSize,
      ScalingConfig: { MaximumConcurrency: deployed.starter.maximumConcurrency },
    })
    expect(propertiesOf('ObserverEventSourceMappingSQSHintQueue')).toMatchObject({
      BatchSize: deployed.observer.batchSize,
      MaximumBatchingWindowInSeconds: deployed.observer.windowMs / 1000,
      ScalingConfig: { MaximumConcurrency: deployed.observer.maximumConcurrency },
    })
    expect(template.Parameters?.['StartRatePerSecond']).toMatchObject({
      Default: String(deployed.startRatePerSecond),
    })
  })
})

describe('the sweep', () => {
  test('starts once per sweep period and ends before the next', () => {
    expect(propertiesOf('SweepSchedule')).toMatchObject({
      ScheduleExpression: 'rate(1 minute)',
      State: 'ENABLED',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn: { 'Fn::GetAtt': ['PollerLambdaFunction', 'Arn'] },
        RoleArn: { 'Fn::GetAtt': ['SweepScheduleRole', 'Arn'] },
        DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['ScheduleDeadLetterQueue', 'Arn'] } },
      },
    })
    expect(poller.Environment.Variables['SWEEP_PERIOD_SECONDS']).toBe('60')
    expect(poller.Timeout).toBeLessThan(60)
  })

  test('is never retried by the scheduler or by Lambda', () => {
    const once = { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 }
    expect(propertiesOf('SweepSchedule')).toMatchObject({ Target: { RetryPolicy: once } })
    expect(propertiesOf('PollerLambdaEvConf')).toMatchObject(once)
  })

  test('reserves a concurrency of one if a parameter asks for it', () => {
    expect(poller['ReservedConcurrentExecutions']).toEqual({
      'Fn::If': ['ReservesPollerConcurrency', 1, { Ref: 'AWS::NoValue' }],
    })
    expect(starter['ReservedConcurrentExecutions']).toBeUndefined()
  })
})

describe('a queue', () => {
  test('is encrypted, and keeps requests for ten days, dead letters for longer and hints for an hour', () => {
    const queues = Object.entries(template.Resources).filter(([, { Type }]) => Type === 'AWS::SQS::Queue')
    expect(queues).toHaveLength(7)
    for (const [name, { Properties }] of queues) {
      const kept: Record<string, number> = {
        HintQueue: hintRetentionSeconds,
        RequestQueue: tenDays,
        NotificationQueue: fourDays,
      }
      const seconds = kept[name] ?? fourteenDays
      expect(queueSchema.parse(Properties).MessageRetentionPeriod).toBe(seconds)
      expect(Properties?.['SqsManagedSseEnabled']).toEqual({
        'Fn::If': ['EncryptsWithKey', { Ref: 'AWS::NoValue' }, true],
      })
    }
  })

  test('keeps a hint until its last look, however long each look takes', () => {
    const mapping = mappingSchema.parse(propertiesOf('ObserverEventSourceMappingSQSHintQueue'))
    const { MessageRetentionPeriod } = queueSchema.parse(propertiesOf('HintQueue'))
    let seconds = 0
    for (let receives = 1; ; receives += 1) {
      seconds += mapping.MaximumBatchingWindowInSeconds + observer.Timeout
      const pause = lookAgainAfterSeconds(receives, true, defaults.observer)
      if (pause === undefined) break
      seconds += pause
    }
    expect(seconds).toBeGreaterThan(30 * 60)
    expect(seconds).toBeLessThan(MessageRetentionPeriod)
  })

  test('hides a request for six times the starter timeout', () => {
    const mapping = mappingSchema.parse(propertiesOf('StarterEventSourceMappingSQSRequestQueue'))
    const { VisibilityTimeout } = queueSchema.parse(propertiesOf('RequestQueue'))
    expect(VisibilityTimeout).toBeGreaterThanOrEqual(
      6 * starter.Timeout + mapping.MaximumBatchingWindowInSeconds,
    )
  })

  test('sends the starter batches that may fail in part, at a bounded concurrency', () => {
    expect(propertiesOf('StarterEventSourceMappingSQSRequestQueue')).toMatchObject({
      EventSourceArn: { 'Fn::GetAtt': ['RequestQueue', 'Arn'] },
      BatchSize: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 5 },
      Enabled: true,
    })
  })

  test('batches hints for some seconds, at a bounded concurrency', () => {
    const mapping = propertiesOf('ObserverEventSourceMappingSQSHintQueue')
    expect(mapping).toMatchObject({
      EventSourceArn: { 'Fn::GetAtt': ['HintQueue', 'Arn'] },
      BatchSize: 100,
      MaximumBatchingWindowInSeconds: 5,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 2 },
      Enabled: true,
    })
    const { VisibilityTimeout } = queueSchema.parse(propertiesOf('HintQueue'))
    expect(VisibilityTimeout).toBeGreaterThanOrEqual(
      6 * observer.Timeout + mappingSchema.parse(mapping).MaximumBatchingWindowInSeconds,
    )
    expect(propertiesOf('GenerationEventsRule')).toMatchObject({
      EventBusName: 'default',
      State: 'ENABLED',
      EventPattern: { source: ['aws.datazone'], 'detail-type': serviceEventNames },
      Targets: [{ Arn: { 'Fn::GetAtt': ['HintQueue', 'Arn'] } }],
    })
  })

  test('keeps requests that fail and events that cannot be delivered (P2)', () => {
    const deadLetters = { 'Fn::GetAtt': ['RequestDeadLetterQueue', 'Arn'] }
    expect(propertiesOf('RequestQueue')).toMatchObject({
      RedrivePolicy: { deadLetterTargetArn: deadLetters, maxReceiveCount: 200 },
    })
    expect(propertiesOf('AssetEventsRule')).toMatchObject({
      EventBusName: 'default',
      State: 'ENABLED',
      EventPattern: { source: ['aws.datazone'], 'detail-type': assetEventNames(['PUBLISHED']) },
      Targets: [{ Arn: { 'Fn::GetAtt': ['RequestQueue', 'Arn'] }, DeadLetterConfig: { Arn: deadLetters } }],
    })
    expect(propertiesOf('RunRequestsRule')).toMatchObject({
      EventBusName: { Ref: 'RunEventBus' },
      State: 'ENABLED',
      EventPattern: {
        source: [{ 'anything-but': [eventSource] }],
        'detail-type': ['Run Requested', 'Run Cancel Requested'],
      },
      Targets: [{ Arn: { 'Fn::GetAtt': ['RequestQueue', 'Arn'] }, DeadLetterConfig: { Arn: deadLetters } }],
    })
  })
})
