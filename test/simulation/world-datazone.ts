import { createDataZone, type DataZone } from '../../local/datazone/datazone.ts'
import type { VirtualTime } from './ports/clock.ts'
import type { Profile } from './profile.ts'
import type { Program } from './program.ts'

/** Creates the DataZone of a seed, with its catalog. */
export const worldDataZone = (
  seed: number,
  time: VirtualTime,
  profile: Profile,
  program: Program,
): DataZone => {
  const datazone = createDataZone({
    seed,
    now: time.now,
    tokenMemoryMs: profile.assumptions.tokenMemoryMs,
    listLagMs: profile.assumptions.listLagMs,
    failureShare: profile.failureShare,
    dataSourceMedianMs: 60_000,
    dataSourceRunsPerDay: program.runsPerDay,
    partialShare: profile.partialShare,
    apiGeneration: profile.apiGeneration,
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
  return datazone
}

/** Returns when each run, by its id, changes at DataZone: as Get shows it, and as the slowest List does. */
export const runChanges = (datazone: DataZone, listLagMs: number): ReadonlyMap<string, readonly number[]> => {
  const shown = (...changesMs: readonly number[]) => changesMs.flatMap((atMs) => [atMs, atMs + listLagMs])
  const { control } = datazone
  return new Map([
    ...control.runs().map((run) => [run.id, shown(run.submittedUntilMs, run.endsAtMs)] as const),
    ...control.dataSourceRuns().map((run) => [run.id, shown(run.runningFromMs, run.endsAtMs)] as const),
  ])
}
