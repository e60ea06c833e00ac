import { z } from 'zod'
import type { Calls } from '../calls/call-log.ts'
import type { Fault, FaultStatus } from '../calls/fault-schema.ts'
import type { Catalogue, NewRevision } from '../input/catalogue.ts'
import type { Settings, SettingsInput } from '../input/settings.ts'
import { strictObject } from '../input/strict-object.ts'
import type { DataSourceRun } from '../world/data-source-run.ts'
import type { OwnershipTransfer, Revision } from '../world/domains.ts'
import type { MetadataRun } from '../world/metadata-run.ts'
import type { DueEvent } from '../world/outbox.ts'
import type { PlannedOutcome } from '../world/run-outcome.ts'
import type { AcceptanceInput } from './accept-suggestions.ts'
import type { PublicationInput } from './publish-asset.ts'
import type { AssetEventInput } from './send-asset-event.ts'
import type { DataSourceStatusInput } from './set-data-source-status.ts'
import type { ScheduledRunInput } from './start-scheduled-run.ts'
import type { SavedState } from './state-schema.ts'
import type { TransferInput } from './transfer-asset.ts'

/** The true state of a metadata run, which Get and List may not show. Times are epoch milliseconds. */
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

/** The true state of a data source run. Times are epoch milliseconds. */
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

/** Sets up the simulator for a test or the local stack, and shows its true state. */
export type Control = {
  /**
   * Replaces the catalogue; runs stay. Throws ControlError, which names each wrong field, and then changes nothing.
   */
  loadCatalogue: (catalogue: Catalogue) => { domains: number; assets: number }
  /** Adds a revision to an asset. Throws ControlError for an unknown asset or a revision that it already has. */
  addRevision: (revision: NewRevision) => Revision
  /** Replaces the faults that are set. Throws ControlError, which names each wrong field. */
  setFaults: (faults: readonly Fault[]) => { faults: number }
  /** Returns the faults that are set, and how many calls each has hit. */
  faults: () => FaultStatus[]
  /**
   * Replaces the planned outcomes: how the runs of some assets and data sources end that start from now on. Throws
   * ControlError, which names each wrong field.
   */
  setOutcomes: (outcomes: readonly PlannedOutcome[]) => { outcomes: number }
  /** Returns the planned outcomes. */
  outcomes: () => readonly PlannedOutcome[]
  settings: () => Settings
  /**
   * Changes some settings from now on; active runs keep their plans. Throws ControlError, which names each wrong field,
   * and then changes nothing.
   */
  changeSettings: (changes: SettingsInput) => Settings
  /** Accepts an asset's suggestions, as a user of the portal does: adds a revision and sends an event. */
  acceptSuggestions: (asset: AcceptanceInput) => { revision: string }
  /** Publishes an asset, as a user of the portal does, and sends an event. */
  publishAsset: (asset: PublicationInput) => { listingId: string; version: string }
  /** Unpublishes an asset and sends an event. Throws ControlError unless it is published. */
  unpublishAsset: (asset: PublicationInput) => { listingId: string; version: string }
  /** Sends an event about an asset, and changes nothing else. */
  sendAssetEvent: (event: AssetEventInput) => { detailType: string }
  /**
   * Begins to transfer an asset to another project. Calls that change the asset conflict until the transfer has ended.
   */
  transferAsset: (transfer: TransferInput) => OwnershipTransfer
  /** Sets the status of a data source. Only a READY data source can be run. */
  setDataSourceStatus: (status: DataSourceStatusInput) => { status: string }
  /**
   * Starts a run of a data source, as its schedule does. Throws ControlError for an unknown data source, and when one of
   * its runs is active or the daily quota is used up.
   */
  startScheduledRun: (source: ScheduledRunInput) => ActualDataSourceRun
  /**
   * Deletes a run of either kind: calls no longer find it, and no event follows. Throws ControlError for an unknown
   * run.
   */
  deleteRun: (run: { domainId: string; runId: string }) => { deleted: string }
  /** Forgets every clientToken, and returns how many there were. */
  forgetTokens: () => { forgotten: number }
  /** Removes and returns the events of `aws.datazone` that have reached the bus by now, oldest first. */
  takeEvents: () => DueEvent[]
  /** Returns when the next event can be taken at the earliest, in epoch milliseconds; undefined when none is pending. */
  nextEventMs: () => number | undefined
  /** Returns every metadata run, deleted runs included, in the order of their Starts. */
  runs: () => ActualRun[]
  /** Returns every data source run, deleted runs included, in the order of their Starts. */
  dataSourceRuns: () => ActualDataSourceRun[]
  /** Returns the calls that were made. */
  calls: () => Calls
  /**
   * Forgets runs, tokens, faults, outcomes, events and calls, restores the settings of the start, and loads the last
   * catalogue again. The clock keeps its time.
   */
  reset: () => { domains: number }
  /** Returns everything that the simulator remembers, as JSON. */
  state: () => SavedState
  /** Restores a saved state, with its clock and seed. Throws ControlError, which names each wrong field. */
  setState: (state: SavedState) => { clockMs: number }
  /** Returns the time of the simulator's clock, in epoch milliseconds. */
  clock: () => { clockMs: number }
  /** Moves the clock forward; everything that is due by then happens. Delays of slow answers pass in real time. */
  advanceClock: (move: ClockInput) => { clockMs: number }
}

/** How many milliseconds the clock moves forward. */
export const clockSchema = strictObject({ advanceMs: z.number().min(0).max(1e12) })
type ClockInput = z.input<typeof clockSchema>
