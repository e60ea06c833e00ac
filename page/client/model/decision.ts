import type { ExplainedRecord } from './explanation.ts'
import { duration, typeName } from './format.ts'

/**
 * Which rule of the policy decided the run, and its settings for the run. Undefined for a foreign run, which no policy
 * decided.
 */
export const decisionOf = ({ policy, subject, request }: ExplainedRecord): string | undefined => {
  if (policy === undefined) return undefined
  const { version, rule, retry, deadlineMs } = policy
  const named = rule === undefined ? 'no rule, because the request is explicit' : `rules[${rule}]`
  const of =
    version === undefined ? '' : version === 0 ? ' of the bundled policy' : ` of policy version ${version}`
  const settings = [
    `run ${(subject.types ?? []).map(typeName).join(' + ') || 'the data source'}`,
    `in lane ${request.lane}`,
    ...(retry === undefined ? [] : [`up to ${retry.attempts} attempts, ${duration(retry.delayMs)} apart`]),
    ...(deadlineMs === undefined ? [] : [`deadline ${duration(deadlineMs)}`]),
  ]
  return `${named}${of}: ${settings.join(', ')}`
}
