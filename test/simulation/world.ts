import type { DataZone } from '../../local/datazone/datazone.ts'
import { check, type Violation } from './checker.ts'
import { type Environment, startEnvironment } from './environment.ts'
import { nextChangeMs } from './next-change.ts'
import { startNotes } from './notes.ts'
import { performActions } from './perform-actions.ts'
import { fairWeather, seededFates, type Weather } from './ports/fates.ts'
import { hintQueueFor } from './ports/hint-queue.ts'
import type { CallInfo } from './ports/port-call.ts'
import { type HistoryLine, startProcess } from './ports/process.ts'
import { type AssumptionName, stormFor } from './profile.ts'
import type { RefusalSpan } from './refusals.ts'
import type { Sabotage } from './sabotage/sabotage.ts'
import { answeredErrors } from './see-runs.ts'
import { seeWorld } from './see-world.ts'
import { serviceFaults, staleCredentialFaults, transportFaults, unreadableFaults } from './service-faults.ts'
import { drawSetting, type Setting } from './setting.ts'
import { drawTableOutages, isTableCall, tableIsDown } from './table-outages.ts'
import { watchDataZone } from './watch-datazone.ts'
import { runChanges, worldDataZone } from './world-datazone.ts'
import { runUntilSettled } from './world-end.ts'
import { worldHints } from './world-hints.ts'
import { worldPorts } from './world-ports.ts'
import { worldQueues } from './world-queues.ts'
import { type WorldTrial, worldTrial } from './world-trial.ts'

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

/** The most receives of a message: as deployed, or fewer, so that unreadable requests are dead letters by the redrive. */
const manyReceives = 200
const fewReceives = 40

/** Returns settings that differ from the deployed ones: deadlines and waits that are short enough to pass within a world. */
const settingsOf = ({ program }: Setting) => ({
  RUN_DEADLINE_SECONDS: '1800',
  MAX_WAIT_DAYS: String(1.5 / 24),
  DATA_SOURCE_RUNS_PER_DAY: String(program.runsPerDay),
})

/** Returns the weather of each call: an outage of the table, the storm, the trial, or none of them. */
const weatherIn = ({ random, profile, program, times, time, isStorm }: Setting, trial: WorldTrial) => {
  const storm = stormFor(profile)
  const { startMs } = program
  const outages = drawTableOutages(random.fork('table outages'), times.stormEndsMs - startMs)
  return (call: CallInfo): Weather => {
    if (outages.isDown(time.now() - startMs) && isTableCall(call.name)) return tableIsDown
    return isStorm() ? storm(call) : (trial.weather(call) ?? fairWeather)
  }
}

/** Watches what DataZone refuses, for the checker. `refusalSpan` returns the current span of refusals, if there is one. */
const watchRefusals = (datazone: DataZone, { time }: Setting, refusalSpan: () => RefusalSpan | undefined) => {
  const startsOnFullDays: number[] = []
  const startsWhileSourceActive: number[] = []
  const watched = watchDataZone(datazone, {
    fullDay: () => startsOnFullDays.push(time.now()),
    sourceActive: () => startsWhileSourceActive.push(time.now()),
    refused: ({ error, types, about }) => {
      const span = refusalSpan()
      if (error === span?.error) span.calls.push({ atMs: time.now(), types, about })
    },
  })
  return { watched, startsOnFullDays, startsWhileSourceActive }
}

/** Returns when a sweep may next have other work. Messages are left out: what they change is written to the table. */
const sweepChanges = (
  { program, profile }: Setting,
  datazone: DataZone,
  items: () => readonly Readonly<Record<string, unknown>>[],
) => {
  const actionsMs = program.actions
    .filter(({ action }) => !['send', 'hint', 'redrive', 'revise'].includes(action.kind))
    .map(({ atMs }) => program.startMs + atMs)
  const changes = () => runChanges(datazone, profile.assumptions.listLagMs)
  return (sinceMs: number): number =>
    nextChangeMs({ items: items(), runChanges: changes, actionsMs }, sinceMs)
}

const faultsOf = ({ profile }: Setting) => ({
  serviceErrors: [
    ...serviceFaults(profile.serviceErrors),
    ...transportFaults(profile.transportFaults),
    ...staleCredentialFaults(profile.staleCredentials),
  ],
  lastingFaults: unreadableFaults(profile.unreadable, profile.unreadableShare),
})

/** Builds the world of a setting, ready to run. Its parts refer to each other, so this is one function. */
const buildWorld = (setting: Setting, keepHistory: boolean) => {
  const { seed, sabotage, random, profile, scenario, program, times, trial, time, isStorm } = setting

  const accidentsMs: number[] = []
  const notes = startNotes(keepHistory, ({ name, what, atMs }) => {
    if (what === 'dies' || /^(breakers|datazone)\./.test(name)) accidentsMs.push(atMs)
  })
  const { count, note } = notes

  const datazone = worldDataZone(seed, time, profile, program)
  const { watched, ...refused } = watchRefusals(datazone, setting, () => performer.refusalSpan())
  const queues = worldQueues({
    ...{ time, random, profile, count },
    maxReceiveCount: times.isOperatorLate ? fewReceives : manyReceives,
    sent: () => environment.wake(),
  })
  const { hinting, sendHint, delivered } = worldHints(time, watched, queues.hints)
  const ongoing = worldTrial({
    ...{ trial, count },
    random: random.fork('trial'),
    refusedShare: () => (isStorm() ? profile.contendedWrites : 0),
    planted: () => ({ ...ports, environment, hinting, caps: scenario.caps, nowMs: time.now() }),
  })
  const ports = worldPorts(setting, {
    ...{ queues, count, datazone: hinting },
    refuseWrite: ongoing.refuseWrite,
    written: () => environment.wakeSweep(),
  })
  const { table, breakers, switches, portsFor } = ports

  const fates = seededFates(random.fork('fates'), weatherIn(setting, ongoing))
  const skews = random.fork('skew')
  const sweptMs: number[] = []
  const environment: Environment = startEnvironment({
    ...{ time, profile, sabotage, count, portsFor, policyFile: scenario.policyFile },
    random: random.fork('environment'),
    env: settingsOf(setting),
    swept: (beganAtMs) => sweptMs.push(beganAtMs),
    quiet: { nextChangeMs: sweepChanges(setting, datazone, table.items) },
    requests: queues.requests,
    hints: queues.hints,
    hintsFor: (process) => hintQueueFor(process.step, queues.hints),
    process: (name) =>
      startProcess({
        ...{ name, time, fates, note },
        random: random.fork(name),
        clockSkewMs: skews.whole(-profile.skewMs, profile.skewMs),
      }),
  })

  const performer = performActions({
    ...{ time, program, datazone, hinting, table, breakers, switches, environment, sendHint, count },
    ...{ requests: queues.requests, deadLetters: queues.deadLetters },
    ...faultsOf(setting),
    turnTrial: ongoing.turn,
  })
  return {
    ...{ datazone, queues, ports, environment, performer, notes },
    recorded: { ...refused, accidentsMs, sweptMs, hints: delivered },
  }
}

type World = ReturnType<typeof buildWorld>

/** Schedules the actions of the program, the end of the storm and the redrives. */
const schedule = ({ program, times, time }: Setting, world: World): void => {
  const { datazone, queues, environment, performer } = world
  for (const { atMs, action } of program.actions)
    time.at(program.startMs + atMs, () => performer.perform(action))
  time.at(times.stormEndsMs, () => {
    environment.calm()
    performer.calm()
    datazone.control.changeSettings({ eventLostShare: 0, eventLateShare: 0 })
    queues.calm()
  })
  for (const atMs of times.redrivesMs) time.at(atMs, () => void queues.deadLetters.redriveTo(queues.requests))
}

/** Runs the world of a seed through its storm and calm, and checks it. The same options give the same result. */
export const simulate = async (options: SimulationOptions): Promise<SimulationResult> => {
  const { seed } = options
  const setting = drawSetting(options)
  if (setting === undefined) return { seed, steps: 0, faults: {}, crashes: 0, violations: [], history: [] }
  const world = buildWorld(setting, options.keepHistory === true)
  schedule(setting, world)
  const { datazone, queues, ports, performer, notes, recorded } = world

  const { isPlanted, ...done } = performer.done()
  const recordedItems = () => ports.table.items().filter((item) => !isPlanted(item))
  const { steps, endMs } = await runUntilSettled(setting.time, setting.times.plannedEndMs, recordedItems)
  const parts = { datazone, queues, ports, items: recordedItems() }
  const violations = check(seeWorld(setting, parts, { ...recorded, ...done, endMs }))
  const faults = { ...notes.faults }
  for (const [kind, times] of Object.entries(answeredErrors(datazone)))
    faults[kind] = (faults[kind] ?? 0) + times
  return { seed, steps, faults, crashes: notes.crashes(), violations, history: notes.history }
}
