import { z } from 'zod'
import type { Calls } from '../calls/call-log.ts'
import { armFaults, type Fault, type FaultStatus, faultStatuses } from '../calls/fault-schema.ts'
import type { Catalogue, NewRevision } from '../input/catalogue.ts'
import { ControlError, parseInput } from '../input/parse-input.ts'
import { type Settings, type SettingsInput, settingsSchema } from '../input/settings.ts'
import { strictObject } from '../input/strict-object.ts'
import type { Simulation } from '../simulation.ts'
import type { DataSourceRun } from '../world/data-source-run.ts'
import { sourceStatusAt } from '../world/data-source-run-plan.ts'
import type { OwnershipTransfer } from '../world/domains.ts'
import { parseDomains, type Revision } from '../world/domains.ts'
import type { MetadataRun } from '../world/metadata-run.ts'
import { statusAt } from '../world/metadata-run-plan.ts'
import type { DueEvent } from '../world/outbox.ts'
import { outcomesSchema, type PlannedOutcome } from '../world/run-outcome.ts'
import type { World } from '../world/world.ts'
import { type AcceptanceInput, acceptSuggestions } from './accept-suggestions.ts'
import { addRevision } from './add-revision.ts'
import { hasTarget } from './find-target.ts'
import { type PublicationInput, publishAsset, unpublishAsset } from './publish-asset.ts'
import { restoreState, saveState } from './saved-state.ts'
import { type AssetEventInput, sendAssetEvent } from './send-asset-event.ts'
import { type DataSourceStatusInput, setDataSourceStatus } from './set-data-source-status.ts'
import { type ScheduledRunInput, startScheduledRun } from './start-scheduled-run.ts'
import type { SavedState } from './state-schema.ts'
import { type TransferInput, transferAsset } from './transfer-asset.ts'

/** A run as it really is, whatever Get and List say of it. Times in epoch milliseconds. */
export type ActualRun = Readonly<
  Pick<
    MetadataRun,
    | 'id'
    | 'domainId'
    | 'projectId'
    | 'assetId'
    | 'revision'
    | 'types'
    | 'clientToken'
    | 'createdAtMs'
    | 'deletedAtMs'
  > & { submittedUntilMs: number; endsAtMs: number; ending: string; status: string }
>

/** A data source run as it really is. */
export type ActualDataSourceRun = Readonly<
  Pick<
    DataSourceRun,
    | 'id'
    | 'domainId'
    | 'projectId'
    | 'dataSourceId'
    | 'type'
    | 'clientToken'
    | 'createdBy'
    | 'createdAtMs'
    | 'deletedAtMs'
  > & { runningFromMs: number; endsAtMs: number; lineageEndsAtMs: number; ending: string; status: string }
>

/** Sets the simulator up for a test or the local stack, and shows what is behind its answers. */
export type Control = {
  /**
   * Loads this catalogue in place of the one before; runs stay. Throws ControlError, which names each wrong field,
   * and then changes nothing.
   */
  loadCatalogue: (catalogue: Catalogue) => { domains: number; assets: number }
  /** Gives an asset a new latest revision. Throws ControlError for an unknown asset or a revision it already has. */
  addRevision: (revision: NewRevision) => Revision
  /** Sets these faults in place of those before. Throws ControlError, which names each wrong field. */
  setFaults: (faults: readonly Fault[]) => { faults: number }
  /** The faults that are set, and how many calls each has hit. */
  faults: () => FaultStatus[]
  /**
   * Plans the outcomes of runs of some assets and data sources that start from now on, in place of those planned
   * before. Throws ControlError, which names each wrong field.
   */
  setOutcomes: (outcomes: readonly PlannedOutcome[]) => { outcomes: number }
  /** The outcomes that are set. */
  outcomes: () => readonly PlannedOutcome[]
  settings: () => Settings
  /**
   * Changes these settings from now on, and leaves the others; active runs keep their plans. Throws ControlError,
   * which names each wrong field, and then changes nothing.
   */
  changeSettings: (changes: SettingsInput) => Settings
  /** Accepts an asset's suggestions, as a person in the portal does: a new revision, and an event. */
  acceptSuggestions: (asset: AcceptanceInput) => { revision: string }
  /** Publishes an asset, as a person in the portal does; there is an event for it. */
  publishAsset: (asset: PublicationInput) => { listingId: string; version: string }
  /** Takes an asset out of the catalog; there is an event for it. Throws ControlError unless it is published. */
  unpublishAsset: (asset: PublicationInput) => { listingId: string; version: string }
  /** Sends an event about an asset, and changes nothing else. */
  sendAssetEvent: (event: AssetEventInput) => { detailType: string }
  /** Begins to transfer an asset to another project: changes conflict until that has ended. */
  transferAsset: (transfer: TransferInput) => OwnershipTransfer
  /** Sets the status of a data source: only a READY one can be run. */
  setDataSourceStatus: (status: DataSourceStatusInput) => { status: string }
  /**
   * Starts a run of a data source as its schedule does. Throws ControlError for an unknown source, and when one of
   * its runs is active or its day is full.
   */
  startScheduledRun: (source: ScheduledRunInput) => ActualDataSourceRun
  /** Deletes a run of either kind: it is not found any more, and has no event. Throws ControlError for an unknown run. */
  deleteRun: (run: { domainId: string; runId: string }) => { deleted: string }
  /** Forgets every clientToken. */
  forgetTokens: () => { forgotten: number }
  /** Takes out every event of `aws.datazone` that has reached the bus by now, oldest first: each is taken once. */
  takeEvents: () => DueEvent[]
  /** No event can be taken before this moment, in epoch milliseconds; undefined when none is pending. */
  nextEventMs: () => number | undefined
  /** Every metadata run ever started, in the order of their Starts. */
  runs: () => ActualRun[]
  /** Every data source run ever started, in the order of their Starts. */
  dataSourceRuns: () => ActualDataSourceRun[]
  /** Every call ever made. */
  calls: () => Calls
  /**
   * Forgets runs, tokens, faults, outcomes, events and calls, sets the settings back to those of the start, and loads
   * the last catalogue again. The clock stays.
   */
  reset: () => { domains: number }
  /** Everything that the simulator remembers, as JSON. */
  state: () => SavedState
  /** Replaces everything by a saved state, its clock and seed too. Throws ControlError, which names each wrong field. */
  setState: (state: SavedState) => { clockMs: number }
  /** The simulator's clock, in epoch milliseconds. */
  clock: () => { clockMs: number }
  /** Moves the clock forward: what is due by then happens. Delays of slow answers pass in real time. */
  advanceClock: (move: ClockInput) => { clockMs: number }
}

/** How far the clock moves. */
export const clockSchema = strictObject({ advanceMs: z.number().min(0).max(1e12) })
type ClockInput = z.input<typeof clockSchema>

const actualRun = (run: MetadataRun, nowMs: number): ActualRun => {
  const { places: _places, createdBy: _createdBy, plan, ...identity } = run
  const { submittedUntilMs, endsAtMs, ending } = plan
  return { ...identity, submittedUntilMs, endsAtMs, ending, status: statusAt(plan, nowMs) }
}

const actualDataSourceRun = (run: DataSourceRun, nowMs: number): ActualDataSourceRun => {
  const { places: _places, snapshot: _snapshot, plan, ...identity } = run
  const { runningFromMs, endsAtMs, lineageEndsAtMs, ending } = plan
  return {
    ...identity,
    runningFromMs,
    endsAtMs,
    lineageEndsAtMs,
    ending,
    status: sourceStatusAt(plan, nowMs),
  }
}

/** What the control works on: the simulation, which a reset or a saved state replaces, and its clock. */
type ControlContext = Readonly<{
  simulation: () => Simulation
  replace: (simulation: Simulation) => void
  /** A simulation as it was at the start, without a catalogue. */
  created: () => Simulation
  clock: () => number
  setClock: (atMs: number) => void
}>

const earliest = (...times: readonly (number | undefined)[]): number | undefined => {
  const known = times.filter((ms) => ms !== undefined)
  return known.length === 0 ? undefined : Math.min(...known)
}

/** The control of a simulation. Late effects that are due by now have come before whatever it does. */
export const createControl = (context: ControlContext): Control => {
  const { simulation, replace, created, clock, setClock } = context
  let loaded: unknown = { domains: [] }
  /** The world as of now. */
  const current = (): World => {
    const { late, world } = simulation()
    late.applyDue()
    return world
  }
  return {
    loadCatalogue: (catalogue) => {
      const world = current()
      world.domains = parseDomains(catalogue, world.nowMs())
      loaded = structuredClone(catalogue)
      const assets = [...world.domains.values()].reduce((sum, domain) => sum + domain.assets.size, 0)
      return { domains: world.domains.size, assets }
    },
    addRevision: (revision) => {
      const { domains, nowMs } = current()
      return addRevision(domains, revision, nowMs())
    },
    setFaults: (faults) => {
      const given = armFaults(faults, current().nowMs())
      simulation().faults = given
      return { faults: given.length }
    },
    faults: () => faultStatuses(simulation().faults),
    setOutcomes: (outcomes) => {
      const given = parseInput('the list of outcomes', outcomesSchema, outcomes)
      const unknownAt = given.findIndex(({ target }) => !hasTarget(simulation().world.domains, target))
      if (unknownAt >= 0)
        throw new ControlError(
          `[${unknownAt}].target: '${given[unknownAt]?.target}' is not an asset or data source of the catalogue: load it first`,
        )
      current().outcomes = given
      return { outcomes: given.length }
    },
    outcomes: () => simulation().world.outcomes,
    settings: () => simulation().world.settings,
    changeSettings: (changes) => {
      const world = current()
      const { settings, outbox, nowMs } = world
      const changed = parseInput('the change of settings', settingsSchema, { ...settings, ...changes })
      outbox.settle(nowMs())
      simulation().quotas.adjust(changed, nowMs())
      world.settings = changed
      return changed
    },
    acceptSuggestions: (asset) => acceptSuggestions(current(), asset),
    publishAsset: (asset) => publishAsset(current(), asset),
    unpublishAsset: (asset) => unpublishAsset(current(), asset),
    sendAssetEvent: (event) => sendAssetEvent(current(), event),
    transferAsset: (transfer) => transferAsset(current(), transfer),
    setDataSourceStatus: (status) => setDataSourceStatus(current(), status),
    startScheduledRun: (source) => {
      const world = current()
      return actualDataSourceRun(startScheduledRun(world, source), world.nowMs())
    },
    deleteRun: ({ domainId, runId }) => {
      const { runs: book, sourceRuns: sourceBook, nowMs } = current()
      const isDeleted = book.delete(domainId, runId, nowMs()) || sourceBook.delete(domainId, runId, nowMs())
      if (!isDeleted)
        throw new ControlError(
          `runId: '${runId}' is not a run of '${domainId}': GET runs and GET data-source-runs list every run`,
        )
      return { deleted: runId }
    },
    forgetTokens: () => {
      const { tokens, sourceTokens } = current()
      const forgotten = tokens.size + sourceTokens.size
      tokens.clear()
      sourceTokens.clear()
      return { forgotten }
    },
    takeEvents: () => {
      const { outbox, nowMs } = current()
      return outbox.take(nowMs())
    },
    nextEventMs: () => earliest(current().outbox.nextMs(), simulation().late.nextMs()),
    runs: () => {
      const { runs, nowMs } = current()
      return [...runs.all()].map((run) => actualRun(run, nowMs()))
    },
    dataSourceRuns: () => {
      const { sourceRuns, nowMs } = current()
      return [...sourceRuns.all()].map((run) => actualDataSourceRun(run, nowMs()))
    },
    calls: () => simulation().log.read(),
    reset: () => {
      const next = created()
      next.world.domains = parseDomains(loaded, clock())
      replace(next)
      return { domains: next.world.domains.size }
    },
    state: () => {
      current()
      return saveState(simulation(), clock())
    },
    setState: (state) => {
      const restored = restoreState(state, clock)
      setClock(restored.clockMs)
      replace(restored.simulation)
      return { clockMs: restored.clockMs }
    },
    clock: () => ({ clockMs: clock() }),
    advanceClock: (given) => {
      const { advanceMs } = parseInput('the clock', clockSchema, given)
      setClock(clock() + advanceMs)
      current()
      return { clockMs: clock() }
    },
  }
}
