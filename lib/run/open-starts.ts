import { present } from './present.ts'
import type { ClaimedRun, ParkedRun, StartSent } from './run.ts'

/** Either Start may have taken effect: the span of both. */
export const spanOf = (left: StartSent | undefined, right: StartSent): StartSent =>
  left === undefined
    ? right
    : {
        firstAtMs: Math.min(left.firstAtMs, right.firstAtMs),
        lastAtMs: Math.max(left.lastAtMs, right.lastAtMs),
      }

/** P1: the Starts of this lease and of earlier ones that may have taken effect. */
export const openStarts = (run: ParkedRun | ClaimedRun): { earlierStart?: StartSent } =>
  present({
    earlierStart: run.state === 'CLAIMED' ? spanOf(run.earlierStart, run.startSent) : run.earlierStart,
  })

/** How long a run with a requested cancel waits until it is looked up again. */
const cancelLookAgainMs = 60_000

/**
 * When a parked run with a requested cancel is released: at once when no Start of it is open, else soon, to look with List
 * whether the Start took effect.
 */
export const cancelRetryAtMs = (retryAtMs: number, open: StartSent | undefined, nowMs: number): number =>
  open === undefined ? nowMs : Math.min(retryAtMs, nowMs + cancelLookAgainMs)
