import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { present } from '../../lib/run/present.ts'
import type { EventOrigin } from './arn.ts'
import { type BusEvent, busEvent } from './bus-event.ts'

/** The body of `POST /_local/service-events`: an event of an AWS service. Id, time and resources are optional. */
export const serviceEventSchema = z.object({
  source: z.string().startsWith('aws.', 'must start with aws., as every AWS service does'),
  'detail-type': z.string(),
  detail: z.record(z.string(), z.unknown()),
  id: z.string().default(() => randomUUID()),
  time: z.string().optional(),
  resources: z.array(z.string()).default([]),
})

/** An event of an AWS service, before absent fields are filled in. */
export type ServiceEvent = z.input<typeof serviceEventSchema>

/** Returns an event of an AWS service in its envelope. */
export function serviceBusEvent(given: ServiceEvent, origin: EventOrigin, now: Date): BusEvent {
  const { time, ...event } = serviceEventSchema.parse(given)
  return busEvent({ ...event, ...present({ time }) }, origin, now)
}
