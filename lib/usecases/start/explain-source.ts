import { errorText } from '../../run/error-text.ts'
import type { DataSourceRef, RunError } from '../../run/run.ts'
import { readinessOf } from '../../run/source-status.ts'
import type { StartContext } from './start-context.ts'
import { hasTimeToAsk } from './time-left.ts'

/** What the data source itself says about a refused Start. */
type SourceFinding =
  /** It is being created or updated. */
  | { readonly because: 'changing'; readonly error: RunError }
  /** Its owner must fix it. */
  | { readonly because: 'broken'; readonly error: RunError }
  /** It could not be asked now. */
  | { readonly because: 'no-answer' }
  /** It does not explain the refusal. */
  | { readonly because: 'other' }

/**
 * Finds out whether Start was refused because the data source is not READY: one GetDataSource, because Start's own answer
 * does not distinguish that from a wrong request or an active run.
 */
export const explainSource = async (
  { domainId, dataSourceId }: DataSourceRef,
  context: StartContext,
): Promise<SourceFinding> => {
  if (!hasTimeToAsk(context)) return { because: 'no-answer' }
  const answer = await context.datazone.getDataSource(domainId, dataSourceId)
  if (answer.outcome === 'refused') {
    const { kind } = answer.refusal
    return { because: kind === 'THROTTLED' || kind === 'UNAVAILABLE' ? 'no-answer' : 'other' }
  }
  const { status, error } = answer.value
  const readiness = readinessOf(status)
  if (readiness === 'ready') return { because: 'other' }
  const detail = error === undefined ? '' : `: ${error.name}: ${error.message}`
  const message = errorText(`the data source is ${status}, not READY${detail}`)
  return { because: readiness, error: { name: 'SourceNotReady', message } }
}
