import {
  type ListDeadlines,
  listDeadlines,
  planReads,
  type ReadPlan,
  readDeadlineMs,
} from '../../run/read-plan.ts'
import { type InFlightRun, owesCancel } from '../../run/run.ts'
import { shouldReadSucceededPage } from '../../run/sweep-plan.ts'
import { cancelOwed } from './cancel-owed.ts'
import { type ListResult, type LookUpContext, lookUpRuns, type RunLookup } from './look-up-runs.ts'
import type { Findings } from './record-facts.ts'

export type SettleContext = LookUpContext

const byRunId = (runs: readonly InFlightRun[]): Map<string, InFlightRun> =>
  new Map(runs.map((run) => [run.runId, run]))

/** Reads the lists of active runs, in an order in which no run can move from one to the other unseen. */
const readActive = async (
  domainId: string,
  wanted: Map<string, InFlightRun>,
  stopAtMs: number,
  { listStatus }: RunLookup,
): Promise<ListResult> => {
  const submitted = await listStatus({ domainId, status: 'SUBMITTED', wanted, stopAtMs })
  if (submitted !== 'complete') return submitted
  return listStatus({ domainId, status: 'IN_PROGRESS', wanted, stopAtMs })
}

/**
 * Looks up many runs of a domain with few pages: List SUBMITTED, then List IN_PROGRESS. A run in neither has probably
 * ended: List SUCCEEDED while that pays, and one Get for each run that is left. Absence alone never ends a run. A List that
 * is refused or takes too long leaves the runs that no page showed to Gets as well (P6), oldest first, in turns.
 */
const settleByList = async (
  domainId: string,
  { list, young }: Pick<ReadPlan, 'list' | 'young'>,
  lookup: RunLookup,
  time: ListDeadlines & { readonly stopAtMs: number },
): Promise<void> => {
  const { listStatus, getEach, facts } = lookup
  const missing = byRunId(list)
  const active = await readActive(domainId, missing, time.activeMs, lookup)
  const sought = missing.size
  const wanted = byRunId([...missing.values(), ...young])
  const left = () => [...missing.values()].filter(({ runId }) => wanted.has(runId))
  const wantsMore = (pages: number, taken: number) =>
    pages < sought && shouldReadSucceededPage(left().length, pages, taken)
  if (active !== 'refused')
    await listStatus({ domainId, status: 'SUCCEEDED', wanted, wantsMore, stopAtMs: time.allMs })
  const rest = left().toSorted((one, other) => one.startedAtMs - other.startedAtMs)
  if (active !== 'complete' && rest.length > 0)
    facts.leftToGets(rest.length, active === 'refused' ? 'was refused' : 'took too long')
  await getEach(rest, time.stopAtMs)
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

/**
 * Brings the in-flight runs of one domain up to date with few calls (see `planReads`). Each kind of read leaves time to the
 * ones after it, so that none waits for all of the others.
 */
export const settleRuns = async (runs: readonly InFlightRun[], context: SettleContext): Promise<Findings> => {
  const { clock, settings, deadlineMs } = context
  const lookup = lookUpRuns(context)
  const nowMs = clock.now()
  const { get, list, young, canceling } = planReads(runs, nowMs, settings)
  const stopAtMs = readDeadlineMs(nowMs, deadlineMs, canceling.length)
  const domainId = list[0]?.subject.domainId
  await lookup.getEach(get, domainId === undefined ? stopAtMs : nowMs + (stopAtMs - nowMs) / 2)
  if (domainId !== undefined) {
    const time = { ...listDeadlines(clock.now(), stopAtMs), stopAtMs }
    await settleByList(domainId, { list, young }, lookup, time)
  }
  await settleCanceling(canceling, lookup, context)
  return lookup.facts.findings()
}
