import type { Fault } from '../../local/datazone/calls/fault-schema.ts'
import type { SentCancel } from './cancels.ts'

export type Refused = 'AccessDeniedException' | 'ServiceQuotaExceededException'

/** What a seed does to the system from outside, and what the checker may expect of it. Times in ms from the start. */
export type Action =
  | {
      readonly kind: 'send'
      readonly body: string
      readonly request?: SentRequest
      readonly cancel?: SentCancel
      /** An asset event whose trigger the policy does not list. */
      readonly isUnlisted?: true
    }
  /** The asset gets a revision: with the same columns, or with one column of a new name. */
  | {
      readonly kind: 'revise'
      readonly domainId: string
      readonly assetId: string
      readonly newColumn?: string
    }
  | { readonly kind: 'service'; readonly errors: boolean }
  /** A user starts a run in the portal, one that no request of the program asks for. */
  | {
      readonly kind: 'portal-start'
      readonly domainId: string
      readonly assetId: string
      /** List shows the run with a time that no reader can make sense of. */
      readonly isUnreadable?: true
    }
  | {
      readonly kind: 'transfer'
      readonly domainId: string
      readonly assetId: string
      readonly durationMs: number
    }
  | {
      readonly kind: 'source-status'
      readonly domainId: string
      readonly dataSourceId: string
      readonly status: 'UPDATING' | 'READY'
    }
  /** DataZone has these faults, in the place of those of the same name. */
  | { readonly kind: 'faults'; readonly name: string; readonly faults: readonly Fault[] }
  /** DataZone refuses every Start, for want of permission GetAsset and perhaps List too, until the next such action. */
  | { readonly kind: 'refuse'; readonly error?: Refused; readonly lists?: boolean }
  | { readonly kind: 'mode'; readonly mode: 'off' | 'plan' | 'run' }
  /** A domain or a project. */
  | { readonly kind: 'switch'; readonly scope: string; readonly paused: boolean }
  | { readonly kind: 'plant-newer'; readonly domainId: string; readonly assetId: string }
  | { readonly kind: 'plant-damaged'; readonly domainId: string; readonly assetId: string }
  | { readonly kind: 'hint'; readonly body: string }
  /** A schedule or a user of the portal starts a run. */
  | {
      readonly kind: 'foreign-run'
      readonly domainId: string
      readonly dataSourceId: string
      readonly type: 'SCHEDULED' | 'PRIORITIZED'
    }
  /** A user accepts an asset's suggestions, which makes a revision. */
  | { readonly kind: 'accept'; readonly domainId: string; readonly assetId: string }
  /** A record past its time, and the table's expiry. */
  | { readonly kind: 'plant-ancient'; readonly domainId: string; readonly assetId: string }
  | { readonly kind: 'expire' }
  /** From now on DataZone allows this rate of Starts. */
  | { readonly kind: 'limit'; readonly startRatePerSecond: number; readonly startBucket: number }
  /** Runs of these assets that start from now on never end. */
  | { readonly kind: 'run-for-ever'; readonly assetIds: readonly string[] }
  /** DataZone no longer knows the runs of these assets. */
  | { readonly kind: 'forget-runs'; readonly assetIds: readonly string[] }
  | { readonly kind: 'redrive' }
  /** The fault of the calm begins or ends. */
  | { readonly kind: 'trial' }

/** A request as its sender knows it. */
export interface SentRequest {
  readonly id: string
  readonly domainId: string
  /** Or its data source. */
  readonly assetId: string
  /** Or its trigger key. */
  readonly revision?: string
  /** Each inner list is one run. */
  readonly sets: readonly (readonly string[])[]
  readonly regenerate: boolean
  /** DataZone's own event. */
  readonly published: boolean
  /** In the lane backfill; else live. */
  readonly backfill?: true
}
