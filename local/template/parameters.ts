import type { Json, ParameterDeclaration } from './template.ts'

/**
 * Returns the given or default value of every declared parameter. Throws Error where CloudFormation would refuse a
 * value.
 */
export function parameterValues(
  declared: Readonly<Record<string, ParameterDeclaration>>,
  given: Readonly<Record<string, string>>,
): Record<string, Json> {
  const unknown = Object.keys(given).filter((name) => declared[name] === undefined)
  if (unknown.length > 0) {
    const known = Object.keys(declared).join(', ')
    throw new Error(`Parameters: the template has no parameter ${unknown.join(', ')}; it has ${known}`)
  }
  return Object.fromEntries(
    Object.entries(declared).map(([name, declaration]) => [
      name,
      parameterValue(name, declaration, given[name]),
    ]),
  )
}

function parameterValue(name: string, declaration: ParameterDeclaration, given: string | undefined): Json {
  const path = `Parameters.${name}`
  const value = given ?? declaration.Default
  if (value === undefined) throw new Error(`${path}: a value is required, because there is no default`)
  const refusal = refusalOf(declaration, value)
  if (refusal !== undefined) {
    const { ConstraintDescription: constraint } = declaration
    const fix = constraint === undefined ? '' : `; it ${constraint}`
    throw new Error(`${path}: ${JSON.stringify(value)} ${refusal}${fix}`)
  }
  return declaration.Type === 'CommaDelimitedList' ? value.split(',').map((item) => item.trim()) : value
}

function refusalOf(declaration: ParameterDeclaration, value: string): string | undefined {
  const { Type, AllowedValues, AllowedPattern, MinLength, MaxLength, MinValue, MaxValue } = declaration
  if (AllowedValues !== undefined && !AllowedValues.includes(value))
    return `is not one of ${AllowedValues.join(', ')}`
  if (AllowedPattern !== undefined && !new RegExp(`^(?:${AllowedPattern})$`).test(value)) {
    return `does not match ${AllowedPattern}`
  }
  if (MinLength !== undefined && value.length < MinLength) return `is shorter than ${MinLength}`
  if (MaxLength !== undefined && value.length > MaxLength) return `is longer than ${MaxLength}`
  if (Type !== 'Number') return undefined
  if (value.trim() === '' || Number.isNaN(Number(value))) return 'is not a number'
  if (MinValue !== undefined && Number(value) < MinValue) return `is less than ${MinValue}`
  if (MaxValue !== undefined && Number(value) > MaxValue) return `is more than ${MaxValue}`
  return undefined
}
