import type { ExplainedRecord } from './explanation.ts'
import { duration, typeName } from './format.ts'

/** Which rule of the policy decided the run, and what it ordered. Undefined where no policy decided: a foreign run. */
export const decisionOf = ({ policy, subject, request }: ExplainedRecord): string | undefined => {
  if (policy === undefined) return undefined
  const { version, rule, retry, deadlineMs } = policy
  const named = rule === undefined ? 'no rule, because the request is explicit' : `rules[${rule}]`
  const of =
    version === undefined ? '' : version === 0 ? ' of the bundled policy' : ` of policy version ${version}`
  const orders = [
    `run ${(subject.types ?? []).map(typeName).join(' + ') || 'the data source'}`,
    `in lane ${request.lane}`,
    ...(retry === undefined ? [] : [`up to ${retry.attempts} attempts, ${duration(retry.delayMs)} apart`]),
    ...(deadlineMs === undefined ? [] : [`deadline ${duration(deadlineMs)}`]),
  ]
  return `${named}${of}: ${orders.join(', ')}`
}
