import * as z from 'zod/mini'
import type { NotifiedStack } from './contracts/notification.ts'
import { parseWith } from './contracts/problems.ts'
import { InvalidConfiguration } from './errors.ts'

const text = z.string().check(z.minLength(1))

const Environment = z.object({
  NOTIFICATION_TOPIC_ARN: z.string().check(
    z.regex(/^arn:[a-z0-9-]+:sns:[a-z0-9-]+:\d{12}:[a-zA-Z0-9_-]{1,256}$/, {
      error: 'must be the ARN of a standard SNS topic',
    }),
  ),
  STAGE: text,
  /** Set by Lambda. */
  AWS_REGION: text,
  /** For a stack that `dzrun` finds in another way, as the local one. */
  DZRUN_FLAGS: z.optional(text),
})

/** The settings that the notifier reads from its environment. */
export interface NotifierConfig {
  readonly topicArn: string
  readonly stack: NotifiedStack
}

/** @throws InvalidConfiguration that names every wrong variable */
export const readNotifierConfig = (env: Readonly<Record<string, string | undefined>>): NotifierConfig => {
  const parsed = parseWith(Environment, env, Number.POSITIVE_INFINITY)
  if (!parsed.ok) throw new InvalidConfiguration(parsed.problems)
  const { NOTIFICATION_TOPIC_ARN: topicArn, STAGE: stage, AWS_REGION: region, DZRUN_FLAGS } = parsed.value
  return { topicArn, stack: { stage, flags: DZRUN_FLAGS ?? `--stage ${stage} --region ${region}` } }
}
