import { expect, test } from 'vitest'
import { InvalidConfiguration } from '../../lib/errors.ts'
import { readNotifierConfig } from '../../lib/notifier-config.ts'

const env = {
  NOTIFICATION_TOPIC_ARN: 'arn:aws:sns:eu-west-1:111122223333:data-team',
  STAGE: 'prod',
  AWS_REGION: 'eu-west-1',
}

test('addresses the deployed stack by its stage and Region', () => {
  expect(readNotifierConfig(env)).toEqual({
    topicArn: env.NOTIFICATION_TOPIC_ARN,
    stack: { stage: 'prod', flags: '--stage prod --region eu-west-1' },
  })
})

test('addresses the local stack by the flags in DZRUN_FLAGS', () => {
  expect(readNotifierConfig({ ...env, DZRUN_FLAGS: '--local' }).stack.flags).toBe('--local')
})

test('names every invalid variable', () => {
  const wrong = { ...env, NOTIFICATION_TOPIC_ARN: 'data-team', STAGE: undefined }
  expect(() => readNotifierConfig(wrong)).toThrow(InvalidConfiguration)
  expect(() => readNotifierConfig(wrong)).toThrow(
    /NOTIFICATION_TOPIC_ARN: must be the ARN of a standard SNS topic; STAGE: is missing/,
  )
})
