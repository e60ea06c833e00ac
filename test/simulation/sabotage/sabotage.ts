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
  /** What a sabotage remembers from call to call, such as the run ids that it has seen. */
  readonly memory: Set<string>
}

/** A known defect, made on purpose around the code, to show that the checker catches it. */
export interface Sabotage {
  readonly name: string
  /** Returns whether the defect can show in a seed; other seeds are passed over. Absent: it can in every seed. */
  readonly appliesTo?: (drawn: {
    readonly profile: Profile
    readonly scenario: Scenario
    readonly program: Program
  }) => boolean
  /** Changes the ports of every function. */
  readonly ports?: (ports: StarterPorts, tools: SabotageTools) => StarterPorts
  /** Changes the ports of the observer only. */
  readonly observerPorts?: (ports: StarterPorts) => StarterPorts
  readonly settings?: (settings: StarterSettings) => StarterSettings
  readonly observer?: (settings: ObserverSettings) => ObserverSettings
  /** Changes the ports of the sweep only. */
  readonly sweeper?: (ports: StarterPorts) => StarterPorts
  readonly acknowledgesFirst?: true
  /** Returns the body that the starter receives instead. Undefined: the message is acknowledged unread. */
  readonly message?: (body: string) => string | undefined
  /** What the simulated table leaves out. */
  readonly without?:
    | 'claim ids'
    | 'write retries'
    | 'checks of the pace'
    | 'checks of breakers'
    | 'checks of records'
    | 'repairs of counts'
    | 'checks of counters'
    | 'repairs of holders'
  /** How starters read malformed switches. */
  readonly switchReader?: SwitchReader
  /** Hints are taken off the queue and ignored. */
  readonly ignoresHints?: true
}

/** For `appliesTo`: the policy has caps. */
export const hasCaps: NonNullable<Sabotage['appliesTo']> = ({ scenario }) => scenario.caps.length > 0

/** For `appliesTo`: the program has bursts of publishes. */
export const hasBurst: NonNullable<Sabotage['appliesTo']> = ({ program }) => program.bursts.length > 0

/** For `appliesTo`: the program has an action of this kind. */
export const hasAction =
  (kind: Action['kind']): NonNullable<Sabotage['appliesTo']> =>
  ({ program }) =>
    program.actions.some(({ action }) => action.kind === kind)

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
/** Changes what every read of the records of an asset or data source returns. */
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

/** Returns the records without those of data sources that are being started. */
export const withoutOpenStarts = (records: Records): Records => ({
  ...records,
  runs: records.runs.filter(
    (run) => run.subject.kind !== 'DATA_SOURCE' || run.state === 'IN_FLIGHT' || run.state === 'ENDED',
  ),
})

/** Returns the settings with changed orders in every rule that runs something. */
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

/** Returns the settings with every cap changed or removed. */
export const withCaps = (
  settings: StarterSettings,
  change: (cap: Cap) => readonly Cap[],
): StarterSettings => ({
  ...settings,
  policy: { ...settings.policy, caps: settings.policy.caps.flatMap(change) },
})

/** Returns the settings without one order in every rule. */
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
