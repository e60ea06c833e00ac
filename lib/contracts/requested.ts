import type { GenerationType, Lane } from '../run/run.ts'
import type { Trigger } from '../run/trigger.ts'

interface RequestedCommon {
  readonly requestKey: string
  readonly domainId: string
  readonly lane: Lane
  readonly correlationId?: string
  readonly requestedAtMs?: number
  readonly regenerate: boolean
}

export interface RequestedMetadataRun extends RequestedCommon {
  readonly kind: 'METADATA_GENERATION'
  readonly assetId: string
  /** Absent when a DataZone event names none; GetAsset has it. */
  readonly projectId?: string
  readonly revision?: string
  readonly types?: readonly GenerationType[]
  /** The DataZone event that requests the run. Absent on an explicit request. */
  readonly trigger?: Trigger
}

export interface RequestedSourceRun extends RequestedCommon {
  readonly kind: 'DATA_SOURCE'
  readonly projectId: string
  readonly dataSourceId: string
  readonly triggerKey: string
}

/** A request in one shape, from the queue, the run bus or DataZone. */
export type RequestedRun = RequestedMetadataRun | RequestedSourceRun

/** A cancel request in one shape, for an asset or a data source. */
export interface RequestedCancel {
  readonly requestId: string
  readonly domainId: string
  readonly target:
    | { readonly assetId: string; readonly revision?: string; readonly types?: readonly GenerationType[] }
    | { readonly dataSourceId: string; readonly triggerKey?: string }
  /** No later than the message was sent: a sender cannot mean runs that are not requested yet. */
  readonly requestedAtMs: number
  readonly reason?: string
  /** DataZone withdrew the asset: only what has not started is canceled. */
  readonly onlyWaiting?: true
}
