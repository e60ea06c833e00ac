import type { Random } from './ports/random.ts'
import { type DrawnCap, drawCaps } from './scenario-caps.ts'

/** The policy file of a seed, and what it orders in the checker's own terms. */
export interface Scenario {
  readonly policyFile: object
  /** The types of a request that names none. Each inner list is one run. */
  readonly sets: readonly (readonly string[])[]
  /** The assets that the policy skips. */
  readonly skipped: ReadonlySet<string>
  /** How many attempts one request may make of one set of types. */
  readonly attempts: number
  /** The policy's deadline for metadata runs. Absent: the deployment's, half an hour. */
  readonly deadlineMs?: number
  /** Whether the policy turns Started events off. */
  readonly withoutStarted: boolean
  /** How long the repeat guard applies. 0: there is none. */
  readonly guardMs: number
  /** Whether foreign runs of the data source are followed. */
  readonly follows: boolean
  readonly caps: readonly DrawnCap[]
  /** Whether runs past their deadline are canceled at DataZone before they time out. */
  readonly cancelsAtDeadline: boolean
}

const [descriptions, names, glossary] = [
  'BUSINESS_DESCRIPTIONS',
  'BUSINESS_NAMES',
  'BUSINESS_GLOSSARY_ASSOCIATIONS',
]
const choices = [
  { types: undefined, sets: [[descriptions]] },
  { types: [names, descriptions], sets: [[descriptions, names]] },
  { types: [glossary, names, descriptions], sets: [[descriptions, names], [glossary]] },
]

const dayMs = 24 * 3_600_000

/** Draws a scenario. At least half of the seeds have the types of a fresh deployment. */
export const drawScenario = (random: Random): Scenario => {
  const { types, sets } = random.chance(0.5)
    ? { types: undefined, sets: [[descriptions]] }
    : random.pick(choices)
  const skipsByName = random.chance(0.2)
  const skipsByType = random.chance(0.2)
  const attempts = random.chance(0.5) ? random.whole(2, 3) : 1
  const drawn = random.fork('deadline and started')
  const deadlineMinutes = drawn.chance(0.4) ? drawn.whole(5, 20) : undefined
  const withoutStarted = drawn.chance(0.3)
  const guardDays = random.pick([0, 1, 30])
  const follows = random.fork('follows').chance(0.5)
  const caps = drawCaps(random.fork('caps'))
  const cancelsAtDeadline = random.fork('deadline').chance(0.5)
  const run = {
    ...(cancelsAtDeadline ? { cancelAtDeadline: true } : {}),
    ...(types === undefined ? {} : { types }),
    ...(attempts === 1 ? {} : { retry: { attempts, delayMinutes: random.whole(1, 10) } }),
    ...(deadlineMinutes === undefined ? {} : { deadlineMinutes }),
    ...(withoutStarted ? { announceStarted: false } : {}),
    repeatGuardDays: guardDays,
  }
  return {
    policyFile: {
      version: 1,
      rules: [
        ...(skipsByName ? [{ match: { name: '*set2' }, skip: 'by its name' }] : []),
        ...(skipsByType ? [{ match: { assetType: 'custom.*' }, skip: 'by its type' }] : []),
        { match: {}, run },
      ],
      // Those of the second list match no data source here.
      ...(follows
        ? { followDataSourceRuns: [{ dataSource: 'source*' }] }
        : { followDataSourceRuns: [{ domain: 'dzd_elsewhere' }, { project: 'project2', dataSource: '*' }] }),
      ...(caps.length === 0 ? {} : { caps }),
    },
    sets,
    skipped: new Set([...(skipsByName ? ['asset2'] : []), ...(skipsByType ? ['unsupported'] : [])]),
    attempts,
    ...(deadlineMinutes === undefined ? {} : { deadlineMs: deadlineMinutes * 60_000 }),
    withoutStarted,
    guardMs: guardDays * dayMs,
    follows,
    caps,
    cancelsAtDeadline,
  }
}
