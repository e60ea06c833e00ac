import { describe, expect, test } from 'vitest'
import policyFile from '../../config/policy.json' with { type: 'json' }
import { readConfig } from '../../lib/config.ts'
import { InvalidConfiguration } from '../../lib/errors.ts'
import { minute, second } from '../support/runs.ts'

const required = {
  TABLE_NAME: 'runs',
  REQUEST_QUEUE_URL: 'http://localhost/1/requests',
  REJECTED_QUEUE_URL: 'http://localhost/1/rejected',
  HINT_QUEUE_URL: 'http://localhost/1/hints',
  EVENT_BUS_NAME: 'bus',
  MODE: 'run',
  DEFAULT_TYPES: 'BUSINESS_DESCRIPTIONS',
  START_RATE_PER_SECOND: '9.8',
}

const read = (over: Record<string, string | undefined> = {}) =>
  readConfig({ ...required, ...over }, policyFile)

const problemOf = (over: Record<string, string | undefined>): string => {
  try {
    readConfig({ ...required, ...over }, policyFile)
  } catch (error) {
    if (error instanceof InvalidConfiguration) return error.message
    throw error
  }
  return ''
}

test('applies the three assumptions and the lease of a 30 s function by default', () => {
  const config = read()
  expect(config.starter).toEqual({
    mode: 'run',
    domainIds: [],
    defaultTypes: ['BUSINESS_DESCRIPTIONS'],
    policy: {
      rules: [{ match: {}, verdict: { kind: 'run', policy: { repeatGuardMs: 30 * 24 * 60 * minute } } }],
      triggers: ['PUBLISHED'],
      caps: [
        { name: 'descriptions', type: 'BUSINESS_DESCRIPTIONS', perMonth: 10_000 },
        { name: 'names', type: 'BUSINESS_NAMES', perMonth: 50_000 },
      ],
    },
    assumptions: { tokenMemoryMs: 10 * minute, listLagMs: 2 * minute, startEffectMs: minute },
    leaseMs: minute,
    startTimeoutMs: 10 * second,
    parkMs: 15 * minute,
    quotaProbeMs: 14_400_000,
    lookAgainMs: minute,
    notFoundGraceMs: 5 * minute,
    maxWaitMs: 35 * 24 * 60 * minute,
    sourceRunsPerDay: 25,
    maxRequestAgeMs: 153 * 24 * 60 * minute,
  })
  expect(config.sweeper).toEqual({
    mode: 'run',
    periodMs: minute,
    minAgeMs: 45 * second,
    maxSingleGets: 3,
    runDeadlineMs: 240 * minute,
    maxReleases: 294,
    maxWaitMs: 35 * 24 * 60 * minute,
    releaseHoldMs: 15 * minute,
  })
})

test('reads every variable that is set', () => {
  const config = read({
    MODE: 'plan',
    DOMAIN_IDS: ' dzd_a , dzd-b,, ',
    DEFAULT_TYPES: 'BUSINESS_NAMES,BUSINESS_DESCRIPTIONS,BUSINESS_NAMES',
    START_RATE_PER_SECOND: '2.5',
    LEASE_SECONDS: '0.5',
    TOKEN_MEMORY_SECONDS: '90',
    MIN_AGE_SECONDS: '1',
    UNKNOWN_VARIABLE: 'ignored',
  })
  expect(config).toMatchObject({
    tableName: 'runs',
    requestQueueUrl: 'http://localhost/1/requests',
    rejectedQueueUrl: 'http://localhost/1/rejected',
    eventBusName: 'bus',
    startRatePerSecond: 2.5,
    starter: {
      mode: 'plan',
      domainIds: ['dzd_a', 'dzd-b'],
      defaultTypes: ['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES'],
      leaseMs: 500,
      assumptions: { tokenMemoryMs: 90 * second },
    },
    sweeper: { mode: 'plan', minAgeMs: second, maxReleases: 75 },
  })
})

test('treats an empty DOMAIN_IDS, as the template sets it, as every domain', () => {
  expect(read({ DOMAIN_IDS: '' }).starter.domainIds).toEqual([])
})

test('P7: limits releases to half of the Starts of a sweep period, and to at least one', () => {
  expect(read({ START_RATE_PER_SECOND: '10', SWEEP_PERIOD_SECONDS: '30' }).sweeper.maxReleases).toBe(150)
  expect(read({ START_RATE_PER_SECOND: '0.001' }).sweeper.maxReleases).toBe(1)
})

describe('an invalid configuration', () => {
  test('names every missing variable in one message', () => {
    const run = () => readConfig({}, policyFile)
    expect(run).toThrow(InvalidConfiguration)
    for (const name of Object.keys(required)) expect(run).toThrow(`${name}: `)
  })

  test('names every invalid variable at once', () => {
    const wrong = {
      TABLE_NAME: '',
      MODE: 'on',
      DOMAIN_IDS: 'orders',
      DEFAULT_TYPES: 'NAMES',
      START_RATE_PER_SECOND: '0',
      LEASE_SECONDS: 'soon',
      PARK_SECONDS: '-1',
    }
    const message = problemOf(wrong)
    for (const name of Object.keys(wrong)) expect(message).toMatch(new RegExp(`\\b${name}(\\.0)?: `))
    expect(message.split('; ')).toHaveLength(Object.keys(wrong).length)
    for (const name of ['EVENT_BUS_NAME', 'LIST_LAG_SECONDS']) expect(message).not.toContain(name)
  })

  test('names every invalid domain id, however many there are', () => {
    const domains = Array.from({ length: 25 }, (_, n) => `orders-${n}`)
    const message = problemOf({ DOMAIN_IDS: domains.join(), LEASE_SECONDS: 'soon' })
    for (const n of domains.keys()) expect(message).toContain(`DOMAIN_IDS.${n}: `)
    expect(message).toContain('LEASE_SECONDS: ')
  })

  test.each(['', ' ', 'x', '0', '-1', '1001', 'NaN', 'Infinity', '1,5', '9.8/s'])(
    'refuses the rate %j',
    (rate) => {
      expect(problemOf({ START_RATE_PER_SECOND: rate })).toBe(
        'invalid configuration: START_RATE_PER_SECOND: must be a number from 0.001 to 1000',
      )
    },
  )

  test('names DEFAULT_TYPES when it is empty', () => {
    expect(problemOf({ DEFAULT_TYPES: ' , ' })).toContain('DEFAULT_TYPES: must have at least 1')
  })

  test('does not repeat the values', () => {
    expect(problemOf({ MODE: 'hunter2', DOMAIN_IDS: 'hunter2', LEASE_SECONDS: 'hunter2' })).not.toContain(
      'hunter2',
    )
  })
})

describe('the catalog role', () => {
  test('is absent when the setting is empty or missing', () => {
    expect(read().catalogRoleArn).toBeUndefined()
    expect(read({ CATALOG_ROLE_ARN: '' }).catalogRoleArn).toBeUndefined()
  })

  test('is the ARN of the setting, beside the function name that its sessions carry', () => {
    const arn = 'arn:aws:iam::111122223333:role/path/catalog'
    expect(read({ CATALOG_ROLE_ARN: arn, AWS_LAMBDA_FUNCTION_NAME: 'starter' })).toMatchObject({
      catalogRoleArn: arn,
      functionName: 'starter',
    })
  })

  test('requires the ARN of a role', () => {
    expect(problemOf({ CATALOG_ROLE_ARN: 'catalog' })).toMatch(
      /CATALOG_ROLE_ARN.* must be the ARN of an IAM role/,
    )
  })
})
