import { planReads } from '../../run/read-plan.ts'
import { type InFlightRun, owesCancel } from '../../run/run.ts'
import { shouldReadSucceededPage } from '../../run/sweep-plan.ts'
import { cancelOwed } from './cancel-owed.ts'
import { type LookUpContext, lookUpRuns, type RunLookup } from './look-up-runs.ts'
import type { Findings } from './record-facts.ts'

export type SettleContext = LookUpContext

const byRunId = (runs: readonly InFlightRun[]): Map<string, InFlightRun> =>
  new Map(runs.map((run) => [run.runId, run]))

/**
 * Looks up many runs of a domain with few pages: List SUBMITTED, then List IN_PROGRESS, in that order, so that no run can
 * move from one to the other unseen. A run in neither has probably ended: List SUCCEEDED while that pays, and one Get for
 * each that is left. Absence alone never ends a run.
 * @param young runs not looked for, but a page that is read anyway may show that they ended
 */
const settleByList = async (
  domainId: string,
  runs: readonly InFlightRun[],
  young: readonly InFlightRun[],
  { listStatus, getEach }: RunLookup,
): Promise<void> => {
  const missing = byRunId(runs)
  const areActiveRead =
    (await listStatus({ domainId, status: 'SUBMITTED', wanted: missing })) &&
    (await listStatus({ domainId, status: 'IN_PROGRESS', wanted: missing }))
  if (!areActiveRead) return
  const sought = missing.size
  const wanted = byRunId([...missing.values(), ...young])
  const left = () => [...missing.values()].filter(({ runId }) => wanted.has(runId))
  await listStatus({
    domainId,
    status: 'SUCCEEDED',
    wanted,
    wantsMore: (pages, taken) => pages < sought && shouldReadSucceededPage(left().length, pages, taken),
  })
  await getEach(left())
}

/**
 * Sends the owed cancels and makes one Get per run with a cancel, whether or not its cancel was sent: the Get shows what
 * the cancel did, that the run ended, or that it is past its deadline.
 */
const settleCanceling = async (
  canceling: readonly InFlightRun[],
  { facts, getEach }: RunLookup,
  context: SettleContext,
): Promise<void> => {
  const { sent, problems } = await cancelOwed(
    [...canceling.filter(owesCancel), ...facts.takeOverdue()],
    context,
  )
  for (const problem of problems) facts.problem(problem)
  for (const run of sent) facts.cancelTried(run)
  // An overdue run has had its Get, and needs another one only after its cancel was sent.
  await getEach([...byRunId([...canceling, ...sent]).values()])
}

/** Brings the in-flight runs of one domain up to date with few calls (see `planReads`). */
export const settleRuns = async (runs: readonly InFlightRun[], context: SettleContext): Promise<Findings> => {
  const lookup = lookUpRuns(context)
  const { get, list, young, canceling } = planReads(runs, context.clock.now(), context.settings)
  await lookup.getEach(get)
  const domainId = list[0]?.subject.domainId
  if (domainId !== undefined) await settleByList(domainId, list, young, lookup)
  await settleCanceling(canceling, lookup, context)
  return lookup.facts.findings()
}
