import type { Settings } from '../input/settings.ts'
import { type BucketLevel, createTokenBucket } from './token-bucket.ts'

/** The rate quotas of the account, one token bucket per operation. */
export type RateQuotas = {
  /** Takes a token and returns whether the call is within the rate of its operation. */
  take: (operation: string, nowMs: number) => boolean
  /** Applies the rates of these settings from now on. */
  adjust: (settings: Settings, nowMs: number) => void
  /** Returns the level of each operation's bucket. */
  levels: () => Record<string, BucketLevel>
  setLevels: (levels: Readonly<Record<string, BucketLevel>>) => void
}

type Rate = Readonly<{ size: number; perSecond: number }>

/** Returns the rates of the operations for which DataZone's quotas page lists one; the others have none here. */
const ratesOf = (settings: Settings): Readonly<Record<string, Rate>> => {
  const steady = (perSecond: number): Rate => ({ size: perSecond, perSecond })
  return {
    StartMetadataGenerationRun: { size: settings.startBucket, perSecond: settings.startRatePerSecond },
    StartDataSourceRun: steady(settings.dataSourceStartRatePerSecond),
    CancelMetadataGenerationRun: steady(settings.cancelRatePerSecond),
    AcceptPredictions: steady(settings.predictionRatePerSecond),
    RejectPredictions: steady(settings.predictionRatePerSecond),
    CreateListingChangeSet: steady(settings.changeSetRatePerSecond),
    Search: steady(settings.searchRatePerSecond),
    SearchListings: steady(settings.searchListingsRatePerSecond),
  }
}

/** Creates a full bucket for each operation that has a rate. */
export const createRateQuotas = (settings: Settings): RateQuotas => {
  const buckets = new Map(
    Object.entries(ratesOf(settings)).map(([operation, { size, perSecond }]) => [
      operation,
      createTokenBucket(size, perSecond),
    ]),
  )
  return {
    take: (operation, nowMs) => buckets.get(operation)?.take(nowMs) ?? true,
    adjust: (changed, nowMs) => {
      for (const [operation, { size, perSecond }] of Object.entries(ratesOf(changed)))
        buckets.get(operation)?.adjust(size, perSecond, nowMs)
    },
    levels: () => Object.fromEntries([...buckets].map(([operation, bucket]) => [operation, bucket.level()])),
    setLevels: (levels) => {
      for (const [operation, level] of Object.entries(levels)) buckets.get(operation)?.setLevel(level)
    },
  }
}
