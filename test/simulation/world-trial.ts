import { partitionOf } from '../../lib/run/identity.ts'
import { type PlantedTable, plantAbsurdCounters, plantAbsurdItems } from './absurd-items.ts'
import { type RefuseWrite, writeRefusals } from './ports/contended-writes.ts'
import type { Weather } from './ports/fates.ts'
import type { CallInfo } from './ports/port-call.ts'
import type { Random } from './ports/random.ts'
import { contendedShare, leasedAsset, parkedAsset, type Trial, trialAssets, trialWeather } from './trials.ts'

/** The fault of a world's calm while it lasts, and the writes that DynamoDB refuses in its storm. */
export interface WorldTrial {
  /** Begins the trial, or ends it. */
  turn(): void
  /** The weather that the trial makes for a call, if it does. */
  weather(call: CallInfo): Weather | undefined
  readonly refuseWrite: RefuseWrite
}

/**
 * Keeps what the table holds of the assets that are published now. Returns what an operator does at the end: restores it, and
 * deploys the guard.
 */
const loseWrites = ({ table, hinting, environment, nowMs }: PlantedTable): (() => void) => {
  // A retry would be another run of the same subject, which List does not tell from the first.
  hinting.control.setOutcomes(trialAssets.map((target) => ({ target, outcome: 'succeeded' })))
  const lost = new Set(trialAssets.map((assetId) => partitionOf({ domainId, assetId })))
  const restore = table.snapshot((partition) => lost.has(partition))
  return () => {
    restore()
    environment.guardRestore(nowMs)
  }
}

const domainId = 'dzd_simulated1'

export const worldTrial = (options: {
  readonly trial: Trial | undefined
  readonly random: Random
  /** The share of writes that are refused now, but for the trial. */
  readonly refusedShare: () => number
  readonly count: (kind: string) => void
  /** What a trial of absurd items is planted in, once it begins. */
  readonly planted: () => PlantedTable
}): WorldTrial => {
  const { trial, random, count } = options
  let isOn = false
  /** What an operator does about planted items at the end. */
  let repair = () => {}
  const refused = random.fork('refused writes')
  const plant = (kind: Trial['kind']) => {
    if (kind === 'absurd-counters')
      repair = plantAbsurdCounters(random.fork('absurd counters'), options.planted())
    if (kind === 'restored-table') repair = loseWrites(options.planted())
    if (kind !== 'absurd-items') return
    const planted = options.planted()
    repair = plantAbsurdItems(random.fork('absurd items'), planted)
    // Planted records have no policy that would retry them.
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
