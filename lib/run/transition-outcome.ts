import type { Fact } from './facts.ts'
import { withHistory } from './history.ts'
import type { Run } from './run.ts'

/**
 * `changed`: write `run`. `noted`: the state stays and the history grows; write `run`. `unchanged`: write nothing.
 * `impossible`: the fact does not apply to the state; `why` says so.
 */
export type Transition<Next extends Run = Run> =
  | { readonly outcome: 'changed'; readonly run: Next }
  | { readonly outcome: 'noted'; readonly run: Run }
  | { readonly outcome: 'unchanged' }
  | { readonly outcome: 'impossible'; readonly why: string }

export const unchanged = { outcome: 'unchanged' } as const

export const changed = <Next extends Run>(run: Next) => ({ outcome: 'changed', run }) as const

export const impossible = (run: Run, fact: Fact) =>
  ({ outcome: 'impossible', why: `${fact.kind} does not apply to a run that is ${run.state}` }) as const

/** The history gains `what`, unless it holds it already. */
export const noted = (run: Run, nowMs: number, what: string): Transition<never> =>
  run.history.some((entry) => entry.what === what)
    ? unchanged
    : { outcome: 'noted', run: { ...run, history: withHistory(run, nowMs, what) } }
