import type { RulePlan, TargetInput } from '../template/rules.ts'
import type { BusEvent } from './bus-event.ts'
import { readJsonPath } from './json-path.ts'

/** Returns the text that a target receives: the event, a constant, a part of the event, or a filled-in template. */
export function targetText(
  input: TargetInput,
  event: BusEvent,
  rule: Pick<RulePlan, 'arn' | 'name'>,
  arrivedAt: Date,
): string {
  switch (input.kind) {
    case 'event':
      return JSON.stringify(event)
    case 'constant':
      return input.text
    case 'path':
      return JSON.stringify(readJsonPath(event, input.path) ?? {})
    case 'template':
      return fillTemplate(input.template, variables(input.paths, event, rule, arrivedAt))
    default:
      return input satisfies never
  }
}

function variables(
  paths: Readonly<Record<string, string>>,
  event: BusEvent,
  rule: Pick<RulePlan, 'arn' | 'name'>,
  arrivedAt: Date,
): ReadonlyMap<string, unknown> {
  const { detail: _detail, ...envelope } = event
  return new Map<string, unknown>([
    ['aws.events.rule-arn', rule.arn],
    ['aws.events.rule-name', rule.name],
    ['aws.events.event.ingestion-time', arrivedAt.toISOString()],
    ['aws.events.event', envelope],
    ['aws.events.event.json', event],
    ...Object.entries(paths).map(([name, path]) => [name, readJsonPath(event, path)] as const),
  ])
}

/**
 * Replaces the variables of a template. A variable outside quotes becomes a JSON value, and inside quotes its bare
 * text. A path that the event lacks becomes an empty string. Throws Error for a variable that is not defined.
 */
function fillTemplate(template: string, values: ReadonlyMap<string, unknown>): string {
  let quoted = false
  return template.replace(/\\.|"|<([\w.-]+)>/g, (token, name: string | undefined) => {
    if (token === '"') quoted = !quoted
    if (name === undefined) return token
    if (!values.has(name))
      throw new Error(`The input template uses <${name}>, which InputPathsMap does not define`)
    const value = values.get(name) ?? ''
    return quoted ? bareText(value) : JSON.stringify(value)
  })
}

function bareText(value: unknown): string {
  return typeof value === 'string'
    ? JSON.stringify(value).slice(1, -1)
    : JSON.stringify(value).replaceAll('"', '')
}
