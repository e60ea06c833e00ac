import type { Fault } from '../../local/datazone/calls/fault-schema.ts'
import type { ActualDataSourceRun } from '../../local/datazone/control/control.ts'
import { createDataZone } from '../../local/datazone/datazone.ts'
import { defaultUser } from '../../local/datazone/world/world.ts'
import { check, type Violation } from './checker.ts'
import { deployed } from './deployed.ts'
import { dueCancels } from './due-cancels.ts'
import { startEnvironment } from './environment.ts'
import { heldBack } from './held-back.ts'
import { nextChangeMs } from './next-change.ts'
import type { Outside, SeenEvent, SeenRun } from './outside.ts'
import { newerVersion, plantedItem } from './planted-items.ts'
import { simulatedBreakers } from './ports/breakers.ts'
import { virtualTime } from './ports/clock.ts'
import { dataZoneFor } from './ports/datazone.ts'
import { simulatedBus } from './ports/event-bus.ts'
import { fairWeather, seededFates } from './ports/fates.ts'
import { hintQueueFor } from './ports/hint-queue.ts'
import { deliverHints } from './ports/hint-source.ts'
import { type HistoryLine, startProcess } from './ports/process.ts'
import { simulatedQueue } from './ports/queue.ts'
import { seededRandom } from './ports/random.ts'
import { requestQueueFor } from './ports/request-queue.ts'
import { simulatedTable } from './ports/run-store.ts'
import { simulatedPace } from './ports/start-pace.ts'
import { simulatedSwitches } from './ports/switches.ts'
import { type AssumptionName, drawProfile, stormFor } from './profile.ts'
import { type Action, writeProgram } from './program.ts'
import { portalTypes, type RefusedTime, refusalFaults } from './refusals.ts'
import type { Sabotage } from './sabotage/sabotage.ts'
import { drawScenario } from './scenario.ts'
import { watchDataZone } from './watch-datazone.ts'

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

/** After the storm: long enough for every lease, hold, visibility timeout and second look. */
const settlingMs = 4 * 3_600_000
const afterLastDeedMs = 3 * 3_600_000
const hintVisibilityMs = 185_000
const queueRetentionMs = 14 * 24 * 3_600_000
const visibilityTimeoutMs = 181_000

const dayMs = 24 * 3_600_000
const serviceFaults = (chance: number): Fault[] =>
  (['ThrottlingException', 'InternalServerException', 'AccessDeniedException', 'ConflictException'] as const)
    .map((error): Fault => ({ kind: 'error', error, probability: chance / 5 }))
    .concat([
      // Any other would be believed until the month turns: see refusals.ts.
      {
        kind: 'error',
        error: 'ServiceQuotaExceededException',
        operation: 'StartDataSourceRun',
        probability: chance / 5,
      },
      { kind: 'errorAfterEffect', probability: chance / 5 },
      { kind: 'lostAnswer', probability: chance / 5 },
      { kind: 'slow', delayMs: 2_000, probability: chance / 5 },
    ])

/** Of one of DataZone's own events: its name, and the id of what it is about. */
const heardOf = (body: string, atMs: number): readonly Outside['hints'][number][] => {
  try {
    const { 'detail-type': name, detail } = JSON.parse(body)
    return typeof name === 'string' ? [{ atMs, name, id: String(detail?.metadata?.id) }] : []
  } catch {
    return []
  }
}

/** A data source run in the words of the others. */
const asSeen = (run: ActualDataSourceRun): SeenRun => ({
  id: run.id,
  assetId: run.dataSourceId,
  revision: '',
  types: [],
  createdAtMs: run.createdAtMs,
  endsAtMs: run.endsAtMs,
  status: run.status === 'SUCCESS' ? 'SUCCEEDED' : run.status,
  ...(run.createdBy === defaultUser ? {} : { isForeign: true }),
})

/** The starter sends `types` alone: an older deployment answers in its own shape, and takes what the starter sends. */
const answersOf = { current: 'current', older: 'older-answers' } as const

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
  const time = virtualTime(startMs, random.fork('time'))
  const storm = stormFor(profile)
  const redriveAtMs = program.actions.find(({ deed }) => deed.kind === 'redrive')?.atMs ?? program.stormMs
  const calmFromMs = startMs + Math.max(program.stormMs, redriveAtMs)
  const isStorm = () => time.now() < startMs + program.stormMs
  const chance = random.fork('chance')

  const faults: Record<string, number> = {}
  const count = (kind: string) => {
    faults[kind] = (faults[kind] ?? 0) + 1
  }
  const history: HistoryLine[] = []
  let crashes = 0
  const note = (line: HistoryLine) => {
    if (line.what === 'dies') crashes += 1
    if (/^(crash|fail|resend|gives)/.test(line.what)) count(line.what)
    if (line.what === 'dies' && line.name === 'timed out') count('time-out')
    const isLostRefusal = /^(breakers|datazone)\./.test(line.name) || line.what === 'dies'
    if (isLostRefusal && /^(crash|fail|resend|gives|dies)/.test(line.what) && refusedTime !== undefined)
      refusedTime.accidents += 1
    if (options.keepHistory === true) history.push(line)
  }

  const fates = seededFates(random.fork('fates'), (call) => (isStorm() ? storm(call) : fairWeather))
  const datazone = createDataZone({
    seed,
    now: time.now,
    tokenMemoryMs: profile.assumptions.tokenMemoryMs,
    listLagMs: profile.assumptions.listLagMs,
    failureShare: profile.failureShare,
    dataSourceMedianMs: 60_000,
    dataSourceRunsPerDay: program.runsPerDay,
    partialShare: profile.partialShare,
    apiGeneration: answersOf[profile.apiGeneration],
    unknownStatusShare: profile.unknownStatusShare,
    stuckShare: profile.stuckShare,
    cancelEnded: profile.cancelEnded,
    cancelMs: profile.cancelMs,
    listOrder: profile.listOrder,
    conflictBeforeToken: profile.conflictBeforeToken,
    medianMs: profile.medianMs,
    eventPayload: profile.eventPayload,
    partialEvent: profile.partialEvent,
    olderEvents: profile.olderEvents,
    eventDelayMs: profile.eventDelayMs,
    eventLostShare: profile.eventLostShare,
    eventDuplicateShare: profile.eventDuplicateShare,
    eventLateShare: profile.eventLateShare,
    eventReorderedShare: profile.eventReorderedShare,
  })
  datazone.control.loadCatalogue(program.catalogue)

  const fullDaysMet: number[] = []
  const refusedTimes: RefusedTime[] = []
  let refusedTime: RefusedTime | undefined
  const sourcesMetGoing: number[] = []
  const watched = watchDataZone(datazone, {
    fullDay: () => fullDaysMet.push(time.now()),
    sourceActive: () => sourcesMetGoing.push(time.now()),
    refused: ({ error, types, about }) => {
      if (error === refusedTime?.error) refusedTime.calls.push({ atMs: time.now(), types, about })
    },
  })

  const table = simulatedTable({
    time,
    indexLagMs: () => {
      const lagMs = isStorm() ? chance.whole(0, profile.indexLagMs) : 0
      if (lagMs > 0) count('index lag')
      return lagMs
    },
    pageRecords: profile.pageRecords,
  })
  const seen: SeenEvent[] = []
  const bus = simulatedBus({
    time,
    entryFails: (event) => {
      const fails = isStorm() && chance.chance(profile.entryFails)
      if (fails) count('entry-fails')
      else {
        const detail = JSON.stringify(event.detail)
        const { asset, dataSource } = event.detail.data
        const itemsThen = table
          .items()
          .filter((item) => item['assetId'] === asset?.id && item['dataSourceId'] === dataSource?.id)
        seen.push({ takenAtMs: time.now(), detailType: event.detailType, detail, itemsThen })
      }
      return fails
    },
  })
  const pace = simulatedPace(deployed.startRatePerSecond)
  const breakers = simulatedBreakers()
  const lags = random.fork('switches')
  const switches = simulatedSwitches({ time, lagMs: () => lags.whole(0, 30_000) })
  const pauses: { fromMs: number; untilMs: number }[] = []
  const deadLetters = simulatedQueue({
    name: 'dlq',
    time,
    random: random.fork('dlq'),
    retentionMs: queueRetentionMs,
  })
  const died: Outside['deadLettered'][number][] = []
  let sends = 0
  const inner = simulatedQueue({
    name: 'requests',
    time,
    random: random.fork('queue'),
    visibilityTimeoutMs,
    retentionMs: queueRetentionMs,
    deadLetters: {
      queue: {
        adopt: (message) => {
          died.push({ atMs: time.now(), body: message.body })
          deadLetters.adopt(message)
        },
      },
      maxReceiveCount: 5,
    },
    faults: { twice: profile.twice, undeleted: profile.undeleted, overlooked: profile.overlooked },
  })
  const requests = {
    ...inner,
    receive: (most: number) => {
      const messages = inner.receive(most)
      for (const { receiveCount } of messages) if (receiveCount > 1) count('message again')
      return messages
    },
    send: (body: string, delayMs?: number) => {
      const id = inner.send(body, delayMs)
      sends += 1
      environment.wake()
      return id
    },
  }
  const hints = simulatedQueue({
    name: 'hints',
    time,
    random: random.fork('hints'),
    visibilityTimeoutMs: hintVisibilityMs,
    retentionMs: deployed.observer.hintRetentionMs,
    faults: { twice: profile.twice, undeleted: profile.undeleted, overlooked: profile.overlooked },
  })
  const heard: Outside['hints'][number][] = []
  const hear = (body: string) => {
    heard.push(...heardOf(body, time.now()))
    hints.send(body)
    sends += 1
    environment.wake()
  }
  const hinting = deliverHints(time, watched, hear)
  const rejected = simulatedQueue({
    name: 'rejected',
    time,
    random: random.fork('rejected'),
    retentionMs: queueRetentionMs,
  })

  const runChanges = (): ReadonlyMap<string, readonly number[]> => {
    const { listLagMs } = profile.assumptions
    const withLag = (...changes: readonly number[]) => changes.flatMap((atMs) => [atMs, atMs + listLagMs])
    return new Map([
      ...datazone.control.runs().map((run) => [run.id, withLag(run.submittedUntilMs, run.endsAtMs)] as const),
      ...datazone.control
        .dataSourceRuns()
        .map((run) => [run.id, withLag(run.runningFromMs, run.endsAtMs)] as const),
    ])
  }
  const deedTimesMs = program.actions.map(({ atMs }) => startMs + atMs)
  const redrivesMs = [calmFromMs + 3_600_000, calmFromMs + 2 * 3_600_000]
  const foreseenUntilMs = (): number =>
    nextChangeMs(
      {
        items: table.items(),
        runChanges,
        momentsMs: [
          ...deedTimesMs,
          ...redrivesMs,
          requests.nextVisibleAtMs(),
          hints.nextVisibleAtMs(),
          datazone.control.nextEventMs(),
        ],
      },
      time.now(),
    )

  const memory = new Set<string>()
  const skews = random.fork('skew')
  const sweptMs: number[] = []
  const environment = startEnvironment({
    swept: (beganAtMs) => sweptMs.push(beganAtMs),
    quiet: { changes: () => table.writes().length + sends, untilMs: foreseenUntilMs },
    time,
    random: random.fork('environment'),
    profile,
    policyFile: scenario.policyFile,
    env: {
      // Short enough to come about within the time that a seed is given to settle.
      RUN_DEADLINE_SECONDS: '1800',
      MAX_WAIT_SECONDS: '5400',
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
    portsFor: (process) => {
      const ports = {
        store: table.storeFor(process.step),
        pace: pace.paceFor(process.step),
        breakers: breakers.breakersFor(process.step),
        switches: switches.switchesFor(process.step),
        datazone: dataZoneFor(process.step, hinting),
        bus: bus.busFor(process.step),
        queue: requestQueueFor(
          process.step,
          { requests, rejected },
          () => isStorm() && chance.chance(profile.entryFails),
        ),
        clock: process.clock,
      }
      return sabotage?.ports?.(ports, { table, random: chance, memory }) ?? ports
    },
  })

  const forgotten = new Set<string>()
  const sent: Outside['sent'][number][] = []
  const modes: Outside['modes'][number][] = [{ mode: 'run', fromMs: startMs }]
  const revisions = new Map<string, { revision: string; fromMs: number }[]>()
  for (const { assets } of program.catalogue.domains) {
    for (const { id } of assets) revisions.set(id, [{ revision: '1', fromMs: startMs }])
  }
  const planted = new Map<
    string,
    { item: Readonly<Record<string, unknown>>; upgrade?: Readonly<Record<string, unknown>> }
  >()
  const plant = (item: Readonly<Record<string, unknown>>, upgrade?: Readonly<Record<string, unknown>>) => {
    table.plant(item)
    planted.set(`${item['pk']} ${item['sk']}`, { item, ...(upgrade === undefined ? {} : { upgrade }) })
  }
  const disturbed = (): string[] => {
    const now = new Map(table.items().map((item) => [`${item['pk']} ${item['sk']}`, JSON.stringify(item)]))
    return [...planted].filter(([key, { item }]) => now.get(key) !== JSON.stringify(item)).map(([key]) => key)
  }
  let touched: string[] = []
  const expired: Readonly<Record<string, unknown>>[] = []

  const notePause = (paused: boolean) => {
    const last = pauses.at(-1)
    if (paused) pauses.push({ fromMs: time.now(), untilMs: Number.POSITIVE_INFINITY })
    else if (last !== undefined) last.untilMs = time.now()
  }

  let weather: Fault[] = []
  let refusals: Fault[] = []
  const setFaults = () => datazone.control.setFaults([...refusals, ...weather])

  const refuse = ({ error, lists = false }: Extract<Action, { kind: 'refuse' }>) => {
    if (refusedTime !== undefined) refusedTime.untilMs = time.now()
    // The operator had the quota raised, or the month has turned and nobody does a thing.
    if (error === undefined && program.quotaEnds === 'early') breakers.clear('QUOTA_EXCEEDED')
    const untilMs = Number.POSITIVE_INFINITY
    refusedTime =
      error === undefined ? undefined : { error, fromMs: time.now(), untilMs, accidents: 0, calls: [] }
    if (refusedTime !== undefined) refusedTimes.push(refusedTime)
    refusals = error === undefined ? [] : refusalFaults(error, lists)
    setFaults()
  }

  const startForeignRun = ({ domainId, dataSourceId, type }: Extract<Action, { kind: 'foreign-run' }>) => {
    try {
      hinting.control.startScheduledRun({ domainId, dataSourceId, type })
      count('foreign run')
    } catch {
      // While another one goes, or once its day is full, a schedule is passed over.
    }
  }

  const forget = (assetIds: readonly string[]) => {
    for (const { id, assetId, domainId } of datazone.control.runs()) {
      if (!assetIds.includes(assetId)) continue
      datazone.control.deleteRun({ domainId, runId: id })
      forgotten.add(id)
      count('forgotten run')
    }
  }

  const perform = (deed: Action) => {
    switch (deed.kind) {
      case 'send':
        sent.push({
          atMs: time.now(),
          body: deed.body,
          ...(deed.request === undefined ? {} : { request: deed.request }),
          ...(deed.cancel === undefined ? {} : { cancel: deed.cancel }),
        })
        requests.send(deed.body)
        return
      case 'revise': {
        const { revision } = datazone.control.addRevision({ domainId: deed.domainId, assetId: deed.assetId })
        revisions.get(deed.assetId)?.push({ revision, fromMs: time.now() })
        return
      }
      case 'portal-start':
        datazone.call('StartMetadataGenerationRun', {
          domainIdentifier: deed.domainId,
          owningProjectIdentifier: 'project1',
          target: { type: 'ASSET', identifier: deed.assetId },
          types: portalTypes,
          clientToken: `portal-${time.now()}`,
        })
        return
      case 'service':
        weather = deed.errors ? serviceFaults(profile.serviceErrors) : []
        setFaults()
        return
      case 'refuse':
        refuse(deed)
        return
      case 'mode':
        environment.deploy(deed.mode)
        modes.push({ mode: deed.mode, fromMs: time.now() })
        return
      case 'switch': {
        switches.set(deed.scope, deed.paused)
        notePause(deed.paused)
        return
      }
      case 'plant-newer':
        plant(
          plantedItem(deed.domainId, deed.assetId, time.now(), newerVersion),
          plantedItem(deed.domainId, deed.assetId, time.now(), 1),
        )
        return
      case 'plant-damaged':
        plant({
          ...plantedItem(deed.domainId, deed.assetId, time.now(), 1),
          state: 'NO_SUCH_STATE',
          workShard: 'WORK',
          workAt: time.now(),
        })
        return
      case 'hint':
        hear(deed.body)
        return
      case 'foreign-run':
        startForeignRun(deed)
        return
      case 'accept': {
        const { revision } = hinting.control.acceptSuggestions({
          domainId: deed.domainId,
          assetId: deed.assetId,
        })
        revisions.get(deed.assetId)?.push({ revision, fromMs: time.now() })
        count('acceptance')
        return
      }
      case 'plant-ancient':
        table.plant({
          ...plantedItem(deed.domainId, deed.assetId, time.now() - 200 * dayMs, 1),
          ttlEpochSeconds: Math.floor(time.now() / 1000) - 17 * 24 * 3_600,
        })
        return
      case 'expire': {
        const before = table.items()
        table.expire()
        const left = new Set(table.items())
        expired.push(...before.filter((item) => !left.has(item)))
        return
      }
      case 'limit': {
        const { startRatePerSecond, startBucket } = deed
        datazone.control.changeSettings({ startRatePerSecond, startBucket })
        return
      }
      case 'run-for-ever':
        datazone.control.setOutcomes(deed.assetIds.map((target) => ({ target, outcome: 'stuck' })))
        return
      case 'forget-runs':
        forget(deed.assetIds)
        return
      case 'redrive':
        // The newest deployment is back, and reads what the older one could not.
        touched = disturbed()
        for (const { upgrade } of planted.values()) if (upgrade !== undefined) table.plant(upgrade)
        deadLetters.redriveTo(requests)
        return
      default:
        deed satisfies never
    }
  }
  for (const { atMs, deed } of program.actions) time.at(startMs + atMs, () => perform(deed))
  time.at(startMs + program.stormMs, () => {
    environment.calm()
    environment.deploy('run')
    modes.push({ mode: 'run', fromMs: time.now() })
    weather = []
    setFaults()
    datazone.control.changeSettings({ eventLostShare: 0, eventLateShare: 0 })
    inner.setFaults({})
    hints.setFaults({})
  })
  // What died in the last minutes of the storm reaches the dead letters only now; its operator looks again.
  for (const atMs of redrivesMs) time.at(atMs, () => void deadLetters.redriveTo(requests))

  const lastDeedMs = startMs + (program.actions.at(-1)?.atMs ?? 0)
  const endMs = Math.max(calmFromMs + settlingMs, lastDeedMs + afterLastDeedMs)
  const steps = await time.run(endMs)
  for (const [operation, outcomes] of Object.entries(datazone.control.calls().counts)) {
    for (const [outcome, times] of Object.entries(outcomes)) {
      if (outcome !== 'ok' && operation !== '')
        faults[`datazone ${outcome}`] = (faults[`datazone ${outcome}`] ?? 0) + times
    }
  }
  const isPortals = ({ clientToken }: { readonly clientToken?: string | undefined }) =>
    clientToken?.startsWith('portal-') === true
  const violations = check({
    sent,
    revisions,
    starts: datazone.control.calls().starts.map(({ atMs, overQuota }) => ({ atMs, throttled: overQuota })),
    bursts: program.bursts.map(({ atMs, assets, limit }) => ({
      fromMs: startMs + atMs,
      size: assets.length,
      limit: limit.startRatePerSecond,
    })),
    skewMs: profile.skewMs,
    portalRuns: new Set(
      datazone.control
        .runs()
        .filter(isPortals)
        .map(({ id }) => id),
    ),
    forgotten,
    refusedTimes,
    quotaEnds: program.quotaEnds,
    runs: [
      ...datazone.control.runs().filter((run) => !isPortals(run)),
      ...datazone.control.dataSourceRuns().map(asSeen),
    ],
    startsOnFullDays: fullDaysMet,
    startsWhileSourceActive: sourcesMetGoing,
    items: table.items().filter((item) => !planted.has(`${item['pk']} ${item['sk']}`)),
    counters: table.counters(),
    heldBack: heldBack(table.writes(), program),
    cancelsDue: dueCancels(table.writes(), modes, endMs),
    sweptMs,
    events: seen,
    rejected: rejected.messages().map(({ body }) => body),
    queue: requests.messages(),
    deadLetters: deadLetters.messages(),
    deadLettered: died,
    modes,
    scenario,
    pauses,
    disturbed: touched,
    expired,
    apiGeneration: profile.apiGeneration,
    calmFromMs,
    endMs,
    listLagMs: profile.assumptions.listLagMs,
    hints: heard,
    runsPerDay: program.runsPerDay,
    hintedSourceStatuses: [
      'SUCCEEDED',
      'FAILED',
      ...(profile.partialEvent === 'none' ? [] : ['PARTIALLY_SUCCEEDED']),
    ],
    cancelMs: profile.cancelMs,
    hintedStatuses:
      profile.eventPayload === 'domain-only'
        ? []
        : ['SUCCEEDED', 'FAILED', ...(profile.partialEvent === 'none' ? [] : ['PARTIALLY_SUCCEEDED'])],
  })
  return { seed, steps, faults, crashes, violations, history }
}
