import { randomUUID } from 'node:crypto'
import type { EventOrigin } from './arn.ts'

/** An event with its EventBridge envelope. */
export interface BusEvent {
  readonly version: string
  readonly id: string
  readonly 'detail-type': string
  readonly source: string
  readonly account: string
  readonly time: string
  readonly region: string
  readonly resources: readonly string[]
  readonly detail: Readonly<Record<string, unknown>>
  /** The replay that has sent the event again. */
  readonly 'replay-name'?: string
}

/** Returns an event in an EventBridge envelope, whose default time is `now` in whole seconds. */
export function busEvent(
  given: Pick<BusEvent, 'source' | 'detail-type' | 'detail'> & Partial<BusEvent>,
  origin: EventOrigin,
  now: Date,
): BusEvent {
  return {
    version: '0',
    id: randomUUID(),
    account: origin.account,
    time: now.toISOString().replace(/\.\d+Z$/, 'Z'),
    region: origin.region,
    resources: [],
    ...given,
  }
}
