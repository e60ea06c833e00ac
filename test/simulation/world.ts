import { check, type Violation } from './checker.ts'
import { deployed } from './deployed.ts'
import { dueCancels } from './due-cancels.ts'
import { type Environment, startEnvironment } from './environment.ts'
import { heldBack } from './held-back.ts'
import { nextChangeMs } from './next-change.ts'
import { openStarts } from './open-starts.ts'
import type { Outside, SeenEvent } from './outside.ts'
import { performActions } from './perform-actions.ts'
import { simulatedBreakers } from './ports/breakers.ts'
import { virtualTime } from './ports/clock.ts'
import { contendedStep, refusedStep } from './ports/contended-writes.ts'
import { dataZoneFor } from './ports/datazone.ts'
import { simulatedBus } from './ports/event-bus.ts'
import { fairWeather, seededFates, type Weather } from './ports/fates.ts'
import { hintQueueFor } from './ports/hint-queue.ts'
import { deliverHints } from './ports/hint-source.ts'
import type { CallInfo } from './ports/port-call.ts'
import { type HistoryLine, startProcess } from './ports/process.ts'
import { seededRandom } from './ports/random.ts'
import { requestQueueFor } from './ports/request-queue.ts'
import { simulatedTable } from './ports/run-store.ts'
import { simulatedSkipLog } from './ports/skip-log.ts'
import { simulatedPace } from './ports/start-pace.ts'
import { simulatedSwitches } from './ports/switches.ts'
import { type AssumptionName, drawProfile, type Profile, stormFor } from './profile.ts'
import { type Program, writeProgram } from './program.ts'
import type { Sabotage } from './sabotage/sabotage.ts'
import { drawScenario } from './scenario.ts'
import { answeredErrors, seeRuns } from './see-runs.ts'
import { serviceFaults, staleCredentialFaults, transportFaults, unreadableFaults } from './service-faults.ts'
import { drawTableOutages, isTableCall, tableIsDown } from './table-outages.ts'
import type { Trial } from './trials.ts'
import { watchDataZone } from './watch-datazone.ts'
import { runChanges, worldDataZone } from './world-datazone.ts'
import { runUntilSettled } from './world-end.ts'
import { worldQueues } from './world-queues.ts'
import { worldTrial } from './world-trial.ts'

export interface SimulationOptions {
  readonly seed: number
  readonly sabotage?: Sabotage
  readonly breaks?: AssumptionName
  readonly keepHistory?: boolean
}

export interface SimulationResult {
  readonly seed: number
  readonly steps: number
  readonly faults: Readonly<Record<string, number>>
  readonly crashes: number
  readonly violations: readonly Violation[]
  readonly history: readonly HistoryLine[]
}

const hour = 3_600_000
/** After the storm: long enough for every lease, hold, visibility timeout and second look. */
const settlingMs = 4 * hour
const afterLastActionMs = 3 * hour
/** As deployed; and while the operator is away, so few that unreadable requests become dead letters before he is back. */
const manyReceives = 200
const fewReceives = 40
/** What died in the last minutes of the storm reaches the dead letters late; the operator looks again. */
const redrivesAfterMs = [hour, 2 * hour]

/** The moments that the program of a world sets. */
const timesOf = ({ startMs, stormMs, actions }: Program) => {
  const redriveAtMs = actions.find(({ deed }) => deed.kind === 'redrive')?.atMs ?? stormMs
  const isOperatorLate = redriveAtMs > stormMs
  const calmFromMs = startMs + Math.max(stormMs, redriveAtMs)
  const lastActionMs = startMs + (actions.at(-1)?.atMs ?? 0)
  return {
    isOperatorLate,
    stormEndsMs: startMs + stormMs,
    calmFromMs,
    redrivesMs: redrivesAfterMs.map((afterMs) => calmFromMs + afterMs),
    plannedEndMs: Math.max(calmFromMs + settlingMs, lastActionMs + afterLastActionMs),
  }
}

/** The endings of which DataZone's own events give the run or its asset. */
const hintedBy = ({ eventPayload, partialEvent }: Profile) => {
  const statuses = ['SUCCEEDED', 'FAILED', ...(partialEvent === 'none' ? [] : ['PARTIALLY_SUCCEEDED'])]
  return {
    hintedSourceStatuses: statuses,
    hintedStatuses: eventPayload === 'domain-only' ? [] : statuses,
  }
}

/** The name of one of DataZone's own events, and the id of its subject. */
const hintIn = (body: string, atMs: number): Outside['hints'] => {
  try {
    const { 'detail-type': name, detail } = JSON.parse(body)
    return typeof name === 'string' ? [{ atMs, name, id: String(detail?.metadata?.id) }] : []
  } catch {
    return []
  }
}

/** The lines of a history that say what went wrong with a call. */
const faultsOfCalls: ReadonlySet<HistoryLine['what']> = new Set([
  'crash-before',
  'crash-after',
  'fail-before',
  'fail-after',
  'resend',
  'gives-up',
])

/** Faults of a world by kind, and its history. */
const startNotes = (keepHistory: boolean, accident: (line: HistoryLine) => void) => {
  const faults: Record<string, number> = {}
  const history: HistoryLine[] = []
  let crashes = 0
  const count = (kind: string) => {
    faults[kind] = (faults[kind] ?? 0) + 1
  }
  const note = (line: HistoryLine) => {
    const isFault = faultsOfCalls.has(line.what)
    if (line.what === 'dies') crashes += 1
    if (isFault) count(line.what)
    if (line.what === 'dies' && line.name === 'timed out') count('time-out')
    if (isFault || line.what === 'dies') accident(line)
    if (keepHistory) history.push(line)
  }
  return { faults, history, count, note, crashes: () => crashes }
}

/** The trial of a world, if it can show anything there: a lost run is adopted only where List shows all of its fields. */
const tellingTrial = ({ trial }: Program, { apiGeneration, unreadable }: Profile): Trial | undefined =>
  trial?.kind === 'restored-table' && (apiGeneration === 'older' || unreadable !== undefined)
    ? undefined
    : trial

/** Runs one seed from its storm to its calm, and checks what is left. The same options give the same result. */
export const simulate = async (options: SimulationOptions): Promise<SimulationResult> => {
  const { seed, sabotage } = options
  const random = seededRandom(seed)
  const profile = drawProfile(random.fork('profile'), options.breaks)
  const scenario = drawScenario(random.fork('scenario'))
  const program = writeProgram(random.fork('program'), scenario)
  if (sabotage?.appliesTo?.({ profile, scenario, program }) === false)
    return { seed, steps: 0, faults: {}, crashes: 0, violations: [], history: [] }
  const { startMs } = program
  const { isOperatorLate, stormEndsMs, calmFromMs, redrivesMs, plannedEndMs } = timesOf(program)
  const time = virtualTime(startMs, random.fork('time'))
  const storm = stormFor(profile)
  const isStorm = () => time.now() < stormEndsMs
  const chance = random.fork('chance')

  const notes = startNotes(options.keepHistory === true, ({ name, what }) => {
    const refusedTime = performer.refusedTime()
    const mayHideRefusal = what === 'dies' || /^(breakers|datazone)\./.test(name)
    if (mayHideRefusal && refusedTime !== undefined) refusedTime.accidents += 1
  })
  const { count, note } = notes
  const outages = drawTableOutages(random.fork('table outages'), stormEndsMs - startMs)
  const trial = tellingTrial(program, profile)
  const weatherOf = (call: CallInfo): Weather => {
    if (outages.isDown(time.now() - startMs) && isTableCall(call.name)) return tableIsDown
    return isStorm() ? storm(call) : (ongoing.weather(call) ?? fairWeather)
  }
  const fates = seededFates(random.fork('fates'), weatherOf)

  const startsOnFullDays: number[] = []
  const startsWhileSourceActive: number[] = []
  const datazone = worldDataZone(seed, time, profile, program)
  const watched = watchDataZone(datazone, {
    fullDay: () => startsOnFullDays.push(time.now()),
    sourceActive: () => startsWhileSourceActive.push(time.now()),
    refused: ({ error, types, about }) => {
      const refusedTime = performer.refusedTime()
      if (error === refusedTime?.error) refusedTime.calls.push({ atMs: time.now(), types, about })
    },
  })

  const ongoing = worldTrial({
    trial,
    random: random.fork('trial'),
    refusedShare: () => (isStorm() ? profile.contendedWrites : 0),
    count,
    planted: () => ({
      ...{ table, pace, breakers, switches, environment, hinting },
      caps: scenario.caps,
      nowMs: time.now(),
    }),
  })
  const does = (what: NonNullable<Sabotage['without']>) => sabotage?.without !== what
  const table = simulatedTable({
    time,
    indexLagMs: () => {
      const lagMs = isStorm() ? chance.whole(0, profile.indexLagMs) : 0
      if (lagMs > 0) count('index lag')
      return lagMs
    },
    pageRecords: profile.pageRecords,
    written: () => environment.wakeSweep(),
    recognizesClaims: does('claim ids'),
    bringsToNow: does('checks of records'),
    repairsCounts: does('repairs of counts'),
    checksCounters: does('checks of counters'),
    repairsHolders: does('repairs of holders'),
  })
  const events: SeenEvent[] = []
  const bus = simulatedBus({
    time,
    entryFails: (event) => {
      const fails = isStorm() && chance.chance(profile.entryFails)
      if (fails) {
        count('entry-fails')
        return true
      }
      const { asset, dataSource } = event.detail.data
      events.push({
        takenAtMs: time.now(),
        detailType: event.detailType,
        detail: JSON.stringify(event.detail),
        itemsThen: table
          .items()
          .filter((item) => item['assetId'] === asset?.id && item['dataSourceId'] === dataSource?.id),
      })
      return false
    },
  })
  const pace = simulatedPace(deployed.startRatePerSecond, does('checks of the pace'))
  const breakers = simulatedBreakers(time.now, does('checks of breakers'))
  const lags = random.fork('switches')
  const switches = simulatedSwitches({
    time,
    lagMs: () => lags.whole(0, 30_000),
    ...(sabotage?.switchReader === undefined ? {} : { reader: sabotage.switchReader }),
  })
  const skips = simulatedSkipLog()
  const queues = worldQueues({
    time,
    random,
    profile,
    count,
    maxReceiveCount: isOperatorLate ? fewReceives : manyReceives,
    sent: () => environment.wake(),
  })
  const { requests, hints, rejected, deadLetters } = queues

  const delivered: Outside['hints'][number][] = []
  const sendHint = (body: string) => {
    delivered.push(...hintIn(body, time.now()))
    hints.send(body)
  }
  const hinting = deliverHints(time, watched, sendHint)

  // What a message changes is written.
  const deedsMs = program.actions
    .filter(({ deed }) => !['send', 'hint', 'redrive', 'revise'].includes(deed.kind))
    .map(({ atMs }) => startMs + atMs)
  const nextSweepChangeMs = (sinceMs: number): number =>
    nextChangeMs(
      {
        items: table.items(),
        runChanges: () => runChanges(datazone, profile.assumptions.listLagMs),
        deedsMs,
      },
      sinceMs,
    )

  const memory = new Set<string>()
  const olderDomains = new Set<string>()
  const skews = random.fork('skew')
  const sweptMs: number[] = []
  const environment: Environment = startEnvironment({
    swept: (beganAtMs) => sweptMs.push(beganAtMs),
    quiet: { nextChangeMs: nextSweepChangeMs },
    time,
    random: random.fork('environment'),
    profile,
    policyFile: scenario.policyFile,
    env: {
      // Short enough to come about within the time that a seed is given to settle.
      RUN_DEADLINE_SECONDS: '1800',
      MAX_WAIT_DAYS: String(1.5 / 24),
      DATA_SOURCE_RUNS_PER_DAY: String(program.runsPerDay),
    },
    requests,
    hints,
    hintsFor: (process) => hintQueueFor(process.step, hints),
    sabotage,
    count,
    process: (name) =>
      startProcess({
        name,
        time,
        fates,
        random: random.fork(name),
        clockSkewMs: skews.whole(-profile.skewMs, profile.skewMs),
        note,
      }),
    portsFor: ({ step, clock }) => {
      const tableStep = does('write retries')
        ? contendedStep(step, clock, ongoing.refuseWrite)
        : refusedStep(step, ongoing.refuseWrite)
      const isEntryRefused = () => isStorm() && chance.chance(profile.entryFails)
      const ports = {
        store: table.storeFor(tableStep),
        pace: pace.paceFor(tableStep),
        breakers: breakers.breakersFor(tableStep),
        switches: switches.switchesFor(step),
        skips: skips.skipsFor(tableStep),
        datazone: dataZoneFor(step, hinting, olderDomains),
        bus: bus.busFor(step),
        queue: requestQueueFor(step, { requests, rejected }, isEntryRefused),
        clock,
      }
      return sabotage?.ports?.(ports, { table, random: chance, memory }) ?? ports
    },
  })

  const performer = performActions({
    time,
    program,
    datazone,
    hinting,
    table,
    breakers,
    switches,
    requests,
    deadLetters,
    environment,
    serviceErrors: [
      ...serviceFaults(profile.serviceErrors),
      ...transportFaults(profile.transportFaults),
      ...staleCredentialFaults(profile.staleCredentials),
    ],
    lastingFaults: unreadableFaults(profile.unreadable, profile.unreadableShare),
    sendHint,
    turnTrial: ongoing.turn,
    count,
  })
  for (const { atMs, deed } of program.actions) time.at(startMs + atMs, () => performer.perform(deed))
  time.at(stormEndsMs, () => {
    environment.calm()
    performer.calm()
    datazone.control.changeSettings({ eventLostShare: 0, eventLateShare: 0 })
    queues.calm()
  })
  for (const atMs of redrivesMs) time.at(atMs, () => void deadLetters.redriveTo(requests))

  const { isPlanted, ...done } = performer.done()
  const recordedItems = () => table.items().filter((item) => !isPlanted(item))
  const { steps, endMs } = await runUntilSettled(time, plannedEndMs, recordedItems)
  const violations = check({
    ...done,
    ...seeRuns(datazone),
    ...hintedBy(profile),
    bursts: program.bursts.map(({ atMs, assets, limit }) => ({
      fromMs: startMs + atMs,
      size: assets.length,
      limit: limit.startRatePerSecond,
    })),
    skewMs: profile.skewMs,
    quotaEnds: program.quotaEnds,
    startsOnFullDays,
    startsWhileSourceActive,
    items: recordedItems(),
    counters: table.counters(),
    heldBack: heldBack(table.writes(), program),
    openStarts: openStarts(table.writes()),
    cancelsDue: dueCancels(table.writes(), done.modes, endMs),
    sweptMs,
    events,
    skips: skips.all(),
    rejected: rejected.messages().map(({ body }) => body),
    queue: requests.messages(),
    deadLetters: deadLetters.messages(),
    deadLettered: queues.deadLettered,
    hidden: queues.hidden,
    unreadableAssets: program.actions.flatMap(({ deed }) =>
      deed.kind === 'plant-newer' || deed.kind === 'plant-damaged' ? [deed.assetId] : [],
    ),
    scenario,
    apiGeneration: profile.apiGeneration,
    trial: trial && {
      kind: trial.kind,
      fromMs: startMs + trial.fromMs,
      untilMs: startMs + trial.untilMs,
    },
    calmFromMs,
    endMs,
    listLagMs: profile.assumptions.listLagMs,
    hints: delivered,
    runsPerDay: program.runsPerDay,
    unreadableMembers: Object.keys(profile.unreadable ?? {}),
    answeredErrors: answeredErrors(datazone),
    unlistedEvents: program.unlistedEvents,
    cancelMs: profile.cancelMs,
  })
  const faults = { ...notes.faults }
  for (const [kind, times] of Object.entries(answeredErrors(datazone)))
    faults[kind] = (faults[kind] ?? 0) + times
  return { seed, steps, faults, crashes: notes.crashes(), violations, history: notes.history }
}
