import { useEffect, useMemo, useState } from 'preact/hooks'
import type { AssetList } from '../../shared/protocol.ts'
import { getJson } from '../api.ts'
import { useLive } from '../live.ts'
import {
  type AssetCell,
  cellsOf,
  type DayRow,
  daysOf,
  isCovered,
  standings,
  tallyOf,
} from '../model/asset-cells.ts'
import { count, percent, shortened, visible } from '../model/format.ts'
import { lookOf } from '../model/statuses.ts'
import { runHref, setQuery, usePlace } from '../router.ts'
import { Ago } from '../ui/time.tsx'
import { type Column, VirtualTable } from '../ui/virtual-table.tsx'

const lookOfStanding = (standing: string) => standings[standing] ?? lookOf(standing)

const Square = ({ cell }: { readonly cell: AssetCell }) => {
  const { asset, standing, row } = cell
  const { word, tone, glyph } = lookOfStanding(standing)
  const words = `${shortened(visible(asset.name), 120)}: ${word.toLowerCase()}${asset.revision === undefined ? '' : `, revision ${visible(asset.revision)}`}`
  return (
    <a
      class={`tone tone-${tone}`}
      href={runHref({
        domainId: asset.domainId,
        kind: 'asset',
        target: asset.assetId,
        ...(row === undefined ? {} : { record: row.record }),
      })}
      title={words}
      aria-label={words}
    >
      <span aria-hidden="true">{glyph}</span>
    </a>
  )
}

const Legend = ({
  cells,
  chosen,
  onChoose,
}: {
  readonly cells: readonly AssetCell[]
  readonly chosen: string
  readonly onChoose: (standing: string) => void
}) => (
  <div class="chips" role="group" aria-label="Filter by standing">
    {tallyOf(cells).map(([standing, number]) => {
      const { word, tone, glyph } = lookOfStanding(standing)
      return (
        <button
          type="button"
          key={standing}
          class={`tone tone-${tone}`}
          aria-pressed={chosen === standing}
          onClick={() => onChoose(chosen === standing ? '' : standing)}
        >
          <span class="glyph" aria-hidden="true">
            {glyph}
          </span>
          {word} <span class="count">{count(number)}</span>
        </button>
      )
    })}
  </div>
)

const Project = ({
  name,
  cells,
  chosen,
}: {
  readonly name: string
  readonly cells: readonly AssetCell[]
  readonly chosen: string
}) => {
  const covered = cells.filter(isCovered).length
  const shown = cells.filter(({ standing }) => chosen === '' || standing === chosen)
  if (shown.length === 0) return null
  return (
    <section class="card">
      <div class="card-head">
        <h2 class="clip">{visible(name)}</h2>
        <span class="end muted small nowrap">
          {count(covered)} of {count(cells.length)} covered ({percent(covered, cells.length)})
        </span>
      </div>
      <div class="bar tone tone-good" style={{ marginBottom: '10px' }}>
        <i style={{ width: `${(100 * covered) / cells.length}%` }} />
      </div>
      <div class="cells">
        {shown.map((cell) => (
          <Square cell={cell} key={cell.asset.assetId} />
        ))}
      </div>
    </section>
  )
}

const useAssets = () => {
  const [list, setList] = useState<AssetList>()
  const [problem, setProblem] = useState<string>()
  const read = (isFresh: boolean) => {
    getJson<AssetList>(`/api/assets${isFresh ? '?fresh=1' : ''}`).then(setList, (error: Error) =>
      setProblem(error.message),
    )
  }
  useEffect(() => read(false), [])
  return { list, problem, read: () => read(true) }
}

const daysShown = 14
const shortDay = new Intl.DateTimeFormat(undefined, { day: 'numeric', timeZone: 'UTC' })

const dayColumns = (nowMs: number): readonly Column<DayRow>[] => [
  {
    id: 'asset',
    label: 'Asset or data source',
    width: 'minmax(150px, 260px)',
    cell: ({ target, href }) => <a href={runHref(href)}>{shortened(visible(target), 60)}</a>,
  },
  ...Array.from(
    { length: daysShown },
    (_, at): Column<DayRow> => ({
      id: String(at),
      label: shortDay.format(nowMs - (daysShown - 1 - at) * 86_400_000),
      width: '22px',
      cell: ({ days }) => {
        const row = days[at]
        if (row === undefined) return null
        const { tone, glyph, word } = lookOf(row.status)
        return (
          <a class={`glyph tone tone-${tone}`} href={runHref(row)} aria-label={word} title={word}>
            <span aria-hidden="true">{glyph}</span>
          </a>
        )
      },
    }),
  ),
]

const Days = () => {
  const { rows } = useLive()
  const lines = useMemo(() => daysOf(rows, daysShown, Date.now()), [rows])
  return (
    <VirtualTable
      label="Runs by day"
      rows={lines}
      columns={dayColumns(Date.now())}
      keyOf={({ href }) => `${href.domainId}|${href.target}`}
      empty="No run in the last days."
    />
  )
}

const ByRevision = () => {
  const { rows } = useLive()
  const { query } = usePlace()
  const { list, problem, read } = useAssets()
  const chosen = query.get('standing') ?? ''
  const text = (query.get('text') ?? '').toLowerCase()
  const change = (next: Readonly<Record<string, string>>) =>
    setQuery(
      Object.fromEntries(
        Object.entries({ ...Object.fromEntries(query), ...next }).filter(([, value]) => value !== ''),
      ),
    )
  const cells = useMemo(() => cellsOf(list?.assets ?? [], rows), [list, rows])
  if (problem !== undefined && list === undefined) return <p class="card empty">{visible(problem)}</p>
  if (list === undefined) return <p class="empty">Reading the catalog, 50 assets a call …</p>
  const found =
    text === ''
      ? cells
      : cells.filter(({ asset }) => `${asset.name}\n${asset.assetId}`.toLowerCase().includes(text))
  const projects = Map.groupBy(found, ({ asset }) => `${asset.domainId}/${asset.projectId}`)
  return (
    <div class="stack">
      <div class="row" style={{ alignItems: 'end' }}>
        <label class="field search">
          <span>Search name or id</span>
          <input
            type="search"
            value={text}
            onInput={({ currentTarget }) => change({ text: currentTarget.value })}
          />
        </label>
        <span class="muted small">
          {count(list.assets.length)} published assets{list.isCut && ', the first that DataZone lists'}, read{' '}
          <Ago atMs={list.atMs} />
        </span>
        <button type="button" onClick={read}>
          Read again
        </button>
      </div>
      <Legend cells={cells} chosen={chosen} onChoose={(standing) => change({ standing })} />
      {list.assets.length === 0 && (
        <p class="card empty">No asset is published. Publish one in the Local view.</p>
      )}
      {[...projects].map(([name, of]) => (
        <Project key={name} name={name} cells={of} chosen={chosen} />
      ))}
    </div>
  )
}

/** The published assets, each a square colored by how it stands; or the runs of the last days. */
export const AssetsView = () => {
  const { query } = usePlace()
  const by = query.get('by') === 'day' ? 'day' : 'revision'
  return (
    <>
      <div class="row" style={{ marginBottom: '12px' }}>
        <div class="segments" role="group" aria-label="What the grid shows">
          <button type="button" aria-pressed={by === 'revision'} onClick={() => setQuery({})}>
            Assets by revision
          </button>
          <button type="button" aria-pressed={by === 'day'} onClick={() => setQuery({ by: 'day' })}>
            Runs by day
          </button>
        </div>
      </div>
      {by === 'day' ? <Days /> : <ByRevision />}
    </>
  )
}
