import type { Answer, DataZone, ListedStatus, Refusal, RunPage, ServiceRun } from '../../ports/datazone.ts'
import { present } from '../../run/present.ts'
import { concurrentGets } from '../../run/read-plan.ts'
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

interface StatusQuery {
  readonly domainId: string
  readonly status: ListedStatus
  /** The runs to find, by run id. Those that a page shows are taken out. */
  readonly wanted: Map<string, InFlightRun>
  /** Whether another page is worth its call; all pages when left out. */
  readonly wantsMore?: (pagesRead: number, takenFromLast: number) => boolean
  /** Read no further page after this, in ms since the epoch; the deadline of the lookup when left out. */
  readonly stopAtMs?: number
}

/** How a List ended. Only after `complete` does the absence of a run mean anything. */
export type ListResult = 'complete' | 'refused' | 'out-of-time'

/** Looks runs up at DataZone and records what it shows. */
export interface RunLookup {
  readonly facts: FactRecorder
  /**
   * Makes one Get per run, in turns where time is short: only Get explains a failure, and only Get makes an absence mean
   * anything.
   * @param stopAtMs the deadline of the lookup when left out
   */
  getEach(runs: readonly InFlightRun[], stopAtMs?: number): Promise<void>
  /** Reads the pages of one status until each wanted run has been seen, no page is wanted, or there are no more. */
  listStatus(query: StatusQuery): Promise<ListResult>
}

/** Writes of one List page that are made at once. */
const concurrentWrites = 10

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
  stopAtMs: number,
  context: LookUpContext,
  facts: FactRecorder,
): Promise<void> => {
  const { clock, settings } = context
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
  const isOver = () => {
    if (clock.now() < stopAtMs) return false
    facts.cut()
    return true
  }
  await workThrough(queue, concurrentGets(queue.length), lookUp, isOver)
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
  { domainId, status, wanted, wantsMore = () => true, stopAtMs }: StatusQuery,
  { datazone, clock, deadlineMs }: LookUpContext,
  facts: FactRecorder,
): Promise<ListResult> => {
  let nextToken: string | undefined
  let taken = 0
  for (let pages = 0; wanted.size > 0 && wantsMore(pages, taken); pages += 1) {
    if (clock.now() >= (stopAtMs ?? deadlineMs)) return 'out-of-time'
    const answer: Answer<RunPage> = await datazone.listRuns(domainId, { status, ...present({ nextToken }) })
    if (answer.outcome === 'refused') {
      facts.refused(answer.refusal)
      return 'refused'
    }
    const shown = takeShown(wanted, answer.value)
    taken = shown.length
    await workThrough(shown, concurrentWrites, ([run, seen]) => facts.shown(run, seen))
    nextToken = answer.value.nextToken
    if (nextToken === undefined) return 'complete'
  }
  return 'complete'
}

/** Returns a lookup whose functions share what they find. */
export const lookUpRuns = (context: LookUpContext): RunLookup => {
  const facts = factRecorder(context)
  return {
    facts,
    getEach: (runs, stopAtMs = context.deadlineMs) => getRuns(runs, stopAtMs, context, facts),
    listStatus: (query) => listRuns(query, context, facts),
  }
}
