import type { Outside, SeenEvent } from './outside.ts'
import type { Sent } from './program.ts'

/**
 * Checks the promises from outside: DataZone's own truth, the bus, the queues and the table as raw items. It shares no
 * code with the system, so that a mistake there is not repeated here.
 */
export interface Violation {
  readonly promise: string
  readonly what: string
}

type Item = Readonly<Record<string, unknown>>

const text = (item: Item, name: string): string | undefined => {
  const value = item[name]
  return typeof value === 'string' ? value : undefined
}
const number = (item: Item, name: string): number => {
  const value = item[name]
  return typeof value === 'number' ? value : Number.NaN
}
const list = (item: Item, name: string): readonly unknown[] => {
  const value = item[name]
  return Array.isArray(value) ? value : []
}
const inner = (item: Item, name: string): Item => {
  const value = item[name]
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

const typesKey = (types: readonly unknown[]): string => [...types].map(String).sort().join('+')
/** What DataZone was asked for: a retry may leave out what has succeeded. */
const startedTypes = (item: Item) =>
  item['onlyTypes'] === undefined ? list(item, 'types') : list(item, 'onlyTypes')
const requestKeyOf = (item: Item): string => text(inner(item, 'request'), 'requestKey') ?? ''
/** A data source stands for an asset, and a trigger key for a revision. */
const targetOf = (item: Item): string | undefined => text(item, 'assetId') ?? text(item, 'dataSourceId')
const revisionOf = (item: Item): string | undefined => text(item, 'revision') ?? text(item, 'triggerKey')
const subjectOf = (item: Item): string =>
  `${targetOf(item)}@${revisionOf(item) ?? '?'} ${typesKey(list(item, 'types'))}`
const nameOf = (item: Item): string =>
  `${subjectOf(item)}#${number(item, 'attempt')}${revisionOf(item) === undefined ? ` ${requestKeyOf(item)}` : ''}`
const isPlan = (item: Item): boolean => item['state'] === 'PLANNED'

type Rule = (outside: Outside) => readonly string[]

/** Every DataZone run is on exactly one record, and every record's run is DataZone's. */
const runsAreRecordedOnce: Rule = ({ runs, items }) => {
  const wrong: string[] = []
  for (const run of runs) {
    const holders = items.filter((item) => item['runId'] === run.id)
    if (holders.length === 0) wrong.push(`run ${run.id} of ${run.assetId}@${run.revision} is on no record`)
    if (holders.length > 1) wrong.push(`run ${run.id} is on ${holders.map(nameOf).join(' and ')}`)
  }
  for (const item of items) {
    const runId = text(item, 'runId')
    if (runId !== undefined && !runs.some((run) => run.id === runId)) {
      wrong.push(`${nameOf(item)} holds ${runId}, which DataZone does not know`)
    }
  }
  return wrong
}

const noMoreRunsThanAttempts: Rule = ({ runs, items }) => {
  const ofAssets = runs.filter((run) => run.types.length > 0)
  const subjects = Map.groupBy(ofAssets, (run) => `${run.assetId}@${run.revision} ${typesKey(run.types)}`)
  return [...subjects].flatMap(([key, started]) => {
    const attempts = items.filter(
      (item) =>
        `${text(item, 'assetId')}@${text(item, 'revision')} ${typesKey(startedTypes(item))}` === key &&
        !isPlan(item),
    ).length
    return started.length > attempts ? [`${key} has ${started.length} runs and ${attempts} attempts`] : []
  })
}

/** DataZone is told no trigger key, so runs and attempts of a data source are only counted. */
const noMoreSourceRunsThanAttempts: Rule = ({ runs, items }) => {
  const sources = Map.groupBy(
    runs.filter((run) => run.types.length === 0),
    (run) => run.assetId,
  )
  return [...sources].flatMap(([id, started]) => {
    const attempts = items.filter((item) => text(item, 'dataSourceId') === id && !isPlan(item)).length
    return started.length > attempts ? [`${id} has ${started.length} runs and ${attempts} attempts`] : []
  })
}

const dayMs = 24 * 3_600_000
/** What clocks differ by, at most, in this world. */
const clocksMs = 5_000

const fullDaysAreNotTried: Rule = ({ fullDaysMet }) =>
  fullDaysMet
    .filter((atMs) => dayMs - (atMs % dayMs) > clocksMs)
    .map((atMs) => `a Start met the full day of its data source at ${new Date(atMs).toISOString()}`)

/** The attempt before this one, when this one is its retry. */
const retriedBy = (item: Item, items: readonly Item[]): Item | undefined =>
  items.find(
    (other) =>
      other['willRetry'] === true &&
      subjectOf(other) === subjectOf(item) &&
      number(other, 'attempt') === number(item, 'attempt') - 1 &&
      requestKeyOf(other) === requestKeyOf(item),
  )

/** An attempt beyond the first is made by a request that said so, and by each only once; or it is a retry. */
const attemptsAreAskedFor: Rule = ({ items, sent }) =>
  items.flatMap((item) => {
    if (!(number(item, 'attempt') > 1) || isPlan(item) || retriedBy(item, items) !== undefined) return []
    const asked = sent.find(({ request }) => requestKeyOf(item).endsWith(`:${request?.id}`))
    const twins = items.filter(
      (other) =>
        requestKeyOf(other) === requestKeyOf(item) &&
        subjectOf(other) === subjectOf(item) &&
        !isPlan(other) &&
        retriedBy(other, items) === undefined,
    )
    // Whoever asks after a rejection asks anew.
    const cameToNothing = items.some(
      (other) =>
        subjectOf(other) === subjectOf(item) &&
        number(other, 'attempt') === number(item, 'attempt') - 1 &&
        other['ending'] === 'REJECTED',
    )
    return [
      ...(asked?.request?.regenerate === true || cameToNothing
        ? []
        : [`${nameOf(item)} was asked for by nobody`]),
      ...(twins.length > 1
        ? [`${requestKeyOf(item)} made ${twins.length} attempts of ${subjectOf(item)}`]
        : []),
    ]
  })

/** Revisions that were the latest at some time from `fromMs` on. */
const revisionsFrom = ({ revisions }: Outside, assetId: string, fromMs: number): ReadonlySet<string> => {
  const all = revisions.get(assetId) ?? []
  return new Set(
    all
      .filter((_, index) => (all[index + 1]?.fromMs ?? Number.POSITIVE_INFINITY) > fromMs)
      .map(({ revision }) => revision),
  )
}

const answers = (
  item: Item,
  request: Sent,
  set: readonly string[],
  revisions: ReadonlySet<string>,
): boolean => {
  if (targetOf(item) !== request.assetId) return false
  const revision = revisionOf(item)
  // Before its revision is known a request stands for all of its types.
  if (revision === undefined) return requestKeyOf(item).endsWith(`:${request.id}`)
  return (
    typesKey(list(item, 'types')) === typesKey(set) &&
    (request.revision === undefined ? revisions.has(revision) : revision === request.revision)
  )
}

const modeWas = ({ modes, endMs }: Outside, mode: 'off' | 'plan', fromMs: number): boolean =>
  modes.some((span, index) => span.mode === mode && (modes[index + 1]?.fromMs ?? endMs) >= fromMs)

const covers = (item: Item, types: readonly unknown[]): boolean =>
  types.every((type) => list(item, 'types').includes(type))

/** Whether a run that succeeded a short while before says that it made a publish superfluous. */
const isGuarded = ({ items, scenario }: Outside, request: Sent, set: readonly string[]): boolean =>
  request.published &&
  items.some(
    (item) =>
      item['assetId'] === request.assetId &&
      item['ending'] === 'SUCCEEDED' &&
      covers(item, set) &&
      list(item, 'history').some(
        (line) =>
          typeof line === 'object' &&
          line !== null &&
          text({ ...line }, 'what') === `REPEAT_GUARD skipped event:${request.id}` &&
          number({ ...line }, 'atMs') - number(item, 'detectedAtMs') < scenario.guardMs,
      ),
  )

/** From reading the records to writing the claim: one invocation, and clocks that differ. */
const decidingMs = 60_000

/** What the guard is for: no publish makes a run of what succeeded a short while ago. */
const repeatsAreSkipped: Rule = ({ items, scenario }) =>
  items.flatMap((item) => {
    const atMs = number(item, 'createdAtMs') - decidingMs
    const isFirst = number(item, 'attempt') === 1 && text(item, 'revision') !== undefined && !isPlan(item)
    if (inner(item, 'request')['published'] !== true || !isFirst) return []
    const before = items
      .filter(
        (other) =>
          other['assetId'] === item['assetId'] &&
          other['state'] === 'ENDED' &&
          other['runId'] !== undefined &&
          other !== item &&
          covers(other, list(item, 'types')) &&
          number(other, 'detectedAtMs') < number(item, 'createdAtMs'),
      )
      .sort((left, right) => number(left, 'detectedAtMs') - number(right, 'detectedAtMs'))
    const last = before.at(-1)
    if (last?.['ending'] !== 'SUCCEEDED' || number(last, 'detectedAtMs') > atMs) return []
    return number(item, 'createdAtMs') - number(last, 'detectedAtMs') < scenario.guardMs
      ? [`${nameOf(item)} repeats ${nameOf(last)}, which had just succeeded`]
      : []
  })

const skippedAreNotRun: Rule = ({ runs, scenario }) =>
  runs.flatMap((run) =>
    scenario.skipped.has(run.assetId) ? [`run ${run.id} is of ${run.assetId}, which the policy skips`] : [],
  )

/** A switch is read within 30 s; an invocation goes on for 30 s, and what it sent takes effect within 60. */
const pauseMs = 120_000

const pausesStartNothing: Rule = ({ pauses, runs }) =>
  pauses.flatMap(({ fromMs, untilMs }) =>
    runs
      .filter((run) => run.createdAtMs > fromMs + pauseMs && run.createdAtMs < untilMs)
      .map((run) => `run ${run.id} was started ${run.createdAtMs - fromMs} ms into a pause`),
  )

/** What failed is tried again as often as the policy says, no oftener, and what is promised comes. */
const retriesAreKept: Rule = ({ items, scenario }) =>
  items.flatMap((item) => {
    const next = items.find(
      (other) =>
        subjectOf(other) === subjectOf(item) && number(other, 'attempt') === number(item, 'attempt') + 1,
    )
    const tries = items.filter(
      (other) =>
        subjectOf(other) === subjectOf(item) &&
        requestKeyOf(other) === requestKeyOf(item) &&
        revisionOf(item) !== undefined &&
        !isPlan(other),
    ).length
    const failed = item['ending'] === 'FAILED' || item['ending'] === 'PARTIALLY_SUCCEEDED'
    // The policy is for assets.
    const attempts = text(item, 'dataSourceId') === undefined ? scenario.attempts : 1
    return [
      ...(item['willRetry'] === true && (next === undefined || retriedBy(next, items) !== item)
        ? [`${nameOf(item)} promised a retry that is not there`]
        : []),
      ...(failed && next === undefined && tries < attempts
        ? [`${nameOf(item)} failed, and was not tried again`]
        : []),
      ...(tries > attempts ? [`${nameOf(item)} was tried ${tries} times`] : []),
    ]
  })

/** A retry asks for what had failed, by DataZone's own account of the attempt before. */
const retriesAreOfWhatFailed: Rule = ({ items, runs }) =>
  items.flatMap((item) => {
    const before = retriedBy(item, items)
    const run = runs.find((one) => one.id === item['runId'])
    if (before === undefined || run === undefined) return []
    const failed = list(before, 'typeStats').flatMap((stat) => {
      const fared = typeof stat === 'object' && stat !== null ? { ...stat } : {}
      return text(fared, 'status') === 'SUCCEEDED' ? [] : [text(fared, 'type')]
    })
    return failed.length === 0 || typesKey(failed) === typesKey(run.types)
      ? []
      : [`${nameOf(item)} ran ${typesKey(run.types)}, and ${typesKey(failed)} had failed`]
  })

/** Every request ends as a record of what it asked for, its own or the one it is a duplicate of. */
const requestsLeaveRecords: Rule = (outside) => {
  const first = new Map<string, { atMs: number; request: Sent }>()
  for (const { atMs, request } of outside.sent) {
    if (request !== undefined && !first.has(request.id)) first.set(request.id, { atMs, request })
  }
  return [...first.values()].flatMap(({ atMs, request }) => {
    if (modeWas(outside, 'off', atMs)) return []
    if (outside.scenario.skipped.has(request.assetId)) return []
    const revisions = revisionsFrom(outside, request.assetId, atMs)
    return request.sets.flatMap((set) => {
      const found = outside.items.filter((item) => answers(item, request, set, revisions))
      const own = found.filter((item) => requestKeyOf(item).endsWith(`:${request.id}`))
      // In plan mode two requests to regenerate share one plan.
      const enough = request.regenerate && !modeWas(outside, 'plan', atMs) ? own : found
      const onlyPlanned = enough.every(isPlan) && !modeWas(outside, 'plan', atMs)
      if (isGuarded(outside, request, set)) return []
      return enough.length === 0 || onlyPlanned
        ? [`request ${request.id} for ${request.assetId} ${typesKey(set)} left no record`]
        : []
    })
  })
}

const endingsAreAnnounced: Rule = ({ items, events, rejected }) =>
  items.flatMap((item) => {
    if (item['state'] !== 'ENDED') return []
    const told = events.some((event) => isAbout(event, item) && statusOf(event) === item['ending'])
    const copied = item['ending'] !== 'REJECTED' || rejected.some((copy) => copy.includes(idOfRequest(item)))
    return [
      ...(told ? [] : [`${nameOf(item)} ended as ${item['ending']}, and no event says so`]),
      ...(item['announcedAtMs'] === undefined ? [`${nameOf(item)} is not marked as announced`] : []),
      ...(copied ? [] : [`${nameOf(item)} was rejected without a copy`]),
    ]
  })

const wrongMessagesAreGivenBack: Rule = ({ sent, rejected, events }) =>
  sent.flatMap(({ body, request }) => {
    if (request !== undefined) return []
    const inCopy = JSON.stringify(body).slice(1, -1)
    const copy = rejected.find((one) => one.includes(inCopy))
    if (copy === undefined) return [`a wrong message left no copy: ${body.slice(0, 60)}`]
    const eventId = text(parse(copy), 'eventId')
    return events.some((event) => text(metadataOf(event), 'id') === eventId)
      ? []
      : [`a wrong message left no event: ${body.slice(0, 60)}`]
  })

const queuesAreEmpty: Rule = ({ queue, deadLetters }) => [
  ...queue.map((message) => `still on the queue: ${message.body.slice(0, 120)}`),
  ...deadLetters.map((message) => `still a dead letter: ${message.body.slice(0, 120)}`),
]

const idOfRequest = (item: Item): string => requestKeyOf(item).slice(requestKeyOf(item).indexOf(':') + 1)

const parse = (json: string): Item => {
  const value: unknown = JSON.parse(json)
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
const dataOf = (event: SeenEvent): Item => inner(parse(event.detail), 'data')
const metadataOf = (event: SeenEvent): Item => inner(parse(event.detail), 'metadata')
const statusOf = (event: SeenEvent): string | undefined => text(dataOf(event), 'status')

const eventSubject = (event: SeenEvent): string | undefined => {
  const data = dataOf(event)
  const asset = inner(data, 'asset')
  const source = inner(data, 'dataSource')
  const id = text(asset, 'id') ?? text(source, 'id')
  if (id === undefined) return undefined
  const revision = text(asset, 'revision') ?? text(source, 'triggerKey')
  const cause = revision === undefined ? ` ${text(metadataOf(event), 'causationId')}` : ''
  return `${id}@${revision ?? '?'} ${typesKey(list(data, 'types'))}#${number(data, 'attempt')}${cause}`
}

const isAbout = (event: SeenEvent, item: Item): boolean => {
  const cause = revisionOf(item) === undefined ? ` ${idOfRequest(item)}` : ''
  return eventSubject(event) === `${subjectOf(item)}#${number(item, 'attempt')}${cause}`
}

/** Invocations and releases that were under way when the mode changed may still go on. */
const deployMs = 60_000

const planStartsNothing: Rule = ({ modes, runs, endMs }) =>
  modes.flatMap(({ mode, fromMs }, index) => {
    const untilMs = modes[index + 1]?.fromMs ?? endMs
    return runs
      .filter((run) => mode !== 'run' && run.createdAtMs > fromMs + deployMs && run.createdAtMs < untilMs)
      .map((run) => `run ${run.id} was started in mode ${mode}`)
  })

const tableFirst: Rule = ({ events }) =>
  events.flatMap((event) => {
    const status = statusOf(event)
    if (status === 'STARTED' || eventSubject(event) === undefined) return []
    const held = event.itemsThen.some(
      (item) => isAbout(event, item) && item['state'] === 'ENDED' && item['ending'] === status,
    )
    return held ? [] : [`${eventSubject(event)} was announced as ${status} before the table held it`]
  })

const sameEventId: Rule = ({ events }) => {
  const wrong: string[] = []
  const idOf = new Map<string, string>()
  const endingOf = new Map<string, string>()
  for (const event of events) {
    const subject = eventSubject(event)
    if (subject === undefined) continue
    const ending = `${subject} ${statusOf(event)}`
    const id = text(metadataOf(event), 'id') ?? ''
    if ((idOf.get(ending) ?? id) !== id) wrong.push(`${ending} was announced under two ids`)
    if ((endingOf.get(id) ?? ending) !== ending)
      wrong.push(`${id} announces ${ending} and ${endingOf.get(id)}`)
    idOf.set(ending, id)
    endingOf.set(id, ending)
  }
  return wrong
}

const knownStatuses = ['SUCCEEDED', 'FAILED', 'PARTIALLY_SUCCEEDED', 'CANCELED']

const endingsAreFinalAndTrue: Rule = ({ events, items, runs }) => {
  const wrong: string[] = []
  const told = new Map<string, string>()
  for (const event of events) {
    const subject = eventSubject(event)
    const status = statusOf(event)
    if (subject === undefined || status === undefined || status === 'STARTED') continue
    const earlier = told.get(subject) ?? status
    if (earlier !== status) wrong.push(`${subject} ended as ${earlier} and as ${status}`)
    told.set(subject, status)
  }
  for (const item of items) {
    const truth = runs.find((run) => run.id === item['runId'])
    if (item['state'] !== 'ENDED' || truth === undefined) continue
    const isGivenUp = item['ending'] === 'TIMED_OUT' && !knownStatuses.includes(truth.status)
    if (truth.status !== item['ending'] && !isGivenUp) {
      wrong.push(`${nameOf(item)} ended as ${item['ending']}, at DataZone it is ${truth.status}`)
    }
  }
  return wrong
}

const sweepMs = 60_000
const slackMs = 20_000
/** What was on its way when the storm ended may still hit who waits for it. */
const aftermathMs = 180_000

/** Lateness is promised while DataZone answers and sweeps finish: for runs that began once it was calm. */
const inTime: Rule = ({ runs, items, events, calmFromMs, listLagMs, endMs }) =>
  runs.flatMap((run) => {
    const dueMs = run.endsAtMs + 2 * sweepMs + listLagMs + slackMs
    if (run.createdAtMs < calmFromMs + aftermathMs || dueMs > endMs) return []
    const item = items.find((one) => one['runId'] === run.id)
    if (item === undefined || !['SUCCEEDED', 'FAILED', 'PARTIALLY_SUCCEEDED'].includes(run.status)) return []
    const told = events.find((event) => isAbout(event, item) && statusOf(event) === run.status)
    return told !== undefined && told.takenAtMs <= dueMs
      ? []
      : [
          `${nameOf(item)} ended and was announced ${told === undefined ? 'never' : `after ${told.takenAtMs - run.endsAtMs} ms`}`,
        ]
  })

const hintedMs = 30_000
/** A Start that was sent in the storm takes effect at most so late, and nobody may know its run id then. */
const startEffectMs = 60_000

/** With a hint that came, and that tells what it is about, seconds are promised. */
const hintedInTime: Rule = ({ runs, items, events, calmFromMs, endMs, hintedStatuses }) =>
  runs.flatMap((run) => {
    const dueMs = run.endsAtMs + hintedMs
    const isStormy = run.createdAtMs < calmFromMs + startEffectMs
    if (isStormy || dueMs > endMs || !hintedStatuses.includes(run.status)) return []
    const item = items.find((one) => one['runId'] === run.id)
    // Of data source runs no hints are taken.
    if (item === undefined || item['kind'] === 'DATA_SOURCE') return []
    const told = events.find((event) => isAbout(event, item) && statusOf(event) === run.status)
    return told !== undefined && told.takenAtMs <= dueMs
      ? []
      : [
          `${nameOf(item)} had a hint and was announced ${told === undefined ? 'never' : `after ${told.takenAtMs - run.endsAtMs} ms`}`,
        ]
  })

const nothingDisturbed: Rule = ({ disturbed }) =>
  disturbed.map((key) => `${key} was touched by a version that cannot read it`)

const nothingStuck: Rule = ({ items, runs }) =>
  items.flatMap((item) => {
    switch (item['state']) {
      case 'CLAIMED':
      case 'PARKED':
        return [`${nameOf(item)} is still ${item['state']} (${item['reason'] ?? 'lease'})`]
      case 'IN_FLIGHT': {
        const truth = runs.find((run) => run.id === item['runId'])
        return truth !== undefined && knownStatuses.includes(truth.status)
          ? [`${nameOf(item)} is still in flight, at DataZone it is ${truth.status}`]
          : []
      }
      default:
        return []
    }
  })

/** Every write but the note of a duplicate leaves a line in the history; so more writes than lines are idle ones. */
const noIdleWrites: Rule = ({ items }) =>
  items.flatMap((item) => {
    const lines = list(item, 'history').length
    const writes = number(item, 'version')
    if (lines >= 20) return []
    const accounted = lines + list(item, 'alsoAskedBy').length
    return writes > accounted
      ? [`${nameOf(item)} was written ${writes} times, ${accounted} are accounted for`]
      : []
  })

const rules: readonly (readonly [promise: string, rule: Rule])[] = [
  ['P1 one run', runsAreRecordedOnce],
  ['P1 one run', noMoreRunsThanAttempts],
  ['P1 one run', noMoreSourceRunsThanAttempts],
  ['P1 one run', attemptsAreAskedFor],
  ['P2 none lost', requestsLeaveRecords],
  ['P2 none lost', endingsAreAnnounced],
  ['P2 none lost', wrongMessagesAreGivenBack],
  ['P2 none lost', queuesAreEmpty],
  ['policy: what it skips is not run', skippedAreNotRun],
  ['policy: the repeat guard', repeatsAreSkipped],
  ['policy: retries are kept', retriesAreKept],
  ['policy: retries are of what failed', retriesAreOfWhatFailed],
  ['switches: a pause starts nothing', pausesStartNothing],
  ['modes: off and plan start nothing', planStartsNothing],
  ['P3 table first', tableFirst],
  ['P4 same event id', sameEventId],
  ['P5 an ending is final', endingsAreFinalAndTrue],
  ['P6 bounded lateness', inTime],
  ['P6 bounded lateness', hintedInTime],
  ['P7 within the quota', fullDaysAreNotTried],
  ['P8 the future is survivable', nothingDisturbed],
  ['P9 nothing waits for ever', nothingStuck],
  ['P11 an unchanged poll writes nothing', noIdleWrites],
]

/** Every promise that was broken, with what shows it. */
export const check = (outside: Outside): Violation[] =>
  rules.flatMap(([promise, rule]) => rule(outside).map((what) => ({ promise, what })))
