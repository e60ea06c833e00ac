import type { DataZone } from '../../lib/ports/datazone.ts'
import type { Run } from '../../lib/run/run.ts'
import { minute, t0 } from './runs.ts'
import { answered } from './scripted-datazone.ts'
import { starterWorld } from './starter-world.ts'

/** A DataZone that accepts every cancel. */
export const acceptingCancels: Partial<DataZone> = { cancelRun: async () => answered(undefined) }

/** An earlier Start of unknown outcome. */
export const withEarlierStart = { earlierStart: { firstAtMs: t0 - 2 * minute, lastAtMs: t0 - minute } }

/** The cancel that `cancelRequest()` leaves on a record. */
export const recordedCancel = { requestedAtMs: t0, requestId: 'stop-1' }

/**
 * Opens a starter that receives a cancel request a minute after it was sent, so that it handles the request only once.
 */
export const cancelWorld = (runs: readonly Run[], script: Partial<DataZone> = {}, settings = {}) =>
  starterWorld({ runs, script, settings, sentAtMs: t0 - minute })
