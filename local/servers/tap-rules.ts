import type { Service, TapHook, TappedRequest } from './tap.ts'

/** What to do with which calls. */
export interface TapRule {
  readonly service: Service
  readonly match?: (request: TappedRequest) => boolean
  /** `before` the server gets the call, or `after` its answer and before the caller gets it. */
  readonly when: 'before' | 'after'
  /** The number of calls on which the rule acts. Default: 1. */
  readonly times?: number
  /**
   * `crash` kills the execution environment that calls, and ignores calls of other clients. `hang up` closes the
   * connection. A function is awaited before the call continues, so that a test can hold a call to set up a race.
   */
  readonly action: 'crash' | 'hang up' | ((request: TappedRequest) => Promise<void>)
}

export interface TapPoint {
  /** Returns the number of calls on which the rule has acted. */
  hits(): number
  /** Resolves after the last call on which the rule acts. */
  readonly done: Promise<void>
  remove(): void
}

/** The rules of every tap of a stack. */
export interface TapRules {
  readonly hook: TapHook
  add(rule: TapRule): TapPoint
}

interface ActiveRule extends TapRule {
  left: number
  hits: number
  readonly finish: () => void
}

/** Creates an empty set of rules. `terminate` kills an execution environment and waits until it has exited. */
export function tapRules(terminate: (environmentId: string) => Promise<void>): TapRules {
  const active = new Set<ActiveRule>()

  const claim = (request: TappedRequest, when: TapRule['when']): ActiveRule | undefined => {
    const rule = [...active].find((candidate) => applies(candidate, request, when))
    if (rule === undefined) return undefined
    // Counted before the first await, so that two concurrent calls cannot both be the last call.
    rule.left -= 1
    if (rule.left === 0) active.delete(rule)
    return rule
  }
  return {
    hook: async (request, when) => {
      const rule = claim(request, when)
      if (rule === undefined) return 'pass'
      if (rule.action === 'crash' && request.environmentId !== undefined)
        await terminate(request.environmentId)
      if (typeof rule.action === 'function') await rule.action(request)
      rule.hits += 1
      if (rule.hits === (rule.times ?? 1)) rule.finish()
      return typeof rule.action === 'function' ? 'pass' : 'hang up'
    },
    add: (rule) => {
      const { promise: done, resolve: finish } = Promise.withResolvers<void>()
      const entry: ActiveRule = { ...rule, left: rule.times ?? 1, hits: 0, finish }
      active.add(entry)
      return { hits: () => entry.hits, done, remove: () => void active.delete(entry) }
    },
  }
}

function applies(rule: TapRule, request: TappedRequest, when: TapRule['when']): boolean {
  if (rule.service !== request.service || rule.when !== when) return false
  if (rule.action === 'crash' && request.environmentId === undefined) return false
  return rule.match?.(request) ?? true
}
