import { type VirtualTime, virtualTime } from './ports/clock.ts'
import { type Random, seededRandom } from './ports/random.ts'
import { type AssumptionName, drawProfile, type Profile } from './profile.ts'
import { type Program, writeProgram } from './program.ts'
import type { Sabotage } from './sabotage/sabotage.ts'
import { drawScenario, type Scenario } from './scenario.ts'
import type { Trial } from './trials.ts'
import { timesOf, type WorldTimes } from './world-times.ts'

/** What every part of a world is built from. */
export interface Setting {
  readonly seed: number
  readonly sabotage: Sabotage | undefined
  readonly random: Random
  /** The source of randomness of the parts that have none of their own. */
  readonly chance: Random
  readonly profile: Profile
  readonly scenario: Scenario
  readonly program: Program
  readonly times: WorldTimes
  /** The trial in the calm. Undefined: there is none. */
  readonly trial: Trial | undefined
  readonly time: VirtualTime
  readonly isStorm: () => boolean
  /** Returns whether the sabotage keeps this check or repair. */
  readonly keeps: (what: NonNullable<Sabotage['without']>) => boolean
}

/** Returns the trial if it can show anything in this world: lost runs are adopted only where List shows all their fields. */
const usefulTrial = ({ trial }: Program, { apiGeneration, unreadable }: Profile): Trial | undefined =>
  trial?.kind === 'restored-table' && (apiGeneration === 'older' || unreadable !== undefined)
    ? undefined
    : trial

/** Draws the setting of a seed. Undefined: the sabotage cannot show in it. */
export const drawSetting = ({
  seed,
  sabotage,
  breaks,
}: {
  readonly seed: number
  readonly sabotage?: Sabotage
  readonly breaks?: AssumptionName
}): Setting | undefined => {
  const random = seededRandom(seed)
  const profile = drawProfile(random.fork('profile'), breaks)
  const scenario = drawScenario(random.fork('scenario'))
  const program = writeProgram(random.fork('program'), scenario)
  if (sabotage?.appliesTo?.({ profile, scenario, program }) === false) return undefined
  const times = timesOf(program)
  const time = virtualTime(program.startMs, random.fork('time'))
  return {
    ...{ seed, sabotage, random, profile, scenario, program, times, time },
    chance: random.fork('chance'),
    trial: usefulTrial(program, profile),
    isStorm: () => time.now() < times.stormEndsMs,
    keeps: (what) => sabotage?.without !== what,
  }
}
