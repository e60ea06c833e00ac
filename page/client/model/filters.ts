import type { RunRow } from '../../shared/protocol.ts'

/** Which runs the table shows. The URL holds all of it, so that a link shows the same runs. */
export interface Filters {
  readonly text: string
  readonly status: readonly string[]
  readonly reason: readonly string[]
  readonly type: readonly string[]
  readonly domain: string
  readonly project: string
  /** Only what changed within this long, such as `15m` or `7d`; empty: any time. */
  readonly since: string
}

export const noFilters: Filters = {
  text: '',
  status: [],
  reason: [],
  type: [],
  domain: '',
  project: '',
  since: '',
}

const listed = (value: string | null): readonly string[] =>
  value === null || value === '' ? [] : value.split(',').filter((part) => part !== '')

/** Reads the filters from the query of a URL. */
export const filtersOf = (query: URLSearchParams): Filters => ({
  text: query.get('text') ?? '',
  status: listed(query.get('status')),
  reason: listed(query.get('reason')),
  type: listed(query.get('type')),
  domain: query.get('domain') ?? '',
  project: query.get('project') ?? '',
  since: query.get('since') ?? '',
})

/** The query of a URL with these filters; what is not filtered is left out. */
export const queryOf = (filters: Filters): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(filters)
      .map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : String(value)] as const)
      .filter(([, value]) => value !== ''),
  )

const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `15m`, `12h` or `7d` in ms; undefined for anything else. */
const spanMs = (span: string): number | undefined => {
  const [, number, unit = ''] = /^(\d{1,4})([mhd])$/.exec(span) ?? []
  const size = unitMs[unit]
  return number === undefined || size === undefined ? undefined : Number(number) * size
}

const texts = new WeakMap<RunRow, string>()

/** The text of a row that a search looks in, in lower case. Rows never change, so it is built once for each. */
const searchText = (row: RunRow): string => {
  const known = texts.get(row)
  if (known !== undefined) return known
  const text = [row.target, row.name, row.projectId, row.domainId, row.runId, row.error, row.revision]
    .filter((part) => part !== undefined)
    .join('\n')
    .toLowerCase()
  texts.set(row, text)
  return text
}

/** Returns the rows that match, in their order. Every word of the text must be found. */
export const filterRows = (rows: readonly RunRow[], filters: Filters, nowMs: number): readonly RunRow[] => {
  const words = filters.text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  const statuses = new Set(filters.status)
  const reasons = new Set(filters.reason)
  const span = spanMs(filters.since)
  const sinceMs = span === undefined ? 0 : nowMs - span
  const isShown = (row: RunRow): boolean =>
    (statuses.size === 0 || statuses.has(row.status)) &&
    (reasons.size === 0 || (row.reason !== undefined && reasons.has(row.reason))) &&
    (filters.type.length === 0 || filters.type.some((type) => row.types.includes(type))) &&
    (filters.domain === '' || row.domainId === filters.domain) &&
    (filters.project === '' || row.projectId === filters.project) &&
    row.updatedAtMs >= sinceMs &&
    (words.length === 0 || words.every((word) => searchText(row).includes(word)))
  return rows.filter(isShown)
}
