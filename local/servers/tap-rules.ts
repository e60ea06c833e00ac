import type { Service, TapHook, TappedRequest } from './tap.ts'

/** What to do at a call, and at which one. */
export interface TapRule {
  readonly service: Service
  readonly match?: (request: TappedRequest) => boolean
  /** Before the server sees the call, or after it has answered and before the caller hears of it. */
  readonly when: 'before' | 'after'
  /** How many calls it happens to; once unless said. */
  readonly times?: number
  /**
   * `crash` ends the execution environment that calls; calls by others do not count. `hang up` loses the connection.
   * A function is awaited and the call goes on: it can hold a call while a race is set up.
   */
  readonly action: 'crash' | 'hang up' | ((request: TappedRequest) => Promise<void>)
}

/** A rule in force. */
export interface TapPoint {
  /** How many calls it has happened to. */
  hits(): number
  /** Settles after the last of them. */
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

/** Starts without rules; `terminate` ends an execution environment and settles when it is gone. */
export function tapRules(terminate: (environmentId: string) => Promise<void>): TapRules {
  const active = new Set<ActiveRule>()

  const claim = (request: TappedRequest, when: TapRule['when']): ActiveRule | undefined => {
    const rule = [...active].find((candidate) => applies(candidate, request, when))
    if (rule === undefined) return undefined
    // Claimed before anything is awaited, so that two calls at once cannot both be the last.
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
