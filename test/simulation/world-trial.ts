import { partitionOf } from '../../lib/run/identity.ts'
import { type PlantedTable, plantAbsurdCounters, plantAbsurdItems } from './absurd-items.ts'
import { type RefuseWrite, writeRefusals } from './ports/contended-writes.ts'
import type { Weather } from './ports/fates.ts'
import type { CallInfo } from './ports/port-call.ts'
import type { Random } from './ports/random.ts'
import { contendedShare, leasedAsset, parkedAsset, type Trial, trialAssets, trialWeather } from './trials.ts'
import { domainId } from './world-ids.ts'

/** The trial of a world, and the writes that DynamoDB refuses in it and in the storm. */
export interface WorldTrial {
  /** Begins the trial, or ends it. */
  turn(): void
  /** Returns the weather of a call during the trial. Undefined: the trial does not affect the call. */
  weather(call: CallInfo): Weather | undefined
  readonly refuseWrite: RefuseWrite
}

/**
 * Keeps the records of the trial's assets as they are now. Returns what an operator does at the end: restore them, and
 * deploy the guard of a restored table.
 */
const loseWrites = ({ table, hinting, environment, nowMs }: PlantedTable): (() => void) => {
  // A retry would be another run of the same subject, which List cannot distinguish from the first.
  hinting.control.setOutcomes(trialAssets.map((target) => ({ target, outcome: 'succeeded' })))
  const lost = new Set(trialAssets.map((assetId) => partitionOf({ domainId, assetId })))
  const restore = table.snapshot((partition) => lost.has(partition))
  return () => {
    restore()
    environment.guardRestore(nowMs)
  }
}

export const worldTrial = (options: {
  readonly trial: Trial | undefined
  readonly random: Random
  /** The share of writes that are refused now, apart from the trial. */
  readonly refusedShare: () => number
  readonly count: (kind: string) => void
  /** Returns what a trial plants items in, once it begins. */
  readonly planted: () => PlantedTable
}): WorldTrial => {
  const { trial, random, count } = options
  let isOn = false
  /** What an operator does at the end of the trial. */
  let repair = () => {}
  const refused = random.fork('refused writes')
  const plant = (kind: Trial['kind']) => {
    if (kind === 'absurd-counters')
      repair = plantAbsurdCounters(random.fork('absurd counters'), options.planted())
    if (kind === 'restored-table') repair = loseWrites(options.planted())
    if (kind !== 'absurd-items') return
    const planted = options.planted()
    repair = plantAbsurdItems(random.fork('absurd items'), planted)
    // No policy would retry a failed run of a planted record.
    planted.hinting.control.setOutcomes(
      [leasedAsset, parkedAsset].map((target) => ({ target, outcome: 'succeeded' })),
    )
  }
  return {
    turn: () => {
      isOn = !isOn
      if (trial === undefined) return
      if (!isOn) return repair()
      count(`trial ${trial.kind}`)
      plant(trial.kind)
    },
    weather: (call) => (isOn && trial !== undefined ? trialWeather(trial.kind, call) : undefined),
    refuseWrite: () => {
      const share = isOn && trial?.kind === 'contended-writes' ? contendedShare : options.refusedShare()
      if (share === 0 || !refused.chance(share)) return undefined
      count('refused write')
      return refused.pick(writeRefusals)()
    },
  }
}
