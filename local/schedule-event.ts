import { randomUUID } from 'node:crypto'
import type { SchedulePlan } from './template/schedules.ts'

/**
 * Returns the event that EventBridge Scheduler passes to a function: the target's input if set, else its standard
 * event.
 */
export function scheduleEvent(
  schedule: Pick<SchedulePlan, 'arn' | 'input'>,
  scheduledAtMs: number,
  origin: { readonly region: string; readonly account: string },
): unknown {
  const time = new Date(scheduledAtMs).toISOString().replace(/\.\d+Z$/, 'Z')
  const id = randomUUID()
  if (schedule.input === undefined) {
    return {
      version: '0',
      id,
      'detail-type': 'Scheduled Event',
      source: 'aws.scheduler',
      ...origin,
      time,
      resources: [schedule.arn],
      detail: '{}',
    }
  }
  const filled = schedule.input
    .replaceAll('<aws.scheduler.schedule-arn>', schedule.arn)
    .replaceAll('<aws.scheduler.scheduled-time>', time)
    .replaceAll('<aws.scheduler.execution-id>', id)
    .replaceAll('<aws.scheduler.attempt-number>', '1')
  return JSON.parse(filled)
}
