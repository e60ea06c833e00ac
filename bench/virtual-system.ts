import policyFile from '../config/policy.json' with { type: 'json' }
import type { BackfillPlans } from '../lib/ports/backfill-plans.ts'
import type { Breakers } from '../lib/ports/breakers.ts'
import { applyPlan, entriesPerChunk, newPlan, readyPlan } from '../lib/run/backfill-plan.ts'
import { changePlan } from '../lib/usecases/operate/change-plan.ts'
import { createDataZone } from '../local/datazone/datazone.ts'
import type { SettingsInput } from '../local/datazone/input/settings.ts'
import { deployed } from '../test/simulation/deployed.ts'
import { startEnvironment } from '../test/simulation/environment.ts'
import { simulatedBreakers } from '../test/simulation/ports/breakers.ts'
import { virtualTime } from '../test/simulation/ports/clock.ts'
import { dataZoneFor } from '../test/simulation/ports/datazone.ts'
import { simulatedBus } from '../test/simulation/ports/event-bus.ts'
import { fairWeather, seededFates, type Weather } from '../test/simulation/ports/fates.ts'
import { hintQueueFor } from '../test/simulation/ports/hint-queue.ts'
import { deliverHints } from '../test/simulation/ports/hint-source.ts'
import type { CallInfo } from '../test/simulation/ports/port-call.ts'
import { startProcess } from '../test/simulation/ports/process.ts'
import { type SimulatedQueue, simulatedQueue } from '../test/simulation/ports/queue.ts'
import { seededRandom } from '../test/simulation/ports/random.ts'
import { requestQueueFor } from '../test/simulation/ports/request-queue.ts'
import { simulatedTable } from '../test/simulation/ports/run-store.ts'
import { simulatedPace } from '../test/simulation/ports/start-pace.ts'
import { drawProfile } from '../test/simulation/profile.ts'
import { memoryBackfillPlans } from '../test/support/memory-backfill-plans.ts'
import { memorySkipLog } from '../test/support/memory-skip-log.ts'

/** What is measured: a number of runs of one domain in fair weather, and what DataZone's own events are worth. */
export interface Case {
  readonly seed: number
  readonly runs: number
  /** Between two requests; 0 is a burst. */
  readonly everyMs: number
  readonly hints: 'none' | 'hints'
  /** Requests of an applied backfill plan, about other assets; none when left out. */
  readonly backfill?: number
  readonly datazone?: SettingsInput
  /** The policy file; config/policy.json when left out. */
  readonly policyFile?: object
  /** Of calls of every port; fair weather when left out. */
  readonly weather?: (call: CallInfo) => Weather
  /** Share of Starts that are throttled for no reason. */
  readonly noise?: number
  /** When that ends, in ms from the start; never when left out. */
  readonly noiseEndsMs?: number
  /** From then on, in ms from the start, the limit is another. */
  readonly limitChanges?: { readonly afterMs: number; readonly startRatePerSecond: number }
  /** In ms since the epoch; some Monday morning when left out. */
  readonly startMs?: number
  /** How long it all takes, in ms; long enough for every run to end when left out. */
  readonly lastsMs?: number
  /** When to count what is parked, in ms from the start; at the end when left out. */
  readonly countParkedAtMs?: number
  /** In the place of breakers that do open. */
  readonly breakers?: Breakers
}

export interface Figures {
  /** Calls by operation, refused ones included. */
  readonly calls: Readonly<Record<string, number>>
  /** All but GetAsset. */
  readonly total: number
  readonly announced: number
  /** From each run's ending to its event, in ms, in rising order. */
  readonly latenciesMs: readonly number[]
  /** When each request's ending was announced, in ms from the start, in rising order. */
  readonly endingsMs: readonly number[]
  /** Every StartMetadataGenerationRun, in ms from the start: 'ok', or the name of the error that was answered. */
  readonly starts: readonly { readonly atMs: number; readonly outcome: string }[]
  /** From each request to its Started event, in ms, in rising order; without those of the backfill. */
  readonly startLatenciesMs: readonly number[]
  /** When each run of the backfill was started, in ms from the start, in rising order. */
  readonly backfillStartsMs: readonly number[]
  /** Parked records, by what for. */
  readonly parked: Readonly<Record<string, number>>
}

const domainId = 'dzd_bench0001'
const projectId = 'project1'
const someMondayMs = Date.UTC(2026, 0, 5, 9)
/** Long enough for the last run to end, whatever its hint. */
const settlingMs = 15 * 60_000

/** A plan with this many requests, about assets behind those of the live requests, which the next sweep sends. */
const appliedPlan = async (first: number, requests: number, nowMs: number): Promise<BackfillPlans> => {
  const plans = memoryBackfillPlans()
  const begun = await plans.replace(newPlan('bench', domainId, nowMs))
  if (begun === undefined) throw new Error('the plan of the bench was not written')
  const entries = Array.from({ length: requests }, (_, index) => ({
    assetId: `asset-${first + index}`,
    projectId,
    revision: '1',
    types: ['BUSINESS_DESCRIPTIONS' as const],
  }))
  for (let chunk = 0; chunk * entriesPerChunk < requests; chunk += 1)
    await plans.putChunk(begun, chunk, entries.slice(chunk * entriesPerChunk, (chunk + 1) * entriesPerChunk))
  await changePlan('bench', () => applyPlan(readyPlan(begun, requests, nowMs), nowMs), plans)
  return plans
}

const bodyOf = (number: number): string =>
  JSON.stringify({
    version: 1,
    requestId: `request-${number}`,
    kind: 'METADATA_GENERATION',
    domainId,
    projectId,
    asset: { id: `asset-${number}` },
  })

/** Runs the functions' own handlers in virtual time against the simulator's core, and counts. */
export const measure = async (given: Case): Promise<Figures> => {
  const { startMs = someMondayMs, backfill = 0 } = given
  const random = seededRandom(given.seed)
  const time = virtualTime(startMs, random.fork('time'))
  const datazone = createDataZone({
    seed: given.seed,
    now: time.now,
    medianMs: 30_000,
    sigma: 0.5,
    failureShare: 0.05,
    ...given.datazone,
    ...(given.hints === 'none' ? { eventLostShare: 1 } : {}),
  })
  datazone.control.loadCatalogue({
    domains: [
      {
        id: domainId,
        projects: [{ id: projectId, name: 'one' }],
        assets: Array.from({ length: given.runs + backfill }, (_, number) => ({
          id: `asset-${number}`,
          projectId,
          name: `asset ${number}`,
          typeIdentifier: 'amazon.datazone.GlueTableAssetType',
          revision: '1',
          columns: [{ name: 'id', dataType: 'bigint' }],
        })),
      },
    ],
  })
  if (given.noise !== undefined)
    datazone.control.setFaults([
      {
        kind: 'error',
        error: 'ThrottlingException',
        operation: 'StartMetadataGenerationRun',
        probability: given.noise,
      },
    ])
  const queueNamed = (name: string) =>
    simulatedQueue({ name, time, random: random.fork(name), visibilityTimeoutMs: 185_000 })
  /** Whatever is put on it, by a sender or by a sweep, is looked at when it becomes visible. */
  const waking = (queue: SimulatedQueue): SimulatedQueue => ({
    ...queue,
    send: (body, delayMs) => {
      const id = queue.send(body, delayMs)
      environment.wake()
      return id
    },
  })
  const [requests, hints] = [waking(queueNamed('requests')), waking(queueNamed('hints'))]
  const rejected = queueNamed('rejected')
  const table = simulatedTable({ time })
  const bus = simulatedBus({ time })
  const pace = simulatedPace(deployed.startRatePerSecond)
  const breakers = simulatedBreakers(time.now)
  const fates = seededFates(random.fork('fates'), given.weather ?? (() => fairWeather))
  const hinting = deliverHints(time, datazone, hints.send)
  const environment = startEnvironment({
    time,
    random: random.fork('environment'),
    profile: { ...drawProfile(random.fork('profile'), undefined), tickLateMs: 0, tickTwice: 0 },
    policyFile: given.policyFile ?? policyFile,
    requests,
    hints,
    hintsFor: (process) => hintQueueFor(process.step, hints),
    sabotage: undefined,
    backfills: await appliedPlan(given.runs, backfill, startMs),
    count: () => {},
    process: (name) => startProcess({ name, time, fates, random: random.fork(name) }),
    portsFor: (process) => ({
      store: table.storeFor(process.step),
      pace: pace.paceFor(process.step),
      breakers: given.breakers ?? breakers.breakersFor(process.step),
      switches: { pauseOf: async () => undefined },
      skips: memorySkipLog(),
      datazone: dataZoneFor(process.step, hinting),
      bus: bus.busFor(process.step),
      queue: requestQueueFor(process.step, { requests, rejected }),
      clock: process.clock,
    }),
  })
  environment.calm()
  if (given.noiseEndsMs !== undefined)
    time.at(startMs + given.noiseEndsMs, () => datazone.control.setFaults([]))
  const { limitChanges } = given
  if (limitChanges !== undefined)
    time.at(startMs + limitChanges.afterMs, () => {
      const { startRatePerSecond } = limitChanges
      datazone.control.changeSettings({ startRatePerSecond })
    })
  // At any moment of its interval, or the sweep would meet every run of a trickle at the same age.
  const arrivals = random.fork('arrivals')
  const requestedAtMs = new Map<string, number>()
  for (let number = 0; number < given.runs; number += 1) {
    const atMs = startMs + number * given.everyMs + arrivals.whole(0, given.everyMs)
    requestedAtMs.set(`asset-${number}`, atMs)
    time.at(atMs, () => void requests.send(bodyOf(number)))
  }
  const startsTakeMs = (given.runs * 1000) / deployed.startRatePerSecond
  const lastsMs = given.lastsMs ?? Math.max(given.runs * given.everyMs, startsTakeMs) + settlingMs
  const parked: Record<string, number> = {}
  time.at(startMs + (given.countParkedAtMs ?? lastsMs), () => {
    for (const item of table.items()) {
      if (item['state'] !== 'PARKED') continue
      const reason = String(item['reason'])
      parked[reason] = (parked[reason] ?? 0) + 1
    }
  })
  await time.run(startMs + lastsMs)

  const takenAtMs = new Map<string, number>()
  const endedAtMs = new Map<string, number>()
  const startLatenciesMs: number[] = []
  const backfillStartsMs: number[] = []
  for (const { detail, takenAtMs: atMs } of bus.events()) {
    const { data }: { data: { status: string; runId?: string; asset: { id: string } } } = JSON.parse(detail)
    if (data.status === 'STARTED') {
      const atRequestMs = requestedAtMs.get(data.asset.id)
      if (atRequestMs === undefined) backfillStartsMs.push(atMs - startMs)
      else startLatenciesMs.push(atMs - atRequestMs)
      continue
    }
    if (data.runId !== undefined && !takenAtMs.has(data.runId)) takenAtMs.set(data.runId, atMs)
    if (!endedAtMs.has(data.asset.id)) endedAtMs.set(data.asset.id, atMs - startMs)
  }
  const latenciesMs = datazone.control
    .runs()
    .flatMap((run) => {
      const atMs = takenAtMs.get(run.id)
      return atMs === undefined ? [] : [atMs - run.endsAtMs]
    })
    .sort((left, right) => left - right)
  const calls = Object.fromEntries(
    Object.entries(datazone.control.calls().counts).map(([operation, outcomes]) => [
      operation,
      Object.values(outcomes).reduce((sum, count) => sum + count, 0),
    ]),
  )
  const { GetAsset: _, ...counted } = calls
  return {
    calls,
    total: Object.values(counted).reduce((sum, count) => sum + count, 0),
    announced: latenciesMs.length,
    latenciesMs,
    starts: datazone.control.calls().starts.map(({ atMs, outcome }) => ({
      atMs: atMs - startMs,
      outcome,
    })),
    endingsMs: [...endedAtMs.values()].sort((left, right) => left - right),
    startLatenciesMs: startLatenciesMs.toSorted((left, right) => left - right),
    backfillStartsMs: backfillStartsMs.toSorted((left, right) => left - right),
    parked,
  }
}
