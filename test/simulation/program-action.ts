import type { Fault } from '../../local/datazone/calls/fault-schema.ts'
import type { SentCancel } from './cancels.ts'

export type Refused = 'AccessDeniedException' | 'ServiceQuotaExceededException'

/** What a program does to the system from outside, and what the checker may expect of it. */
export type Action =
  | {
      readonly kind: 'send'
      readonly body: string
      readonly request?: SentRequest
      readonly cancel?: SentCancel
      /** An asset event whose trigger the policy does not list. */
      readonly isUnlisted?: true
    }
  /** An asset gets a new revision: with the same columns, or with one column of a new name. */
  | {
      readonly kind: 'revise'
      readonly domainId: string
      readonly assetId: string
      readonly newColumn?: string
    }
  /** Service errors begin or end. */
  | { readonly kind: 'service'; readonly errors: boolean }
  /** A user starts a run in the portal, of types that no request of the program asks for together. */
  | {
      readonly kind: 'portal-start'
      readonly domainId: string
      readonly assetId: string
      /** List shows the run with an unreadable time. */
      readonly isUnreadable?: true
    }
  /** An asset changes its owner: it goes to the second project. */
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
  /** DataZone has these faults, in place of earlier ones of the same name. */
  | { readonly kind: 'faults'; readonly name: string; readonly faults: readonly Fault[] }
  /** Until the next such action DataZone refuses every Start; for a missing permission, also GetAsset and perhaps List. */
  | { readonly kind: 'refuse'; readonly error?: Refused; readonly lists?: boolean }
  | { readonly kind: 'mode'; readonly mode: 'off' | 'plan' | 'run' }
  /** A domain or a project is paused or resumed. */
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
  /** Plants a record past its TTL. */
  | { readonly kind: 'plant-ancient'; readonly domainId: string; readonly assetId: string }
  /** The table deletes what is past its TTL. */
  | { readonly kind: 'expire' }
  /** From now on DataZone allows this rate of Starts. */
  | { readonly kind: 'limit'; readonly startRatePerSecond: number; readonly startBucket: number }
  /** Runs of these assets that start from now on never end. */
  | { readonly kind: 'run-forever'; readonly assetIds: readonly string[] }
  /** DataZone no longer knows the runs of these assets. */
  | { readonly kind: 'forget-runs'; readonly assetIds: readonly string[] }
  /** An operator redrives the dead letters. */
  | { readonly kind: 'redrive' }
  /** The trial begins or ends. */
  | { readonly kind: 'trial' }

/** A request as its sender knows it. */
export interface SentRequest {
  readonly id: string
  readonly domainId: string
  /** The id of the asset or of the data source. */
  readonly assetId: string
  /** The revision, or the trigger key. */
  readonly revision?: string
  /** Each inner list is one run. */
  readonly sets: readonly (readonly string[])[]
  readonly regenerate: boolean
  /** Whether it is a publish event of DataZone, not a request of ours. */
  readonly published: boolean
  /** In the backfill lane. Absent: live. */
  readonly backfill?: true
}
