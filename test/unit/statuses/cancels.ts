import type { Run } from '../../../lib/run/run.ts'
import { cancelRequest, sourceCancelRequest } from '../../support/messages.ts'
import {
  claimedRun,
  endedRun,
  inFlightRun,
  minute,
  parkedRun,
  plannedRun,
  sourceSubject,
  t0,
} from '../../support/runs.ts'
import { starterWorld } from '../../support/starter-world.ts'
import { recordOf, row, table } from './cells.ts'

const beforeCancel: readonly (readonly [name: string, run: Run])[] = [
  ['PLANNED', plannedRun()],
  ['PARKED', parkedRun()],
  [
    'PARKED, with an earlier Start that may have taken effect',
    parkedRun({ reason: 'UNAVAILABLE', earlierStart: { firstAtMs: t0 - 2 * minute, lastAtMs: t0 - minute } }),
  ],
  ['CLAIMED', claimedRun()],
  ['IN_FLIGHT', inFlightRun()],
  ['PARKED, of a data source', parkedRun({ subject: sourceSubject })],
  ['IN_FLIGHT, of a data source', inFlightRun({ subject: sourceSubject })],
  ['ENDED', endedRun()],
]

const ofCancel = async ([name, run]: readonly [string, Run]): Promise<string> => {
  const cancelRun = async () => ({ outcome: 'answered', value: undefined }) as const
  const world = starterWorld({ runs: [run], script: { cancelRun }, sentAtMs: t0 - minute })
  const isOfSource = run.subject.kind === 'DATA_SOURCE'
  const [outcome] = await world.outcomes(isOfSource ? sourceCancelRequest() : cancelRequest())
  const [after] = world.store.all()
  const note = after?.cancel !== undefined && after.state !== 'ENDED' ? ', to be canceled' : ''
  return row(
    name,
    `${recordOf(after)}${note}`,
    world.datazone.calls.length > 0 ? 'Cancel' : 'none',
    world.bus.events[0]?.detailType ?? 'none',
    `\`${outcome}\``,
  )
}

/** Returns the table of what a cancel leads to for a record in each state. */
export const cancels = async (): Promise<string> =>
  table(
    ['record', 'becomes', 'call', 'event', 'outcome in the log'],
    await Promise.all(beforeCancel.map(ofCancel)),
  )
