import type { RunRow } from '../../shared/protocol.ts'

const columns = [
  'domainId',
  'projectId',
  'kind',
  'target',
  'name',
  'revision',
  'types',
  'attempt',
  'status',
  'reason',
  'runId',
  'error',
  'createdAt',
  'startedAt',
  'detectedAt',
  'updatedAt',
] as const

const iso = (ms: number | undefined): string => (ms === undefined ? '' : new Date(ms).toISOString())

const recordOf = (row: RunRow): Readonly<Record<(typeof columns)[number], string | number>> => ({
  domainId: row.domainId,
  projectId: row.projectId,
  kind: row.kind,
  target: row.target,
  name: row.name ?? '',
  revision: row.revision ?? '',
  types: row.types.join('+'),
  attempt: row.attempt,
  status: row.status,
  reason: row.reason ?? '',
  runId: row.runId ?? '',
  error: row.error ?? '',
  createdAt: iso(row.createdAtMs),
  startedAt: iso(row.startedAtMs),
  detectedAt: iso(row.detectedAtMs),
  updatedAt: iso(row.updatedAtMs),
})

/** Puts an apostrophe before a text that a spreadsheet would run as a formula. */
const harmless = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text)

const cell = (value: string | number): string => {
  const text = typeof value === 'number' ? String(value) : harmless(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** The rows as CSV (RFC 4180), with a line of column names. */
export const csvOf = (rows: readonly RunRow[]): string =>
  [columns.join(','), ...rows.map((row) => columns.map((column) => cell(recordOf(row)[column])).join(','))]
    .map((line) => `${line}\r\n`)
    .join('')

/** The rows as JSON, one on each line. */
export const jsonLinesOf = (rows: readonly RunRow[]): string =>
  rows.map((row) => `${JSON.stringify(recordOf(row))}\n`).join('')
