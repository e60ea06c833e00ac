import type { DataZone } from '../../lib/ports/datazone.ts'
import type { Run } from '../../lib/run/run.ts'
import { minute, t0 } from './runs.ts'
import { answered } from './scripted-datazone.ts'
import { starterWorld } from './starter-world.ts'

/** A DataZone that accepts every cancel. */
export const acceptingCancels: Partial<DataZone> = { cancelRun: async () => answered(undefined) }

/** An earlier Start of unknown outcome. */
export const withEarlierStart = { earlierStart: { firstAtMs: t0 - 2 * minute, lastAtMs: t0 - minute } }

/** The cancel of a record, as `cancelRequest()` makes it. */
export const recordedCancel = { requestedAtMs: t0, requestId: 'stop-1' }

/** A starter that receives the request to cancel long after it was sent, so that it does not check again. */
export const cancelWorld = (runs: readonly Run[], script: Partial<DataZone> = {}, settings = {}) =>
  starterWorld({ runs, script, settings, sentAtMs: t0 - minute })
