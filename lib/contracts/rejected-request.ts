import { asciiJson } from './ascii-json.ts'

/** A message in the rejected-requests queue: what was sent, and what is wrong with it. Version 1. */
export interface RejectedRequest {
  readonly version: 1
  /** The `metadata.id` of the `... Rejected` event. */
  readonly eventId: string
  readonly rejectedAt: string
  readonly reasons: readonly string[]
  /** The body as it was received, or the request as it was recorded; shortened to fit when `truncated`. */
  readonly body: string
  readonly truncated: boolean
}

const bodyLimit = 100_000
const reasonLimit = 300

/** Builds the copy, shortened so that it stays under 256 KiB as `asciiJson`. */
export const rejectedRequest = (
  eventId: string,
  rejectedAtMs: number,
  reasons: readonly string[],
  body: string,
): RejectedRequest => {
  let kept = body.slice(0, bodyLimit)
  while (asciiJson(kept).length > 2 * bodyLimit) kept = kept.slice(0, kept.length / 2)
  return {
    version: 1,
    eventId,
    rejectedAt: new Date(rejectedAtMs).toISOString(),
    reasons: reasons.map((reason) => reason.slice(0, reasonLimit).toWellFormed()),
    body: kept.toWellFormed(),
    truncated: kept.length < body.length,
  }
}
