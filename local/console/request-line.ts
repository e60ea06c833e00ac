import { z } from 'zod'
import { parseJson } from '../parse-json.ts'
import { columns } from './columns.ts'

const logLine = z.looseObject({
  message: z.literal('Request handled'),
  outcome: z.string(),
  requestKey: z.string().optional(),
  assetId: z.string().optional(),
  dataSourceId: z.string().optional(),
  reason: z.string().optional(),
  error: z.string().optional(),
})

/**
 * Formats the starter's log line about a request: `parked: NOT_FOUND`, `duplicate`, `skipped: POLICY`. Returns undefined
 * for any other log line, and for a started or rejected request, whose event on the run bus is shown instead.
 */
export function requestLine(time: string, line: string): string | undefined {
  if (!line.startsWith('{') || !line.includes('"Request handled"')) return undefined
  const parsed = logLine.safeParse(parseJson(line))
  if (!parsed.success) return undefined
  const { outcome, requestKey = '', assetId, dataSourceId, reason, error } = parsed.data
  if (outcome === 'started' || outcome === 'rejected') return undefined
  const what = [outcome, reason].filter((part) => part !== undefined).join(': ')
  const cause = error === undefined ? '' : `  ${error}`
  const cells = [
    [what, 19],
    [assetId ?? dataSourceId ?? '', 32],
  ] as const
  return columns(time, cells, `${requestKey}${cause}`)
}
