import * as z from 'zod/mini'
import { nearestName } from './nearest-name.ts'

type RawIssue = Parameters<z.core.$ZodErrorMap>[0]

const listed = (values: readonly unknown[]): string => values.map((value) => JSON.stringify(value)).join(', ')

/** A type with its article: `a string`, `an object`, `a whole number`. */
const withArticle = (expected: string): string => {
  if (expected === 'int') return 'a whole number'
  return /^[aeiou]/.test(expected) ? `an ${expected}` : `a ${expected}`
}

/** A limit of a number, or of the length of a text or list. */
const bounded = (most: boolean, limit: number | bigint, origin: string): string => {
  const at = most ? 'at most' : 'at least'
  if (origin !== 'string' && origin !== 'array') return `must be ${at} ${limit}`
  const [one, many] = origin === 'string' ? ['character', 'characters'] : ['entry', 'entries']
  return `must have ${at} ${limit} ${Number(limit) === 1 ? one : many}`
}

/** A longer name is not a misspelled field name. */
const longestName = 64

/** A misspelled name has at most two wrong letters, and at most half of its letters are wrong. */
const meant = (given: string, known: readonly string[]): string | undefined =>
  given.length > longestName
    ? undefined
    : nearestName(given, known, Math.min(2, Math.floor(given.length / 2)))

/** The fields that a strict object takes, as its schema names them. */
const fieldsOf = (issue: RawIssue): readonly string[] =>
  issue.inst instanceof z.ZodMiniObject ? Object.keys(issue.inst.shape) : []

/** `, did you mean "types"?` for a misspelled field or value; empty when no name is close. */
const suggestion = (given: unknown, known: readonly unknown[]): string => {
  const names = known.filter((name): name is string => typeof name === 'string')
  const name = typeof given === 'string' ? meant(given, names) : undefined
  return name === undefined ? '' : `; did you mean "${name}"?`
}

/** More unknown fields than this are counted, not named. */
const mostUnknown = 8

const unknownFields = (issue: Extract<RawIssue, { code: 'unrecognized_keys' }>): string => {
  const known = fieldsOf(issue)
  const first = issue.keys.slice(0, mostUnknown)
  const left = issue.keys.length - first.length
  const shown = `${listed(first.map((key) => key.slice(0, 20)))}${left === 0 ? '' : ` and ${left} more`}`
  const names = [...new Set(first.flatMap((key) => meant(key, known) ?? []))]
  if (names.length === 0) return `has unknown fields, remove them: ${shown}`
  return `has unknown fields: ${shown}; did you mean ${listed(names)}? Remove or rename them`
}

/** Returns the problem and its fix. Never repeats the value, which may be secret. */
const describe = (issue: RawIssue): string => {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? `is missing; give ${withArticle(issue.expected)}`
        : `must be ${withArticle(issue.expected)}`
    case 'invalid_value':
      return `must be ${issue.values.length === 1 ? '' : 'one of '}${listed(issue.values)}${suggestion(issue.input, issue.values)}`
    case 'invalid_format':
      if (issue.format === 'datetime')
        return 'must be an ISO 8601 date-time with a time zone, e.g. 2026-11-20T02:14:00Z'
      return issue.pattern === undefined ? `must be a valid ${issue.format}` : `must match ${issue.pattern}`
    case 'too_small':
      return bounded(false, issue.minimum, issue.origin)
    case 'too_big':
      return bounded(true, issue.maximum, issue.origin)
    case 'invalid_union':
      return Array.isArray(issue.options) ? `must be one of ${listed(issue.options)}` : 'is not valid'
    case 'unrecognized_keys':
      return unknownFields(issue)
    default:
      return 'is not valid'
  }
}

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly string[] }

/** Only this many problems are reported. */
const problemLimit = 20
/** The maximum length of a problem, in characters: its place, which may contain the sender's names, and its text. */
const placeLimit = 100
const textLimit = 400

/** Parses `input`, or returns its problems: each names a field by its path, and says how to fix it. */
export const parseWith = <Schema extends z.core.$ZodType>(
  schema: Schema,
  input: unknown,
  limit = problemLimit,
): Parsed<z.core.output<Schema>> => {
  const result = z.safeParse(schema, input, { error: describe })
  if (result.success) return { ok: true, value: result.data }
  const placed = result.error.issues.map(({ code, path, message }) => ({
    code,
    place: path.length === 0 ? 'body' : path.map(String).join('.').slice(0, placeLimit),
    message,
  }))
  const ofWrongType = new Set(placed.filter(({ code }) => code === 'invalid_type').map(({ place }) => place))
  // When the type is wrong, the length does not matter.
  const relevant = placed.filter(({ code, place }) => code === 'invalid_type' || !ofWrongType.has(place))
  return {
    ok: false,
    problems: relevant
      .slice(0, limit)
      .map(({ place, message }) => `${place}: ${message}`.slice(0, textLimit).toWellFormed()),
  }
}
