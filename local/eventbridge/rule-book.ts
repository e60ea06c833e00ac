import type { RulePlan, TargetPlan } from '../template/rules.ts'
import type { JsonObject } from '../template/template.ts'
import { ServiceError } from './aws-json.ts'
import { compilePattern, type EventMatcher } from './event-pattern.ts'

/** A rule of a bus, from the template or from PutRule. */
export interface Rule {
  readonly name: string
  readonly arn: string
  readonly bus: string
  readonly pattern: JsonObject
  readonly state: 'ENABLED' | 'DISABLED'
  readonly description?: string | undefined
  readonly targets: readonly TargetPlan[]
}

/** A rule of the template that a caller has removed. */
export type RemovedRule = Pick<Rule, 'bus' | 'name'>

/** The rules of every bus. */
export interface RuleBook {
  /** Returns the enabled rules of a bus that match an event. */
  matching(bus: string, event: unknown): readonly Rule[]
  /** Returns the rules of a bus by name. Throws ResourceNotFoundException for an unknown bus. */
  of(bus: string): readonly Rule[]
  /** Returns a rule. Throws ResourceNotFoundException for an unknown bus or rule. */
  get(bus: string, name: string): Rule
  has(bus: string, name: string): boolean
  /** Adds a rule, or replaces the rule with its name. Throws Error for a pattern that is not supported. */
  put(rule: Rule): void
  remove(bus: string, name: string): void
  /** Returns the rules that callers have put or changed, on all buses. */
  own(): readonly Rule[]
  /** Returns the bus and name of each rule of the template that callers have removed. */
  removed(): readonly RemovedRule[]
}

/**
 * Creates the rules of a template. `onChange` is called after each later change. Throws Error for a rule of an unknown
 * bus or with a pattern that is not supported.
 */
export function ruleBook(
  planned: readonly RulePlan[],
  buses: ReadonlySet<string>,
  onChange: () => void = () => {},
): RuleBook {
  const own = new Set<string>()
  const rules = new Map<string, { readonly rule: Rule; readonly matches: EventMatcher }>()
  const keyOf = (bus: string, name: string) => `${bus}/${name}`
  const of = (bus: string): readonly Rule[] => {
    requireBus(buses, bus)
    const found = [...rules.values()].map(({ rule }) => rule).filter((rule) => rule.bus === bus)
    return found.toSorted((left, right) => (left.name < right.name ? -1 : 1))
  }
  const put = (rule: Rule, label = 'EventPattern') => {
    rules.set(keyOf(rule.bus, rule.name), { rule, matches: compilePattern(rule.pattern, label) })
  }
  for (const { logicalId, ...rule } of planned) {
    if (!buses.has(rule.bus))
      throw new Error(
        `${logicalId}: there is no event bus ${rule.bus}; the buses are ${[...buses].join(', ')}`,
      )
    put(rule, logicalId)
  }
  return {
    of,
    put: (rule) => {
      put(rule)
      own.add(keyOf(rule.bus, rule.name))
      onChange()
    },
    removed: () =>
      planned.filter(({ bus, name }) => !rules.has(keyOf(bus, name))).map(({ bus, name }) => ({ bus, name })),
    own: () => [...own].flatMap((key) => rules.get(key)?.rule ?? []),
    has: (bus, name) => rules.has(keyOf(bus, name)),
    get: (bus, name) => {
      requireBus(buses, bus)
      const found = rules.get(keyOf(bus, name))
      if (found !== undefined) return found.rule
      throw new ServiceError('ResourceNotFoundException', `Rule ${name} does not exist on EventBus ${bus}.`)
    },
    remove: (bus, name) => {
      rules.delete(keyOf(bus, name))
      own.delete(keyOf(bus, name))
      onChange()
    },
    matching: (bus, event) =>
      [...rules.values()]
        .filter(({ rule, matches }) => rule.bus === bus && rule.state === 'ENABLED' && matches(event))
        .map(({ rule }) => rule),
  }
}

/** Throws ResourceNotFoundException for an unknown bus. */
export function requireBus(buses: ReadonlySet<string>, bus: string): void {
  if (buses.has(bus)) return
  const known = [...buses].join(', ')
  throw new ServiceError(
    'ResourceNotFoundException',
    `Event bus ${bus} does not exist. The buses are ${known}.`,
  )
}
