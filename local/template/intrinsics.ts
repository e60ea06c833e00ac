import type { Scope } from './scope.ts'
import type { Json, JsonObject } from './template.ts'

/**
 * Returns a value with its intrinsics resolved, or undefined for `AWS::NoValue`. Throws Error, with the path, for an
 * unknown intrinsic.
 */
export function resolveValue(value: Json, path: string, scope: Scope): Json | undefined {
  if (Array.isArray(value)) {
    return value
      .map((item, index) => resolveValue(item, `${path}.${index}`, scope))
      .filter((item) => item !== undefined)
  }
  if (typeof value !== 'object' || value === null) return value
  const [key, ...others] = Object.keys(value)
  if (key === undefined || others.length > 0 || !isIntrinsic(key)) return resolveObject(value, path, scope)
  return resolveIntrinsic(key, value[key] ?? null, path, scope)
}

/** Returns an object with the intrinsics of its values resolved, without the values that are `AWS::NoValue`. */
export function resolveObject(value: JsonObject, path: string, scope: Scope): JsonObject {
  const entries = Object.entries(value).map(
    ([key, item]) => [key, resolveValue(item, `${path}.${key}`, scope)] as const,
  )
  return Object.fromEntries(
    entries.filter((entry): entry is readonly [string, Json] => entry[1] !== undefined),
  )
}

function isIntrinsic(key: string): boolean {
  return key === 'Ref' || key === 'Condition' || key.startsWith('Fn::')
}

function resolveIntrinsic(name: string, argument: Json, path: string, scope: Scope): Json | undefined {
  switch (name) {
    case 'Ref':
      return argument === 'AWS::NoValue' ? undefined : refer(text(argument, path), path, scope)
    case 'Fn::GetAtt':
      return getAttribute(
        typeof argument === 'string' ? argument.split('.') : texts(argument, path),
        path,
        scope,
      )
    case 'Fn::Sub':
      return substitute(argument, path, scope)
    case 'Fn::Join': {
      const [separator, items] = list(argument, path)
      return texts(resolveValue(items ?? null, path, scope) ?? null, path).join(text(separator ?? null, path))
    }
    case 'Fn::If': {
      const [condition, whenTrue, whenFalse] = list(argument, path)
      const chosen = conditionHolds(text(condition ?? null, path), path, scope) ? whenTrue : whenFalse
      return resolveValue(chosen ?? null, path, scope)
    }
    case 'Condition':
      // Only a string refers to a condition: policy statements have a property of the same name.
      return typeof argument === 'string'
        ? conditionHolds(argument, path, scope)
        : { Condition: resolveValue(argument, `${path}.Condition`, scope) ?? null }
    default:
      throw new Error(`${path}: the local stack does not resolve ${name}`)
  }
}

function refer(name: string, path: string, scope: Scope): Json {
  const value = scope.parameters[name] ?? scope.pseudo[name] ?? scope.physical(name)?.ref
  if (value === undefined) throw new Error(`${path}: the template has no parameter or resource ${name}`)
  return value
}

function getAttribute(parts: readonly string[], path: string, scope: Scope): string {
  const [logicalId = '', ...attribute] = parts
  const value = scope.physical(logicalId)?.attribute(attribute.join('.'))
  if (value === undefined) throw new Error(`${path}: the local stack knows no attribute ${parts.join('.')}`)
  return value
}

function substitute(argument: Json, path: string, scope: Scope): string {
  const [template, variables] = typeof argument === 'string' ? [argument, {}] : list(argument, path)
  const local = resolveObject(isObject(variables) ? variables : {}, path, scope)
  return text(template ?? null, path).replace(/\$\{([^}]*)\}/g, (_, name: string) => {
    if (name.startsWith('!')) return `\${${name.slice(1)}}`
    const value =
      local[name] ??
      (name.includes('.') ? getAttribute(name.split('.'), path, scope) : refer(name, path, scope))
    return text(value, path)
  })
}

/**
 * Returns whether a condition of the template holds. Throws Error, with the path, for an unknown condition or operator.
 */
export function conditionHolds(name: string, path: string, scope: Scope): boolean {
  const condition = scope.conditions[name]
  if (condition === undefined) throw new Error(`${path}: the template has no condition ${name}`)
  return holds(condition, `Conditions.${name}`, scope)
}

function holds(condition: Json, path: string, scope: Scope): boolean {
  const [operator, argument] = isObject(condition) ? (Object.entries(condition)[0] ?? []) : []
  switch (operator) {
    case 'Fn::Equals': {
      const [left, right] = list(argument ?? null, path).map((side) =>
        JSON.stringify(resolveValue(side, path, scope)),
      )
      return left === right
    }
    case 'Fn::Not':
      return !holds(list(argument ?? null, path)[0] ?? null, path, scope)
    case 'Fn::And':
      return list(argument ?? null, path).every((operand) => holds(operand, path, scope))
    case 'Fn::Or':
      return list(argument ?? null, path).some((operand) => holds(operand, path, scope))
    case 'Condition':
      return conditionHolds(text(argument ?? null, path), path, scope)
    default:
      throw new Error(`${path}: the local stack does not resolve ${operator ?? JSON.stringify(condition)}`)
  }
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function text(value: Json, path: string): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return String(value)
  throw new Error(`${path}: expected text, found ${JSON.stringify(value)}`)
}

function list(value: Json, path: string): Json[] {
  if (Array.isArray(value)) return value
  throw new Error(`${path}: expected a list, found ${JSON.stringify(value)}`)
}

function texts(value: Json, path: string): string[] {
  return list(value, path).map((item) => text(item, path))
}
