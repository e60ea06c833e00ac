import { z } from 'zod'
import { parseJson } from '../parse-json.ts'

const structured = z.looseObject({
  level: z.string(),
  message: z.string(),
  timestamp: z.string().optional(),
})

/** Which lines of a log to show. */
export interface LogFilter {
  /** The lowest level. */
  readonly level: string
  /** Part of the name of a function, in any case. */
  readonly function?: string | undefined
  /** Text that the line contains. */
  readonly text?: string | undefined
}

const levels = ['DEBUG', 'INFO', 'WARN', 'ERROR']

/** The fields that Powertools adds to every line. */
const noise = new Set([
  'level',
  'message',
  'timestamp',
  'service',
  'cold_start',
  'sampling_rate',
  'xray_trace_id',
])
const isNoise = (name: string): boolean => noise.has(name) || name.startsWith('function_') || name === '_aws'

/**
 * Formats a line of a log file, `<function> <environment>: <JSON>`, as time, level, function, message and fields.
 * Returns undefined for a line that the filter leaves out, and for metrics.
 */
export function logLine(line: string, filter: LogFilter): string | undefined {
  const { text } = filter
  if (text !== undefined && !line.includes(text)) return undefined
  const [, source = '', content = ''] = /^([^:]+): (.*)$/.exec(line) ?? []
  const name = source.replace(/LambdaFunction.*/, '')
  if (filter.function !== undefined && !name.toLowerCase().includes(filter.function.toLowerCase()))
    return undefined
  const parsed = structured.safeParse(parseJson(content))
  if (!parsed.success) return content.startsWith('{') || content === '' ? undefined : `${name}  ${content}`
  const { level, message, timestamp = '' } = parsed.data
  if (levels.indexOf(level) < levels.indexOf(filter.level)) return undefined
  const fields = Object.entries(parsed.data)
    .filter(([field]) => !isNoise(field))
    .map(([field, value]) => `${field}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
  return [timestamp.slice(11, 23), level.padEnd(5), name.padEnd(8), message, ...fields].join('  ')
}
