import type { Hint } from '../../contracts/hint.ts'
import type { RunStore } from '../../ports/run-store.ts'
import type { EndedRun, InFlightRun } from '../../run/run.ts'
import { shouldReadSucceededPage } from '../../run/sweep-plan.ts'
import { attemptStep } from '../sweep/attempt-step.ts'
import { type LookUpContext, lookUpRuns, type RunLookup } from '../sweep/look-up-runs.ts'
import type { Findings } from '../sweep/record-facts.ts'
import { type AddressedHint, addressHints } from './address-hints.ts'
import type { HintFate, HintResult } from './hint-report.ts'

export type HintContext = LookUpContext

const byRunId = (runs: readonly InFlightRun[]): Map<string, InFlightRun> =>
  new Map(runs.map((run) => [run.runId, run]))

/**
 * Lists succeeded runs, and reads on while a page settles more runs than a Get would.
 * @param expected how many of the wanted runs the hints report
 */
const listSucceeded = async (
  domainId: string,
  wanted: Map<string, InFlightRun>,
  expected: number,
  { listStatus }: RunLookup,
): Promise<void> => {
  const before = wanted.size
  const left = () => expected - (before - wanted.size)
  const wantsMore = (pages: number, taken: number) =>
    pages === 0 || shouldReadSucceededPage(left(), pages, taken)
  await listStatus({ domainId, status: 'SUCCEEDED', wanted, wantsMore })
}

/** Settles hints that name their run or asset: one List for those that report success, and a Get for each run left. */
const settleNamed = async (
  domainId: string,
  hints: readonly AddressedHint[],
  lookup: RunLookup,
): Promise<void> => {
  const runsOf = (isSuccess: boolean) =>
    byRunId(
      hints.flatMap(({ hint, inFlight }) => ((hint.verdict === 'SUCCEEDED') === isSuccess ? inFlight : [])),
    )
  const succeeded = runsOf(true)
  const others = runsOf(false)
  for (const runId of others.keys()) succeeded.delete(runId)
  if (succeeded.size >= 2) await listSucceeded(domainId, succeeded, succeeded.size, lookup)
  await lookup.getEach([...succeeded.values()])
  await lookup.getEach([...others.values()])
}

/** Settles hints that name only their domain: a List of each status they report, and a Get to learn why a run failed. */
const settleUnnamed = async (
  domainId: string,
  hints: readonly AddressedHint[],
  inFlight: readonly InFlightRun[],
  context: { readonly lookup: RunLookup; readonly datazone: HintContext['datazone'] },
): Promise<void> => {
  const { lookup, datazone } = context
  const count = (verdict: Hint['verdict']) => hints.filter(({ hint }) => hint.verdict === verdict).length
  const ended = new Set(lookup.facts.findings().ended.map((run) => run.runId))
  const wanted = byRunId(inFlight.filter((run) => !ended.has(run.runId)))
  if (wanted.size === 0) return
  const succeeded = count('SUCCEEDED')
  if (succeeded > 0) await listSucceeded(domainId, wanted, succeeded, lookup)
  for (const verdict of ['FAILED', 'CANCELED'] as const) {
    if (count(verdict) === 0) continue
    const page = await datazone.listRuns(domainId, { status: verdict })
    if (page.outcome === 'refused') lookup.facts.refused(page.refusal)
    else await lookup.getEach(page.value.runs.flatMap(({ runId }) => wanted.get(runId) ?? []))
  }
}

/** Hints that name only their domain are settled by as many endings as were found, each ending counting for one hint. */
const fatesOfUnnamed = (
  hints: readonly AddressedHint[],
  wasInFlight: boolean,
  found: readonly EndedRun[],
): Map<AddressedHint, HintFate> => {
  const left = new Map<string, number>()
  for (const { ending } of found) left.set(ending, (left.get(ending) ?? 0) + 1)
  return new Map(
    hints.map((addressed) => {
      const { verdict } = addressed.hint
      const free = left.get(verdict) ?? 0
      left.set(verdict, free - 1)
      return [addressed, free > 0 ? 'settled' : wasInFlight ? 'active' : 'known']
    }),
  )
}

const fateOfNamed = (
  { address, inFlight, isStarting, isUnread }: AddressedHint,
  ended: ReadonlySet<string | undefined>,
): HintFate => {
  if (isUnread) return 'active'
  if (inFlight.some(({ runId }) => ended.has(runId))) return 'settled'
  if (inFlight.length > 0) return 'active'
  return isStarting || address === 'nothing' ? 'early' : 'known'
}

/** Reads what is in flight, for hints that name only their domain. */
const inFlightByDomain = async (store: RunStore, nowMs: number): Promise<Map<string, InFlightRun[]>> => {
  const runs: InFlightRun[] = []
  for await (const page of store.due(nowMs))
    runs.push(...page.runs.filter((run) => run.state === 'IN_FLIGHT'))
  return Map.groupBy(runs, (run) => run.subject.domainId)
}

const domainOf = ({ hint }: AddressedHint): string => hint.domainId

/** Settles all hints that name only their domain, and returns their fates; a hint left out is `active`. */
const settleByDomain = async (
  hints: readonly AddressedHint[],
  lookup: RunLookup,
  { store, datazone, clock }: HintContext,
): Promise<Map<AddressedHint, HintFate>> => {
  const fates = new Map<AddressedHint, HintFate>()
  if (hints.length === 0) return fates
  await attemptStep('settle by domain', lookup.facts.problem, async () => {
    const inFlight = await inFlightByDomain(store, clock.now())
    for (const [domainId, ofDomain] of Map.groupBy(hints, domainOf)) {
      const before = lookup.facts.findings().ended.length
      const runs = inFlight.get(domainId) ?? []
      await settleUnnamed(domainId, ofDomain, runs, { lookup, datazone })
      const found = lookup.facts.findings().ended.slice(before)
      for (const [hint, fate] of fatesOfUnnamed(ofDomain, runs.length > 0, found)) fates.set(hint, fate)
    }
  })
  return fates
}

export interface SettledHints extends Findings {
  /** One per hint, in order. */
  readonly hints: readonly HintResult[]
}

/**
 * Settles the runs that a batch of hints is about. Hints may be lost, duplicated, early, late, out of order or about
 * foreign runs: none ends a run by itself, and the sweep finds what they miss (P6). A verdict decides only how to look.
 */
export const settleHints = async (hints: readonly Hint[], context: HintContext): Promise<SettledHints> => {
  const lookup = lookUpRuns(context)
  const all = await addressHints(hints, context.store, lookup.facts.problem)
  const named = all.filter(({ address }) => address !== 'domain')
  for (const [domainId, ofDomain] of Map.groupBy(named, domainOf)) {
    await attemptStep(`settle ${domainId}`, lookup.facts.problem, () =>
      settleNamed(domainId, ofDomain, lookup),
    )
  }
  const unnamed = all.filter(({ address }) => address === 'domain')
  const fates = await settleByDomain(unnamed, lookup, context)
  const findings = lookup.facts.findings()
  const ended = new Set(findings.ended.map(({ runId }) => runId))
  const fateOf = (hint: AddressedHint): HintFate =>
    hint.address === 'domain' ? (fates.get(hint) ?? 'active') : fateOfNamed(hint, ended)
  return { ...findings, hints: all.map((hint) => ({ address: hint.address, fate: fateOf(hint) })) }
}
