import { useEffect, useMemo, useState } from 'preact/hooks'
import type { AssetList } from '../../../shared/protocol.ts'
import { getJson } from '../../api.ts'
import { useLive } from '../../live.ts'
import { type AssetCell, cellsOf } from '../../model/asset-cells.ts'
import { count, visible } from '../../model/format.ts'
import { setQuery, usePlace } from '../../router.ts'
import { Ago } from '../../ui/time.tsx'
import { Legend } from './legend.tsx'
import { ProjectCells } from './project-cells.tsx'

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

const matching = (cells: readonly AssetCell[], text: string): readonly AssetCell[] =>
  text === ''
    ? cells
    : cells.filter(({ asset }) => `${asset.name}\n${asset.assetId}`.toLowerCase().includes(text))

const SearchBar = (props: {
  readonly list: AssetList
  readonly text: string
  readonly onText: (text: string) => void
  readonly onRead: () => void
}) => (
  <div class="row" style={{ alignItems: 'end' }}>
    <label class="field search">
      <span>Search name or id</span>
      <input
        type="search"
        value={props.text}
        onInput={({ currentTarget }) => props.onText(currentTarget.value)}
      />
    </label>
    <span class="muted small">
      {count(props.list.assets.length)} published assets
      {props.list.isCut && ', the first that DataZone lists'}, read <Ago atMs={props.list.atMs} />
    </span>
    <button type="button" onClick={props.onRead}>
      Read again
    </button>
  </div>
)

/** The published assets by project, each a square in the color of its standing. */
export const ByRevision = () => {
  const { rows } = useLive('rows')
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
  const projects = Map.groupBy(matching(cells, text), ({ asset }) => `${asset.domainId}/${asset.projectId}`)
  return (
    <div class="stack">
      <SearchBar list={list} text={text} onText={(next) => change({ text: next })} onRead={read} />
      <Legend cells={cells} chosen={chosen} onChoose={(standing) => change({ standing })} />
      {list.assets.length === 0 && (
        <p class="card empty">No asset is published. Publish one in the Local view.</p>
      )}
      {[...projects].map(([name, of]) => (
        <ProjectCells key={name} name={name} cells={of} chosen={chosen} />
      ))}
    </div>
  )
}
