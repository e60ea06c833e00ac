import { z } from 'zod'
import { type JsonObject, jsonSchema } from '../template/template.ts'
import { busNameOf, type EventOrigin, eventsArn } from './arn.ts'
import { parseInput, ServiceError } from './aws-json.ts'
import { compilePattern } from './event-pattern.ts'
import { pageOf } from './page.ts'
import type { Rule, RuleBook } from './rule-book.ts'

const name = z
  .string()
  .regex(/^[\w.-]{1,64}$/, 'must be 1 to 64 letters, digits, dots, hyphens or underscores')
const bus = z.string().optional()
const paging = { Limit: z.int().min(1).max(100).optional(), NextToken: z.string().optional() }
const putRule = z.looseObject({
  Name: name,
  EventBusName: bus,
  EventPattern: z.string().optional(),
  ScheduleExpression: z.string().optional(),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  Description: z.string().max(512).optional(),
})
const ruleName = z.looseObject({ Name: name, EventBusName: bus })
const listRules = z.looseObject({ NamePrefix: z.string().optional(), EventBusName: bus, ...paging })
const testPattern = z.looseObject({ EventPattern: z.string(), Event: z.string() })

/** Returns the operations on rules. */
export function ruleOperations(rules: RuleBook, origin: EventOrigin) {
  return {
    PutRule: (input: unknown) => putRuleOn(rules, origin, parseInput(putRule, input)),
    DeleteRule: (input: unknown) => {
      const { Name, EventBusName } = parseInput(ruleName, input)
      const on = busNameOf(EventBusName)
      if (rules.has(on, Name) && rules.get(on, Name).targets.length > 0)
        throw new ServiceError(
          'ValidationException',
          `Rule ${Name} has targets: remove them with RemoveTargets first.`,
        )
      rules.remove(on, Name)
      return {}
    },
    DescribeRule: (input: unknown) => {
      const { Name, EventBusName } = parseInput(ruleName, input)
      return { ...described(rules.get(busNameOf(EventBusName), Name)), CreatedBy: origin.account }
    },
    EnableRule: (input: unknown) => setState(rules, parseInput(ruleName, input), 'ENABLED'),
    DisableRule: (input: unknown) => setState(rules, parseInput(ruleName, input), 'DISABLED'),
    ListRules: (input: unknown) => {
      const { NamePrefix = '', EventBusName, ...request } = parseInput(listRules, input)
      const found = rules.of(busNameOf(EventBusName)).filter((rule) => rule.name.startsWith(NamePrefix))
      const { page, ...next } = pageOf(found, request)
      return { Rules: page.map(described), ...next }
    },
    TestEventPattern: (input: unknown) => {
      const { EventPattern, Event } = parseInput(testPattern, input)
      return { Result: matcherOf(patternOf(EventPattern))(jsonObjectOf(Event, 'Event')) }
    },
  }
}

function putRuleOn(rules: RuleBook, origin: EventOrigin, input: z.infer<typeof putRule>) {
  if (input.ScheduleExpression !== undefined)
    throw new ServiceError(
      'ValidationException',
      'ScheduleExpression: the local stack does not run scheduled rules; give an EventPattern',
    )
  if (input.EventPattern === undefined)
    throw new ServiceError(
      'ValidationException',
      'EventPattern: is required, for example {"source":["my.app"]}',
    )
  const on = busNameOf(input.EventBusName)
  rules.of(on)
  const pattern = patternOf(input.EventPattern)
  matcherOf(pattern)
  const existing = rules.has(on, input.Name) ? rules.get(on, input.Name) : undefined
  const path = on === 'default' ? input.Name : `${on}/${input.Name}`
  const arn = existing?.arn ?? eventsArn(origin, `rule/${path}`)
  const { Name, State, Description } = input
  const targets = existing?.targets ?? []
  rules.put({ name: Name, arn, bus: on, pattern, state: State, description: Description, targets })
  return { RuleArn: arn }
}

function setState(rules: RuleBook, input: z.infer<typeof ruleName>, state: Rule['state']) {
  rules.put({ ...rules.get(busNameOf(input.EventBusName), input.Name), state })
  return {}
}

function described(rule: Rule) {
  const { name: Name, arn: Arn, bus: EventBusName, state: State, description: Description } = rule
  return { Name, Arn, EventBusName, EventPattern: JSON.stringify(rule.pattern), State, Description }
}

/** Returns the parsed text of a pattern. Throws InvalidEventPatternException when it is not a JSON object. */
export function patternOf(text: string): JsonObject {
  try {
    return z.record(z.string(), jsonSchema).parse(JSON.parse(text))
  } catch {
    throw new ServiceError('InvalidEventPatternException', 'EventPattern: must be the text of a JSON object')
  }
}

function matcherOf(pattern: JsonObject) {
  try {
    return compilePattern(pattern, 'EventPattern')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ServiceError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${reason}`)
  }
}

function jsonObjectOf(text: string, field: string): JsonObject {
  try {
    return z.record(z.string(), jsonSchema).parse(JSON.parse(text))
  } catch {
    throw new ServiceError('ValidationException', `${field}: must be the text of a JSON object`)
  }
}
