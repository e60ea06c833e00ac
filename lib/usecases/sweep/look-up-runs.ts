import type { Answer, DataZone, ListedStatus, Refusal, RunPage, ServiceRun } from '../../ports/datazone.ts'
import { present } from '../../run/present.ts'
import type { InFlightRun } from '../../run/run.ts'
import type { SweepSettings } from '../../run/sweep-plan.ts'
import { inTurns } from '../../run/turns.ts'
import { type FactContext, type FactRecorder, factRecorder } from './record-facts.ts'
import { workThrough } from './work-through.ts'

export interface LookUpContext extends FactContext {
  readonly datazone: DataZone
  readonly settings: SweepSettings
  /** Stop before this, in ms since the epoch. */
  readonly deadlineMs: number
}

export interface StatusQuery {
  readonly domainId: string
  readonly status: ListedStatus
  /** The runs to find, by run id. Those that a page shows are taken out. */
  readonly wanted: Map<string, InFlightRun>
  /** Whether another page is worth its call; all pages when left out. */
  readonly wantsMore?: (pagesRead: number, takenFromLast: number) => boolean
}

/** Looks runs up at DataZone and records what it shows. */
export interface RunLookup {
  readonly facts: FactRecorder
  /**
   * Makes one Get per run, in turns where time is short: only Get explains a failure, and only Get makes an absence mean
   * anything.
   */
  getEach(runs: readonly InFlightRun[]): Promise<void>
  /**
   * Reads the pages of one status until each wanted run has been seen or there are no more. Returns false when the list
   * could not be read to its end, so that absence from it means nothing.
   */
  listStatus(query: StatusQuery): Promise<boolean>
}

const concurrentGets = 4

/** A 404 means something only once List and Get have had time to show a new run. */
const minAgeToMissMs = 5 * 60_000

/** While this many of a domain's Gets answer 404, and half of them or more, the domain is missing and not its runs. */
const manyMissing = 4

/** P9: records that runs were not found, unless it looks like an outage. */
const recordMissing = async (
  missing: readonly InFlightRun[],
  answers: number,
  { clock }: LookUpContext,
  facts: FactRecorder,
): Promise<void> => {
  if (missing.length >= manyMissing && missing.length * 2 >= answers) {
    facts.problem(`${missing.length} of ${answers} runs were not found: none is declared lost`)
    // Runs that stay missing still time out.
    for (const run of missing) await facts.unanswered(run)
    return
  }
  for (const run of missing) {
    if (clock.now() - run.startedAtMs >= minAgeToMissMs) await facts.missing(run)
  }
}

const getOne = ({ subject, runId }: InFlightRun, { datazone }: LookUpContext) =>
  subject.kind === 'DATA_SOURCE'
    ? datazone.getSourceRun(subject.domainId, runId)
    : datazone.getRun(subject.domainId, runId)

const getRuns = async (
  runs: readonly InFlightRun[],
  context: LookUpContext,
  facts: FactRecorder,
): Promise<void> => {
  const { clock, settings, deadlineMs } = context
  const queue = [...inTurns(runs, clock.now(), settings.periodMs)]
  const missing: InFlightRun[] = []
  let answers = 0

  const refused = async (run: InFlightRun, refusal: Refusal): Promise<void> => {
    facts.refused(refusal)
    switch (refusal.kind) {
      case 'THROTTLED':
        queue.length = 0
        return
      case 'NOT_FOUND':
        answers += 1
        missing.push(run)
        return
      default:
        await facts.unanswered(run)
    }
  }
  const lookUp = async (run: InFlightRun): Promise<void> => {
    const answer = await getOne(run, context)
    if (answer.outcome === 'refused') return refused(run, answer.refusal)
    answers += 1
    await facts.got(run, answer.value)
  }
  await workThrough(queue, concurrentGets, lookUp, () => clock.now() >= deadlineMs)
  await recordMissing(missing, answers, context, facts)
}

/** Takes the runs that a page shows out of `wanted` and returns them with what the page shows. */
const takeShown = (wanted: Map<string, InFlightRun>, page: RunPage): [InFlightRun, ServiceRun][] =>
  page.runs.flatMap((seen) => {
    const run = wanted.get(seen.runId)
    if (run === undefined) return []
    wanted.delete(seen.runId)
    return [[run, seen]]
  })

const listRuns = async (
  { domainId, status, wanted, wantsMore = () => true }: StatusQuery,
  { datazone, clock, deadlineMs }: LookUpContext,
  facts: FactRecorder,
): Promise<boolean> => {
  let nextToken: string | undefined
  let taken = 0
  for (let pages = 0; wanted.size > 0 && wantsMore(pages, taken); pages += 1) {
    if (clock.now() >= deadlineMs) return false
    const answer: Answer<RunPage> = await datazone.listRuns(domainId, { status, ...present({ nextToken }) })
    if (answer.outcome === 'refused') {
      facts.refused(answer.refusal)
      return false
    }
    const shown = takeShown(wanted, answer.value)
    taken = shown.length
    for (const [run, seen] of shown) await facts.shown(run, seen)
    nextToken = answer.value.nextToken
    if (nextToken === undefined) return true
  }
  return true
}

/** Returns a lookup whose functions share what they find. */
export const lookUpRuns = (context: LookUpContext): RunLookup => {
  const facts = factRecorder(context)
  return {
    facts,
    getEach: (runs) => getRuns(runs, context, facts),
    listStatus: (query) => listRuns(query, context, facts),
  }
}
