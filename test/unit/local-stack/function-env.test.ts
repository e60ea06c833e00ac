import { expect, test } from 'vitest'
import { functionEnv } from '../../../local/lambda/function-env.ts'
import type { FunctionPlan } from '../../../local/template/functions.ts'

const plan: FunctionPlan = {
  logicalId: 'Starter',
  name: 'starter',
  arn: 'arn:starter',
  module: 'dist/starter/index',
  exportName: 'handler',
  timeoutMs: 30_000,
  memoryMb: 512,
  reservedConcurrency: undefined,
  environment: { TABLE_NAME: 'runs', MODE: 'plan', CATALOG_ROLE_ARN: 'arn:aws:iam::1:role/catalog' },
}
const endpoints = {
  dynamodb: 'http://d',
  sqs: 'http://s',
  eventbridge: 'http://e',
  sns: 'http://n',
  datazone: 'http://z',
}

test('combines the variables of Lambda, the template and the caller, without those of this process', () => {
  const settings = { MODE: 'run' }
  const env = functionEnv(plan, {
    region: 'eu-west-1',
    endpoints,
    settings,
    taskRoot: '/task',
    environmentId: 'env-7',
  })
  expect(env).toMatchObject({
    AWS_REGION: 'eu-west-1',
    AWS_LAMBDA_FUNCTION_NAME: 'starter',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
    AWS_ENDPOINT_URL_DYNAMODB: 'http://d',
    AWS_ENDPOINT_URL_SQS: 'http://s',
    AWS_ENDPOINT_URL_SNS: 'http://n',
    AWS_ENDPOINT_URL_EVENTBRIDGE: 'http://e',
    AWS_ENDPOINT_URL_DATAZONE: 'http://z',
    AWS_SDK_UA_APP_ID: 'env-7',
    _HANDLER: 'dist/starter/index.handler',
    TABLE_NAME: 'runs',
    MODE: 'run',
    CATALOG_ROLE_ARN: '',
  })
  expect(env).not.toHaveProperty('PATH')
})
