import type { Settings } from '../input/settings.ts'
import { type BucketLevel, createTokenBucket } from './token-bucket.ts'

/** The rates of the account: whether a call is within the rate of its operation. */
export type RateQuotas = {
  take: (operation: string, nowMs: number) => boolean
  /** Takes the rates of these settings from now on. */
  adjust: (settings: Settings, nowMs: number) => void
  /** How much of its rate each operation has left. */
  levels: () => Record<string, BucketLevel>
  setLevels: (levels: Readonly<Record<string, BucketLevel>>) => void
}

type Rate = Readonly<{ size: number; perSecond: number }>

/** The operations whose rates are documented, each its own; the others have no rate here. */
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

/** Full buckets for the operations that have a rate. */
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
