import { describe, expect, test } from 'vitest'
import { packagedTemplate, type Template } from '../../local/package.ts'

/** Properties that name a resource within an account and Region. */
const naming =
  /^(AlarmName|ArchiveName|DashboardName|FunctionName|LogGroupName|Name|PolicyName|QueueName|RoleName|TableName|TopicName|StatementId|BucketName)$/

/** Returns every text at any depth, with its path. */
const textsOf = (value: unknown, path: readonly string[] = []): (readonly [readonly string[], string])[] => {
  if (typeof value === 'string') return [[path, value]]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]) => textsOf(item, [...path, key]))
}

/**
 * Returns whether a name must be unique only within its parent: a policy in its role, a statement in the stage's own
 * bus.
 */
const isLocal = (type: string, property: string, { EventBusName }: Record<string, unknown>): boolean =>
  type === 'AWS::IAM::Policy' || (property === 'StatementId' && EventBusName !== 'default')

/** Returns the physical names of a template: those of its resources and its exports. */
const namesOf = ({ Resources, Outputs }: Template): string[] => [
  ...Object.values(Resources).flatMap(({ Type, Properties = {} }) =>
    Object.entries(Properties).flatMap(([property, value]) =>
      naming.test(property) && typeof value === 'string' && !isLocal(Type, property, Properties)
        ? [value]
        : [],
    ),
  ),
  ...textsOf(Outputs).flatMap(([path, text]) => (path.includes('Export') ? [text] : [])),
]

describe('a stage', () => {
  test('shares no name of a resource, export or statement with another stage of the account', async () => {
    const { template } = await packagedTemplate()
    const names = namesOf(template)
    expect(names.length).toBeGreaterThan(40)
    expect(names.filter((name) => !/-local(?![a-z0-9])/.test(name))).toEqual([])
  })

  test('sends every metric of the service under its own service name', async () => {
    const { template } = await packagedTemplate()
    const dimensions = Object.values(template.Resources).flatMap(({ Type, Properties = {} }) =>
      Type === 'AWS::CloudWatch::Alarm'
        ? textsOf(Properties).filter(([path, text]) => path.at(-1) === 'Value' && /orchestrator/.test(text))
        : [],
    )
    expect(dimensions.length).toBeGreaterThan(10)
    expect(dimensions.filter(([, text]) => !text.includes('orchestrator-local'))).toEqual([])
    const services = textsOf(template.Resources).filter(([path]) => path.at(-1) === 'POWERTOOLS_SERVICE_NAME')
    expect(new Set(services.map(([, text]) => text))).toEqual(new Set(['datazone-run-orchestrator-local']))
  })

  test('takes its share of the Start quota from a parameter', async () => {
    const { template } = await packagedTemplate()
    expect(template.Parameters['StartRatePerSecond']?.Default).toBe('9.8')
    expect(template.Resources['StarterLambdaFunction']).toMatchObject({
      Properties: { Environment: { Variables: { START_RATE_PER_SECOND: { Ref: 'StartRatePerSecond' } } } },
    })
  })
})
