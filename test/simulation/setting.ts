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
  /** The chance of the parts that have no source of their own. */
  readonly chance: Random
  readonly profile: Profile
  readonly scenario: Scenario
  readonly program: Program
  readonly times: WorldTimes
  /** Undefined: nothing goes wrong in the calm. */
  readonly trial: Trial | undefined
  readonly time: VirtualTime
  readonly isStorm: () => boolean
  /** Whether the sabotage leaves this part of the system as it is. */
  readonly does: (what: NonNullable<Sabotage['without']>) => boolean
}

/** Returns the trial if it can show anything in this world: a lost run is adopted only where List shows all of its fields. */
const tellingTrial = ({ trial }: Program, { apiGeneration, unreadable }: Profile): Trial | undefined =>
  trial?.kind === 'restored-table' && (apiGeneration === 'older' || unreadable !== undefined)
    ? undefined
    : trial

/** Draws the world of a seed. Undefined: the sabotage changes nothing in it. */
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
    trial: tellingTrial(program, profile),
    isStorm: () => time.now() < times.stormEndsMs,
    does: (what) => sabotage?.without !== what,
  }
}
