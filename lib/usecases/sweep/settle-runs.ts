import { reasonOf } from '../../errors.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Answer, DataZone, ListedStatus, Refusal, RunPage, ServiceRun } from '../../ports/datazone.ts'
import type { RunStore } from '../../ports/run-store.ts'
import { nextAttempt } from '../../run/retry.ts'
import { type EndedRun, type InFlightRun, owesCancel, type Run } from '../../run/run.ts'
import { meaningOfStatus } from '../../run/service-status.ts'
import { type SweepSettings, shouldReadSucceededPage } from '../../run/sweep-plan.ts'
import { type Transition, transition } from '../../run/transition.ts'
import { inTurns } from '../../run/turns.ts'
import { findUnrecognized, type Unrecognized } from '../../run/unrecognized.ts'
import { cancelOwed } from './cancel-owed.ts'

export interface SettlePorts {
  readonly store: RunStore
  readonly datazone: DataZone
  readonly clock: Clock
}

export interface SettleTools extends SettlePorts {
  readonly settings: SweepSettings
  /** Stop before this, in ms since the epoch. */
  readonly deadlineMs: number
}

export interface Settlement {
  readonly ended: readonly EndedRun[]
  /** Reads that DataZone refused, by its error name, and writes that failed: those runs stay as they are. */
  readonly problems: readonly string[]
  /** How many of those reads were refused for want of a permission. */
  readonly denied: number
  /** Of what was written just now. */
  readonly unheardOf: readonly Unrecognized[]
}

/** What one pass learns, so that the steps need not hand it to each other. */
export interface Pass {
  readonly ended: EndedRun[]
  readonly problems: string[]
  /** How many reads were refused for want of a permission; `problems` has them too. */
  denied: number
  readonly unheardOf: Unrecognized[]
  /** Runs past their deadline, which DataZone is to cancel before they are given up, as their records say by now. */
  readonly toCancel: InFlightRun[]
  /** Run ids that DataZone was asked to cancel, whatever it answered. */
  readonly cancelTried: Set<string>
}

export const newPass = (): Pass => ({
  ended: [],
  problems: [],
  denied: 0,
  unheardOf: [],
  toCancel: [],
  cancelTried: new Set(),
})

const concurrentGets = 4

const noteRefusal = ({ kind, name }: Refusal, pass: Pass): void => {
  pass.problems.push(name)
  if (kind === 'DENIED') pass.denied += 1
}

/** An ending that the policy answers with another attempt is written together with that attempt, or alone. */
const save = async (run: Run, tools: SettleTools): Promise<Run | undefined> => {
  const next = run.state === 'ENDED' ? nextAttempt(run, tools.clock.now()) : undefined
  if (run.state !== 'ENDED' || next === undefined) return tools.store.save(run)
  const succession = await tools.store.endWithNext({ ...run, willRetry: true }, next)
  switch (succession.outcome) {
    case 'saved':
      return succession.ended
    case 'exists':
      // Somebody asked to regenerate meanwhile: that attempt comes, and needs no second one beside it.
      return tools.store.save(run)
    case 'changed':
      return undefined
    default:
      return succession satisfies never
  }
}

/** Whether a change was written. */
const write = async (next: Transition, pass: Pass, tools: SettleTools): Promise<boolean> => {
  if (next.outcome !== 'changed') return false
  try {
    const saved = await save(next.run, tools)
    if (saved?.state === 'ENDED') pass.ended.push(saved)
    const isNew = saved !== undefined && owesCancel(saved) && !pass.cancelTried.has(saved.runId)
    if (isNew) pass.toCancel.push(saved)
    return saved !== undefined
  } catch (error) {
    // One record that cannot be written must not hold up the others of its domain.
    pass.problems.push(reasonOf(error))
    return false
  }
}

/** Step 4: applies what DataZone showed of a run, and writes only a change, on the version read (P11). */
export const observe = async (
  run: InFlightRun,
  seen: ServiceRun,
  pass: Pass,
  tools: SettleTools,
): Promise<void> => {
  const { runId, nativeStatus, typeStats, statistics, lineageStatus, error } = seen
  const fact = {
    kind: 'OBSERVED',
    runId,
    nativeStatus,
    ...(typeStats === undefined ? {} : { typeStats }),
    ...(statistics === undefined ? {} : { statistics }),
    ...(lineageStatus === undefined ? {} : { lineageStatus }),
    ...(error === undefined ? {} : { error }),
  } as const
  const isNews = await write(transition(run, fact, tools.clock.now()), pass, tools)
  if (isNews) pass.unheardOf.push(...findUnrecognized(run, seen))
}

const isOverdue = (run: InFlightRun, tools: SettleTools): boolean =>
  tools.clock.now() - run.startedAtMs >= (run.policy?.deadlineMs ?? tools.settings.runDeadlineMs)

/** What a Get showed: as above, but a run that it shows still going past its deadline is given up (P9). */
const observeByGet = async (
  run: InFlightRun,
  seen: ServiceRun,
  pass: Pass,
  tools: SettleTools,
): Promise<void> => {
  const isActive = meaningOfStatus(run.subject.kind, seen.nativeStatus).phase === 'active'
  if (!isActive || !isOverdue(run, tools)) return observe(run, seen, pass, tools)
  const { nativeStatus } = seen
  const tried = pass.cancelTried.has(run.runId) ? { cancelTried: true as const } : {}
  await write(transition(run, { kind: 'OVERDUE', nativeStatus, ...tried }, tools.clock.now()), pass, tools)
}

/** P9: past its deadline, a run of which nobody tells anything for a whole day is given up. */
const noteUnanswered = async (run: InFlightRun, pass: Pass, tools: SettleTools): Promise<void> => {
  if (isOverdue(run, tools))
    await write(transition(run, { kind: 'UNANSWERED' }, tools.clock.now()), pass, tools)
}

/** A 404 means something only for a run that List and Get have had time to learn of. */
const leastAgeToMissMs = 5 * 60_000
/** While so many of a domain's Gets answer 404, and half of them or more, it is the domain that is missing. */
const manyMissing = 4

/** P9: takes down that runs were not found, unless it looks like an outage. */
const noteMissing = async (
  missing: readonly InFlightRun[],
  answers: number,
  pass: Pass,
  tools: SettleTools,
): Promise<void> => {
  if (missing.length >= manyMissing && missing.length * 2 >= answers) {
    pass.problems.push(`${missing.length} of ${answers} runs were not found: none is declared lost`)
    // But what is away for good is not waited for without end.
    for (const run of missing) await noteUnanswered(run, pass, tools)
    return
  }
  for (const run of missing) {
    const nowMs = tools.clock.now()
    if (nowMs - run.startedAtMs < leastAgeToMissMs) continue
    await write(transition(run, { kind: 'MISSING' }, nowMs), pass, tools)
  }
}

const outOfTime = (tools: SettleTools): boolean => tools.clock.now() >= tools.deadlineMs

const getOne = ({ subject, runId }: InFlightRun, { datazone }: SettleTools) =>
  subject.kind === 'DATA_SOURCE'
    ? datazone.getSourceRun(subject.domainId, runId)
    : datazone.getRun(subject.domainId, runId)

/**
 * A Get for each, in turns where time is short: the only answer that explains a failure, and the only one that an absence
 * needs.
 */
export const getEach = async (
  runs: readonly InFlightRun[],
  pass: Pass,
  tools: SettleTools,
): Promise<void> => {
  const queue = [...inTurns(runs, tools.clock.now(), tools.settings.periodMs)]
  const missing: InFlightRun[] = []
  let answers = 0

  const refused = async (run: InFlightRun, refusal: Refusal): Promise<void> => {
    noteRefusal(refusal, pass)
    switch (refusal.kind) {
      case 'THROTTLED':
        queue.length = 0
        return
      case 'NOT_FOUND':
        answers += 1
        missing.push(run)
        return
      default:
        await noteUnanswered(run, pass, tools)
    }
  }
  const worker = async () => {
    for (let run = queue.shift(); run !== undefined; run = queue.shift()) {
      if (outOfTime(tools)) return
      const answer = await getOne(run, tools)
      if (answer.outcome === 'refused') await refused(run, answer.refusal)
      else {
        answers += 1
        await observeByGet(run, answer.value, pass, tools)
      }
    }
  }
  await Promise.all(Array.from({ length: concurrentGets }, worker))
  await noteMissing(missing, answers, pass, tools)
}

/** Takes the runs that a page shows out of `wanted`; answers them with what the page says of them. */
const takeShown = (wanted: Map<string, InFlightRun>, page: RunPage): [InFlightRun, ServiceRun][] =>
  page.runs.flatMap((seen) => {
    const run = wanted.get(seen.runId)
    if (run === undefined) return []
    wanted.delete(seen.runId)
    return [[run, seen]]
  })

/**
 * Reads the pages of one status until every wanted run has been seen or there are no more. False: the list could not be
 * read to its end, so absence from it means nothing.
 */
export const readStatus = async (
  domainId: string,
  status: ListedStatus,
  wanted: Map<string, InFlightRun>,
  wantsMore: (pagesRead: number, takenFromLast: number) => boolean,
  pass: Pass,
  tools: SettleTools,
): Promise<boolean> => {
  let nextToken: string | undefined
  let taken = 0
  for (let pages = 0; wanted.size > 0 && wantsMore(pages, taken); pages += 1) {
    if (outOfTime(tools)) return false
    const answer: Answer<RunPage> = await tools.datazone.listRuns(domainId, {
      status,
      ...(nextToken === undefined ? {} : { nextToken }),
    })
    if (answer.outcome === 'refused') {
      noteRefusal(answer.refusal, pass)
      return false
    }
    const shown = takeShown(wanted, answer.value)
    taken = shown.length
    for (const [run, seen] of shown) await observe(run, seen, pass, tools)
    nextToken = answer.value.nextToken
    if (nextToken === undefined) return true
  }
  return true
}

/**
 * Tells many runs of a domain apart by few pages: List SUBMITTED, then List IN_PROGRESS, in that order, so that a run
 * moving on cannot be missed; what is in neither has probably ended, so List SUCCEEDED while that pays, and one Get for
 * each that is left. Absence alone never ends a run.
 */
const listThem = async (
  domainId: string,
  runs: readonly InFlightRun[],
  young: readonly InFlightRun[],
  pass: Pass,
  tools: SettleTools,
): Promise<void> => {
  const missing = new Map(runs.map((run) => [run.runId, run]))
  const all = () => true
  const readGoing =
    (await readStatus(domainId, 'SUBMITTED', missing, all, pass, tools)) &&
    (await readStatus(domainId, 'IN_PROGRESS', missing, all, pass, tools))
  if (!readGoing) return
  const sought = missing.size
  // The young are too young to be looked for, but a page that is read anyway may show that they ended.
  const ended = new Map([...missing, ...young.map((run) => [run.runId, run] as const)])
  const left = () =>
    missing
      .keys()
      .filter((runId) => ended.has(runId))
      .toArray()
  await readStatus(
    domainId,
    'SUCCEEDED',
    ended,
    (pages, takenFromLast) => pages < sought && shouldReadSucceededPage(left().length, pages, takenFromLast),
    pass,
    tools,
  )
  await getEach(
    left().flatMap((runId) => missing.get(runId) ?? []),
    pass,
    tools,
  )
}

/**
 * Asks for the cancels that are owed, and one Get for each run that has one, whether or not its turn came: the Get shows
 * what came of it, or that the run ended, or that it is past its deadline.
 */
const settleCanceled = async (
  canceled: readonly InFlightRun[],
  pass: Pass,
  tools: SettleTools,
): Promise<void> => {
  const overdue = pass.toCancel.splice(0)
  const { asked, problems } = await cancelOwed([...canceled.filter(owesCancel), ...overdue], tools)
  pass.problems.push(...problems)
  for (const { runId } of asked) pass.cancelTried.add(runId)
  // An overdue one has had its Get, and needs another one only once it was cancelled.
  const now = new Map([...canceled, ...asked].map((run) => [run.runId, run]))
  await getEach([...now.values()], pass, tools)
}

/**
 * Brings the in-flight runs of one domain up to date with few calls: a Get each where they are few, or past their
 * deadline (no list ends those); lists for the others. Data source runs get one each: a List is of one source only, and
 * a source has one run going. Those that are to be cancelled come last, so that no number of cancels holds up the others.
 */
export const settleRuns = async (runs: readonly InFlightRun[], tools: SettleTools): Promise<Settlement> => {
  const pass = newPass()
  const nowMs = tools.clock.now()
  const isOld = (run: InFlightRun) => nowMs - run.startedAtMs >= tools.settings.minAgeMs
  const canceled = runs.filter((run) => run.cancel !== undefined)
  const wanted = runs.filter((run) => run.cancel === undefined)
  const tracked = wanted.filter(isOld)
  const young = wanted.filter((run) => !isOld(run) && run.subject.kind === 'METADATA_GENERATION')
  const isAlone = (run: InFlightRun) => run.subject.kind === 'DATA_SOURCE' || isOverdue(run, tools)
  const others = tracked.filter((run) => !isAlone(run))
  const domainId = runs[0]?.subject.domainId
  await getEach(tracked.filter(isAlone), pass, tools)
  if (domainId === undefined || others.length <= tools.settings.maxSingleGets)
    await getEach(others, pass, tools)
  else await listThem(domainId, others, young, pass, tools)
  await settleCanceled(canceled, pass, tools)
  const { ended, problems, denied, unheardOf } = pass
  return { ended, problems, denied, unheardOf }
}
