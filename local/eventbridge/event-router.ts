import type { QueuePlan } from '../template/queues.ts'
import type { RulePlan, TargetPlan } from '../template/rules.ts'
import type { BusEvent } from './bus-event.ts'
import { compilePattern } from './event-pattern.ts'
import { targetText } from './target-input.ts'

/** Sends a message to a queue. */
export type Deliver = (
  queue: QueuePlan,
  body: string,
  attributes: Readonly<Record<string, string>>,
) => Promise<unknown>

/** Carries events from buses to the targets of their rules. */
export interface EventRouter {
  route(bus: string, event: BusEvent, arrivedAt: Date): void
  /** How many deliveries are under way. */
  pending(): number
  /** Waits until none is. */
  settled(): Promise<void>
}

/**
 * Routes in the background, as the real service does: whoever puts an event does not wait for its targets.
 * A delivery that fails goes to the target's dead-letter queue at once; the real one tries again for a day first.
 */
export function eventRouter(
  rules: readonly RulePlan[],
  deliver: Deliver,
  log: (line: string) => void,
): EventRouter {
  const compiled = rules.map((rule) => ({ rule, matches: compilePattern(rule.pattern, rule.logicalId) }))
  const deliveries = new Set<Promise<void>>()

  const send = async (rule: RulePlan, target: TargetPlan, event: BusEvent, arrivedAt: Date) => {
    try {
      await deliver(target.queue, targetText(target.input, event, rule, arrivedAt), {})
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      log(`${rule.logicalId}: event ${event.id} did not reach ${target.queue.logicalId}: ${reason}`)
      if (target.deadLetterQueue === undefined) return
      await deliver(target.deadLetterQueue, JSON.stringify(event), {
        RULE_ARN: rule.arn,
        TARGET_ARN: target.queue.arn,
        ERROR_CODE: error instanceof Error ? error.name : 'UNKNOWN',
        ERROR_MESSAGE: reason,
      })
    }
  }
  const track = (delivery: Promise<void>) => {
    const tracked = delivery
      .catch((error: unknown) => log(`A dead-letter queue refused an event: ${error}`))
      .finally(() => deliveries.delete(tracked))
    deliveries.add(tracked)
  }
  return {
    route: (bus, event, arrivedAt) => {
      for (const { rule, matches } of compiled) {
        if (rule.bus !== bus || !matches(event)) continue
        for (const target of rule.targets) track(send(rule, target, event, arrivedAt))
      }
    },
    pending: () => deliveries.size,
    settled: async () => {
      while (deliveries.size > 0) await Promise.all(deliveries)
    },
  }
}
