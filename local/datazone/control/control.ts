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
