import { Logger } from '@aws-lambda-powertools/logger'
import { SNSClient } from '@aws-sdk/client-sns'
import { snsNotifications } from '../lib/adapters/sns/notifications.ts'
import { readNotifierConfig } from '../lib/notifier-config.ts'
import type { Telemetry } from './telemetry.ts'
import { timeouts } from './timeouts.ts'

/**
 * The composition root of the notifier. The other functions have their own, because the notifier uses none of their
 * clients.
 * @throws InvalidConfiguration when the environment is wrong
 */
export const wireNotifier = () => {
  const { topicArn, stack } = readNotifierConfig(process.env)
  const logger = new Logger()
  const telemetry: Pick<Telemetry, 'info' | 'error'> = {
    info: (message, fields) => logger.info(message, fields),
    error: (message, fields) => logger.error(message, fields),
  }
  const notifications = snsNotifications(new SNSClient({ requestHandler: timeouts }), topicArn)
  return { logger, telemetry, notifications, stack }
}
