import type { ObserverSettings } from '../../../lib/config.ts'
import type { Records } from '../../../lib/ports/run-store.ts'
import type { Cap } from '../../../lib/run/caps.ts'
import type { EndedRun, Run, RunPolicy } from '../../../lib/run/run.ts'
import type { StarterPorts, StarterSettings } from '../../../lib/usecases/start/start-context.ts'
import type { Random } from '../ports/random.ts'
import type { SimulatedTable } from '../ports/run-store.ts'
import type { SwitchReader } from '../ports/switches.ts'
import type { Profile } from '../profile.ts'
import type { Program } from '../program.ts'
import type { Action } from '../program-action.ts'
import type { Scenario } from '../scenario.ts'

interface SabotageTools {
  readonly table: SimulatedTable
  readonly random: Random
  /** Run ids seen in lists of active runs, or in hints, for the sabotages that trust them. */
  readonly memory: Set<string>
}

/** One defect, made on purpose around the code: the checker is worth what it catches. */
export interface Sabotage {
  readonly name: string
  /** Whether a seed has what the defect needs to show; a seed that has not is passed over. Absent: every seed has. */
  readonly appliesTo?: (drawn: {
    readonly profile: Profile
    readonly scenario: Scenario
    readonly program: Program
  }) => boolean
  readonly ports?: (ports: StarterPorts, tools: SabotageTools) => StarterPorts
  /** The same for the observer alone. */
  readonly observerPorts?: (ports: StarterPorts) => StarterPorts
  readonly settings?: (settings: StarterSettings) => StarterSettings
  readonly observer?: (settings: ObserverSettings) => ObserverSettings
  /** Only what the sweep is given. */
  readonly sweeper?: (ports: StarterPorts) => StarterPorts
  readonly acknowledgesFirst?: true
  /** What the starter is given of a message's body. Undefined: the message is acknowledged unread. */
  readonly message?: (body: string) => string | undefined
  /** What the adapters of the table leave out. */
  readonly without?:
    | 'claim ids'
    | 'write retries'
    | 'checks of the pace'
    | 'checks of breakers'
    | 'checks of records'
    | 'repairs of counts'
    | 'checks of counters'
    | 'repairs of holders'
  /** What starters make of malformed switches. */
  readonly switchReader?: SwitchReader
  /** Hints are taken off the queue and ignored. */
  readonly ignoresHints?: true
}

/** For `shows`: there is a cap that can be full. */
export const hasCaps: NonNullable<Sabotage['appliesTo']> = ({ scenario }) => scenario.caps.length > 0

/** For `shows`: many publishes come at once. */
export const hasBurst: NonNullable<Sabotage['appliesTo']> = ({ program }) => program.bursts.length > 0

/** For `shows`: the program does this. */
export const hasAction =
  (kind: Action['kind']): NonNullable<Sabotage['appliesTo']> =>
  ({ program }) =>
    program.actions.some(({ deed }) => deed.kind === kind)

export async function* filtered(
  pages: AsyncIterable<Records>,
  keep: (run: Run) => boolean,
): AsyncGenerator<Records> {
  for await (const page of pages) yield { ...page, runs: page.runs.filter(keep) }
}

export const withStore = (ports: StarterPorts, change: Partial<StarterPorts['store']>): StarterPorts => ({
  ...ports,
  store: { ...ports.store, ...change },
})
/** Changes what every read of an asset's or data source's records brings. */
export const withReads = (
  ports: StarterPorts,
  change: (records: Records, isOfSource: boolean) => Records,
): StarterPorts =>
  withStore(ports, {
    runsOf: async (target) => change(await ports.store.runsOf(target), 'dataSourceId' in target),
    decidingRunsOf: async (query) => change(await ports.store.decidingRunsOf(query), true),
  })
export const withPace = (ports: StarterPorts, change: Partial<StarterPorts['pace']>): StarterPorts => ({
  ...ports,
  pace: { ...ports.pace, ...change },
})
export const withDataZone = (
  ports: StarterPorts,
  change: Partial<StarterPorts['datazone']>,
): StarterPorts => ({
  ...ports,
  datazone: { ...ports.datazone, ...change },
})

export const lastLine = (run: Run): string => run.history.at(-1)?.what ?? ''

export const withoutCancel = ({ cancel: _, ...run }: EndedRun): EndedRun => run

/** A data source's records without those that are being started. */
export const withoutOpenStarts = (records: Records): Records => ({
  ...records,
  runs: records.runs.filter(
    (run) => run.subject.kind !== 'DATA_SOURCE' || run.state === 'IN_FLIGHT' || run.state === 'ENDED',
  ),
})

/** The settings with every rule that runs something changed. */
export const withOrders = (settings: StarterSettings, change: Partial<RunPolicy>): StarterSettings => ({
  ...settings,
  policy: {
    ...settings.policy,
    rules: settings.policy.rules.map(({ match, verdict }) => ({
      match,
      verdict: verdict.kind === 'run' ? { ...verdict, policy: { ...verdict.policy, ...change } } : verdict,
    })),
  },
})

/** The settings with every cap changed, or gone. */
export const withCaps = (
  settings: StarterSettings,
  change: (cap: Cap) => readonly Cap[],
): StarterSettings => ({
  ...settings,
  policy: { ...settings.policy, caps: settings.policy.caps.flatMap(change) },
})

/** The settings with one order overlooked in every rule. */
export const withoutOrder = (settings: StarterSettings, name: keyof RunPolicy): StarterSettings => ({
  ...settings,
  policy: {
    ...settings.policy,
    rules: settings.policy.rules.map(({ match, verdict }) => {
      if (verdict.kind !== 'run') return { match, verdict }
      const { [name]: _, ...policy } = verdict.policy
      return { match, verdict: { ...verdict, policy } }
    }),
  },
})
