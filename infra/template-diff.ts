interface Template {
  readonly Parameters: Readonly<Record<string, { readonly Default?: string | undefined }>>
  readonly Conditions: Readonly<Record<string, unknown>>
  readonly Resources: Readonly<Record<string, object>>
}

type Values = Readonly<Record<string, string>>

/** Parameters of properties that are whole numbers: CloudFormation converts the text of a parameter. */
const wholeNumbers: ReadonlySet<string> = new Set(['LogRetentionDays', 'ArchiveDays'])

const holds = (
  condition: unknown,
  conditions: Readonly<Record<string, unknown>>,
  values: Values,
): boolean => {
  const [name, operands] = Object.entries(condition as object)[0] ?? []
  const list = operands as readonly unknown[]
  const textOf = (value: unknown): unknown =>
    typeof value === 'object' && value !== null && 'Ref' in value ? values[String(value.Ref)] : value
  switch (name) {
    case 'Fn::Equals':
      return textOf(list[0]) === textOf(list[1])
    case 'Fn::Not':
      return !holds(list[0], conditions, values)
    case 'Fn::Or':
      return list.some((operand) => holds(operand, conditions, values))
    case 'Condition':
      return holds(conditions[String(operands)], conditions, values)
    default:
      throw new Error(`cannot decide ${name}: template-diff.ts knows no such condition function`)
  }
}

const noValue = Symbol('AWS::NoValue')

const referenced = (name: string, values: Values): unknown => {
  if (name === 'AWS::NoValue') return noValue
  const value = values[name]
  if (value === undefined) return { Ref: name }
  return wholeNumbers.has(name) ? Number(value) : value
}

/**
 * Returns the resources that CloudFormation makes with these parameters: conditions are decided, parameters filled in.
 * @throws Error when a condition uses a function that is not known here
 */
export const decideConditions = (template: Template, given: Values): unknown => {
  const defaults = Object.entries(template.Parameters).map(([name, { Default = '' }]) => [name, Default])
  const values: Values = { ...Object.fromEntries(defaults), ...given }
  const isTrue = (name: unknown) => holds({ Condition: name }, template.Conditions, values)

  const decide = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(decide).filter((item) => item !== noValue)
    if (typeof value !== 'object' || value === null) return value
    if ('Ref' in value) return referenced(String(value.Ref), values)
    if ('Fn::Split' in value) {
      const [separator, text] = decide(value['Fn::Split']) as readonly unknown[]
      return typeof text === 'string' ? text.split(String(separator)) : value
    }
    if ('Fn::If' in value) {
      const [name, yes, no] = value['Fn::If'] as readonly unknown[]
      return decide(isTrue(name) ? yes : no)
    }
    const entries = Object.entries(value).map(([key, item]) => [key, decide(item)] as const)
    return Object.fromEntries(entries.filter(([, item]) => item !== noValue))
  }
  const kept = Object.entries(template.Resources).flatMap(([name, resource]) => {
    const { Condition, ...rest } = resource as { Condition?: unknown }
    return Condition === undefined || isTrue(Condition) ? [[name, rest] as const] : []
  })
  return decide(Object.fromEntries(kept))
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Returns a line for each difference: `+ path`, `- path` and `~ path` for added, removed and changed values. */
export const diffLines = (before: unknown, after: unknown, path = ''): readonly string[] => {
  if (JSON.stringify(before) === JSON.stringify(after)) return []
  if (before === undefined) return [`+ ${path}`]
  if (after === undefined) return [`- ${path}`]
  if (!isObject(before) || !isObject(after)) return [`~ ${path}`]
  const keys = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...keys].flatMap((key) =>
    diffLines(before[key], after[key], path === '' ? key : `${path}.${key}`).map((line) =>
      line.replace('.Properties.', '.'),
    ),
  )
}
