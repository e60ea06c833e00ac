import type { Random } from './ports/random.ts'
import { type DrawnCap, drawCaps } from './scenario-caps.ts'

/** What the policy of a seed orders, in the checker's own words, and the file that says so. */
export interface Scenario {
  readonly policyFile: object
  /** Types of a request that names none; each inner list is one run. */
  readonly sets: readonly (readonly string[])[]
  readonly skipped: ReadonlySet<string>
  /** Of one request and one set of types, all in all. */
  readonly attempts: number
  /** Instead of the deployment's half hour. */
  readonly deadlineMs?: number
  /** Starts are not announced. */
  readonly withoutStarted: boolean
  /** 0: no repeat guard. */
  readonly guardMs: number
  /** Runs that others start of the data source are followed. */
  readonly follows: boolean
  readonly caps: readonly DrawnCap[]
  /** Runs past their deadline are cancelled at DataZone before they are given up. */
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

/** Half of the seeds have the policy of a fresh deployment, but for the guard and the retries. */
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
      // The second matches nothing that there is.
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
