import type { OnServiceMetric, ServiceMetric } from '../service-metric.ts'
import type { TargetPlan } from '../template/rules.ts'
import type { BusEvent } from './bus-event.ts'
import type { Rule } from './rule-book.ts'
import { targetText } from './target-input.ts'

/** A message for a target. */
export interface Delivery {
  /** The ARN of the target or of its dead-letter queue. */
  readonly arn: string
  readonly body: string
  readonly attributes: Readonly<Record<string, string>>
  /** The message group, where the target is a FIFO queue. */
  readonly messageGroupId?: string | undefined
}

/** Delivers a message to a target. Rejects when the target refuses it or cannot be reached. */
export type Deliver = (delivery: Delivery) => Promise<unknown>

/** Carries events to the targets of rules. */
export interface EventRouter {
  route(rules: readonly Rule[], event: BusEvent, arrivedAt: Date): void
  /** Returns the number of deliveries in progress. */
  pending(): number
  /** Waits until no delivery is in progress. */
  settled(): Promise<void>
  /** Sets the function that is called whenever the last delivery in progress has ended. */
  onIdle(listener: () => void): void
}

/**
 * Creates a router that delivers in the background, as EventBridge does: the sender of an event does not wait for its
 * targets. A failed delivery goes to the target's dead-letter queue at once; EventBridge retries for up to a day first.
 */
export function eventRouter(
  deliver: Deliver,
  log: (line: string) => void,
  onMetric: OnServiceMetric = () => {},
): EventRouter {
  const deliveries = new Set<Promise<void>>()
  let notifyIdle = () => {}
  const track = (rule: Rule, delivery: Promise<void>) => {
    const tracked = delivery
      .catch((error: unknown) => {
        log(`failed to send an event to a dead-letter queue: ${error}`)
        onMetric(ruleMetric(rule, 'InvocationsFailedToBeSentToDlq'))
      })
      .finally(() => {
        deliveries.delete(tracked)
        if (deliveries.size === 0) notifyIdle()
      })
    deliveries.add(tracked)
  }
  return {
    route: (rules, event, arrivedAt) => {
      for (const rule of rules) {
        onMetric(ruleMetric(rule, 'TriggeredRules'))
        for (const target of rule.targets)
          track(rule, send({ rule, target, event, arrivedAt }, deliver, log, onMetric))
      }
    },
    pending: () => deliveries.size,
    onIdle: (listener) => {
      notifyIdle = listener
    },
    settled: async () => {
      while (deliveries.size > 0) await Promise.all(deliveries)
    },
  }
}

/** CloudWatch names a rule of the default bus by its name alone. */
const ruleMetric = ({ bus, name }: Rule, metric: ServiceMetric['name']): ServiceMetric => ({
  namespace: 'AWS/Events',
  name: metric,
  dimensions: { ...(bus === 'default' ? {} : { EventBusName: bus }), RuleName: name },
  value: 1,
})

interface RoutedEvent {
  readonly rule: Rule
  readonly target: TargetPlan
  readonly event: BusEvent
  readonly arrivedAt: Date
}

async function send(
  { rule, target, event, arrivedAt }: RoutedEvent,
  deliver: Deliver,
  log: (line: string) => void,
  onMetric: OnServiceMetric,
): Promise<void> {
  const { arn, messageGroupId } = target
  try {
    const body = targetText(target.input, event, rule, arrivedAt)
    await deliver({ arn, body, attributes: {}, messageGroupId })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    log(`${rule.name}: event ${event.id} did not reach ${arn}: ${reason}`)
    onMetric(ruleMetric(rule, 'FailedInvocations'))
    if (target.deadLetterArn === undefined) return
    const attributes = {
      RULE_ARN: rule.arn,
      TARGET_ARN: arn,
      ERROR_CODE: error instanceof Error ? error.name : 'UNKNOWN',
      ERROR_MESSAGE: reason,
    }
    await deliver({ arn: target.deadLetterArn, body: JSON.stringify(event), attributes })
  }
}
