/** Returns whether an event matches. */
export type EventMatcher = (event: unknown) => boolean

/** Returns whether a value of a field matches; undefined stands for a field that the event lacks. */
type LeafMatcher = (value: unknown) => boolean

/**
 * Compiles an EventBridge pattern: exact values, prefix, suffix, anything-but, equals-ignore-case, wildcard, numeric,
 * exists, nested objects, arrays in events, and `$or`. Throws an Error that names the path for any other pattern.
 */
export function compilePattern(pattern: unknown, path = 'pattern'): EventMatcher {
  if (!isRecord(pattern) || Object.keys(pattern).length === 0)
    throw new Error(`${path}: expected an object with fields`)
  const fields = Object.entries(pattern).map(([key, value]) => compileField(key, value, `${path}.${key}`))
  return (event) => fields.every((matches) => matches(event))
}

function compileField(key: string, value: unknown, path: string): EventMatcher {
  if (key === '$or') {
    if (!Array.isArray(value)) throw new Error(`${path}: expected a list of patterns`)
    const alternatives = value.map((item, index) => compilePattern(item, `${path}.${index}`))
    return (event) => alternatives.some((matches) => matches(event))
  }
  if (Array.isArray(value)) {
    if (value.length === 0) throw new Error(`${path}: expected at least one value`)
    const leaves = value.map((item, index) => compileLeaf(item, `${path}.${index}`))
    return (event) => leafValues(fieldOf(event, key)).some((leaf) => leaves.some((matches) => matches(leaf)))
  }
  const nested = compilePattern(value, path)
  return (event) => nestedValues(fieldOf(event, key)).some(nested)
}

function compileLeaf(item: unknown, path: string): LeafMatcher {
  if (!isRecord(item)) return (value) => value === item
  const [[operator = '', operand] = [], ...others] = Object.entries(item)
  if (others.length > 0) throw new Error(`${path}: must have one operator, not ${others.length + 1}`)
  switch (operator) {
    case 'exists':
      if (typeof operand !== 'boolean') throw new Error(`${path}: exists needs true or false`)
      return operand === true ? (value) => value !== undefined : (value) => value === undefined
    case 'numeric':
      return compileNumeric(operand, path)
    case 'anything-but': {
      const excluded = isRecord(operand) ? compileTexts(operand, path) : anyOf(operand)
      return (value) => value !== undefined && !excluded(value)
    }
    default:
      return compileTexts(item, path)
  }
}

/** Compiles an operator on text, whose operand may be a list inside anything-but. */
function compileTexts(item: Record<string, unknown>, path: string): LeafMatcher {
  const [[operator = '', operand] = []] = Object.entries(item)
  const matchers = [operand].flat().map((one) => compileText(operator, one, path))
  return (value) => typeof value === 'string' && matchers.some((matches) => matches(value))
}

function compileText(operator: string, operand: unknown, path: string): (value: string) => boolean {
  if (
    isRecord(operand) &&
    typeof operand['equals-ignore-case'] === 'string' &&
    /^(prefix|suffix)$/.test(operator)
  ) {
    const matches = compileText(operator, operand['equals-ignore-case'].toLowerCase(), path)
    return (value) => matches(value.toLowerCase())
  }
  if (typeof operand !== 'string') throw new Error(`${path}: ${operator} needs a text`)
  switch (operator) {
    case 'prefix':
      return (value) => value.startsWith(operand)
    case 'suffix':
      return (value) => value.endsWith(operand)
    case 'equals-ignore-case':
      return (value) => value.toLowerCase() === operand.toLowerCase()
    case 'wildcard': {
      const expression = new RegExp(`^${operand.split('*').map(literally).join('[^]*')}$`)
      return (value) => expression.test(value)
    }
    default:
      throw new Error(`${path}: ${operator} is not supported by the local stack`)
  }
}

function literally(text: string): string {
  return text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&')
}

const comparisons: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
}

function compileNumeric(operand: unknown, path: string): LeafMatcher {
  const parts: unknown[] = Array.isArray(operand) ? operand : []
  const bounds = parts.flatMap((operator, index) =>
    index % 2 === 0 ? [[String(operator), parts[index + 1]] as const] : [],
  )
  const checks = bounds.map(([operator, bound]) => {
    const compare = comparisons[operator]
    if (compare === undefined || typeof bound !== 'number')
      throw new Error(`${path}: ${operator} ${bound} is not a comparison such as ">", 0`)
    return (value: number) => compare(value, bound)
  })
  if (checks.length === 0) throw new Error(`${path}: numeric needs a list such as [">", 0, "<=", 5]`)
  return (value) => typeof value === 'number' && checks.every((holds) => holds(value))
}

function anyOf(operand: unknown): LeafMatcher {
  const excluded: unknown[] = [operand].flat()
  return (value) => excluded.includes(value)
}

/** Returns the values to match: the items of a list, or the value itself. An object counts as absent. */
function leafValues(value: unknown): unknown[] {
  const values: unknown[] = Array.isArray(value) ? value : [value]
  return values.map((one) => (isRecord(one) ? undefined : one))
}

function nestedValues(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value]
}

function fieldOf(event: unknown, key: string): unknown {
  return isRecord(event) && Object.hasOwn(event, key) ? event[key] : undefined
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
