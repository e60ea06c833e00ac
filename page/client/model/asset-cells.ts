import type { AssetLine, RunRow } from '../../shared/protocol.ts'
import { lookOf, type StatusLook } from './statuses.ts'

/** An asset in the grid with its standing: the status of its newest run, or why it has none. */
export interface AssetCell {
  readonly asset: AssetLine
  /** A status, or NEVER, SKIPPED, REVIEW. */
  readonly standing: string
  readonly row?: RunRow
}

/** The looks of the standings that are not a status of a run. */
const standings: Readonly<Record<string, StatusLook>> = {
  REVIEW: { word: 'Waiting for review', tone: 'partial', glyph: '◑' },
  NEVER: { word: 'Never requested', tone: 'none', glyph: '' },
  SKIPPED: { word: 'Skipped by rule', tone: 'planned', glyph: '–' },
}

/** The look of a standing, or of the status that it is. */
export const lookOfStanding = (standing: string): StatusLook => standings[standing] ?? lookOf(standing)

const keyOf = (domainId: string, assetId: string): string => `${domainId}|${assetId}`

/** The newest run of each asset. `rows` come newest first. */
const newestOf = (rows: readonly RunRow[]): ReadonlyMap<string, RunRow> => {
  const newest = new Map<string, RunRow>()
  for (const row of rows) {
    const key = keyOf(row.domainId, row.target)
    if (row.kind === 'asset' && !newest.has(key)) newest.set(key, row)
  }
  return newest
}

const standingOf = (asset: AssetLine, row: RunRow | undefined): string => {
  if (row === undefined) return asset.skippedBy === undefined ? 'NEVER' : 'SKIPPED'
  // Until the suggestions of the published revision are accepted, its description stays empty.
  const isOfRevision = asset.revision === undefined || asset.revision === row.revision
  return row.status === 'SUCCEEDED' && isOfRevision && !asset.hasDescription ? 'REVIEW' : row.status
}

/** Each asset with its standing, by project and name. */
export const cellsOf = (assets: readonly AssetLine[], rows: readonly RunRow[]): readonly AssetCell[] => {
  const newest = newestOf(rows)
  return assets.map((asset) => {
    const row = newest.get(keyOf(asset.domainId, asset.assetId))
    return { asset, standing: standingOf(asset, row), ...(row === undefined ? {} : { row }) }
  })
}

/** The counts of each standing, the most frequent first. */
export const tallyOf = (cells: readonly AssetCell[]): readonly (readonly [string, number])[] =>
  [...Map.groupBy(cells, ({ standing }) => standing)]
    .map(([standing, of]) => [standing, of.length] as const)
    .toSorted(([, left], [, right]) => right - left)

/** Whether an asset has a description or suggestions for one: no run is needed. */
export const isCovered = ({ standing, asset }: AssetCell): boolean =>
  asset.hasDescription || standing === 'SUCCEEDED' || standing === 'REVIEW'

export interface DayRow {
  readonly target: string
  readonly href: {
    readonly domainId: string
    readonly kind: string
    readonly target: string
    readonly record: string
  }
  /** The last run of each day, oldest day first. */
  readonly days: readonly (RunRow | undefined)[]
}

const dayMs = 86_400_000

/** The runs of the last days, one line for each asset and a cell for each day. */
export const daysOf = (rows: readonly RunRow[], days: number, nowMs: number): readonly DayRow[] => {
  const today = Math.floor(nowMs / dayMs)
  const lines = new Map<string, { readonly first: RunRow; readonly cells: (RunRow | undefined)[] }>()
  for (const row of rows) {
    const day = Math.floor(row.updatedAtMs / dayMs) - today + days - 1
    if (day < 0 || day >= days) continue
    const key = keyOf(row.domainId, row.target)
    const line = lines.get(key) ?? { first: row, cells: new Array<RunRow | undefined>(days).fill(undefined) }
    line.cells[day] ??= row
    lines.set(key, line)
  }
  return [...lines.values()].map(({ first, cells }) => ({
    target: first.name ?? first.target,
    href: { domainId: first.domainId, kind: first.kind, target: first.target, record: first.record },
    days: cells,
  }))
}
