import { useEffect, useState } from 'preact/hooks'
import type { AssetList } from '../../../shared/protocol.ts'
import { getJson } from '../../api.ts'
import { useLive } from '../../live.ts'
import { plural, shortened, visible } from '../../model/format.ts'
import { attempt, simulator } from './simulator.ts'

export const Publish = () => {
  const { hello } = useLive('hello')
  const first = hello?.firstRequest
  const [list, setList] = useState<AssetList>()
  const [chosen, setChosen] = useState('')
  useEffect(() => {
    getJson<AssetList>('/api/assets').then(setList, () => {})
  }, [])
  const assets = list?.assets ?? []
  const asset = assets.find(({ assetId }) => assetId === (chosen === '' ? first?.assetId : chosen)) ?? first
  const publish = (hasNewColumns: boolean) => async () => {
    if (asset === undefined) return
    const { domainId, assetId } = asset
    if (hasNewColumns) await simulator('POST revisions', { domainId, assetId, revision: String(Date.now()) })
    await simulator('POST publications', { domainId, assetId })
  }
  return (
    <section class="card stack" style={{ alignContent: 'start' }}>
      <h2>Publish an asset</h2>
      <p class="muted">
        As a person does in the portal. DataZone sends the event, and the system takes it from there.
      </p>
      <label class="field">
        <span>Asset</span>
        <select value={asset?.assetId ?? ''} onChange={({ currentTarget }) => setChosen(currentTarget.value)}>
          {assets.length === 0 && first !== undefined && (
            <option value={first.assetId}>{visible(first.assetId)}</option>
          )}
          {assets.slice(0, 500).map(({ assetId, name }) => (
            <option key={assetId} value={assetId}>
              {shortened(visible(name), 60)}
            </option>
          ))}
        </select>
      </label>
      <div class="row">
        <button
          type="button"
          class="primary"
          disabled={asset === undefined}
          onClick={() => void attempt('published', publish(false))}
        >
          Publish
        </button>
        <button
          type="button"
          disabled={asset === undefined}
          onClick={() => void attempt('published a new revision', publish(true))}
        >
          Publish a new revision
        </button>
        <button
          type="button"
          disabled={assets.length === 0}
          onClick={() =>
            void attempt(`published ${plural(Math.min(50, assets.length), 'asset')}`, () =>
              Promise.all(
                assets
                  .slice(0, 50)
                  .map(({ domainId, assetId }) => simulator('POST publications', { domainId, assetId })),
              ),
            )
          }
        >
          Publish {Math.min(50, assets.length)}
        </button>
      </div>
    </section>
  )
}
