import type { Ending } from '../run/run.ts'
import { fieldOf, jsonOf } from './event-body.ts'
import { type Parsed, parseWith } from './problems.ts'
import { detailType, RunEventDetail } from './run-event.ts'

/** The endings that people are notified of; a test compares them with the rule in infra/notifications.yml. */
const notifiedEndings: readonly Ending[] = ['FAILED', 'PARTIALLY_SUCCEEDED', 'REJECTED', 'LOST', 'TIMED_OUT']

export const notifiedDetailTypes: readonly string[] = (
  ['METADATA_GENERATION', 'DATA_SOURCE'] as const
).flatMap((kind) => notifiedEndings.map((ending) => detailType(ending, kind)))

/** Reads the detail of one of our events from an EventBridge envelope, or returns why it cannot be read. */
export const parseNotifiedEvent = (body: string): Parsed<RunEventDetail> =>
  parseWith(RunEventDetail, fieldOf(jsonOf(body), 'detail'))
