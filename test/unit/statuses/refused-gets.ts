import { detailType } from '../../../lib/contracts/run-event.ts'
import type { RefusalKind } from '../../../lib/ports/datazone.ts'
import { settleRuns } from '../../../lib/usecases/sweep/settle-runs.ts'
import { manualClock } from '../../support/manual-clock.ts'
import { memoryRunStore } from '../../support/memory-run-store.ts'
import { inFlightRun, minute, t0 } from '../../support/runs.ts'
import { refused, scriptedDataZone } from '../../support/scripted-datazone.ts'
import { defaults } from '../../support/starter-world.ts'
import { errors, recordOf, refusals, row, table } from './cells.ts'

const ofGet = async (refusal: RefusalKind): Promise<string> => {
  const run = inFlightRun({ startedAtMs: t0 - 10 * minute })
  const store = memoryRunStore(run)
  const clock = manualClock()
  const datazone = scriptedDataZone({ getRun: async () => refused(refusal) })
  const settings = defaults.sweeper
  const settle = () =>
    settleRuns(
      store.all().flatMap((one) => (one.state === 'IN_FLIGHT' ? [one] : [])),
      { store, clock, datazone, settings, deadlineMs: Number.POSITIVE_INFINITY },
    )
  await settle()
  const once = recordOf(store.current(run))
  clock.advance(15 * minute)
  await settle()
  const after = store.current(run)
  return row(
    errors[refusal],
    once,
    recordOf(after),
    after?.state === 'ENDED' ? detailType(after.ending) : 'none',
  )
}

/** Returns the table of what each refusal of Get leads to. */
export const refusedGets = async (): Promise<string> =>
  table(
    ['answer to Get', 'record', '15 minutes later', 'event'],
    await Promise.all(refusals.map((refusal) => ofGet(refusal))),
  )
