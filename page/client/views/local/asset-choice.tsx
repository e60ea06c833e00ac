import { useEffect, useState } from 'preact/hooks'
import type { AssetLine, AssetList, FirstTarget } from '../../../shared/protocol.ts'
import { getJson } from '../../api.ts'
import { useLive } from '../../live.ts'
import { shortened, visible } from '../../model/format.ts'

/** More would make the list slow; publish the others through the simulator's API. */
const mostAssets = 500

/** The published assets of the local stack, and the chosen one: at first the asset of the first request. */
export const useAssetChoice = () => {
  const { hello } = useLive('hello')
  const first = hello?.firstRequest
  const [assets, setAssets] = useState<readonly AssetLine[]>([])
  const [chosen, choose] = useState<string>()
  useEffect(() => {
    getJson<AssetList>('/api/assets').then(
      (list) => setAssets(list.assets),
      () => {},
    )
  }, [])
  const wanted = chosen ?? first?.assetId
  const asset: FirstTarget | undefined = assets.find(({ assetId }) => assetId === wanted) ?? first
  return { assets, asset, choose }
}

/** A select of an asset. */
export const AssetChoice = ({ assets, asset, choose }: ReturnType<typeof useAssetChoice>) => {
  const isListed = assets.some(({ assetId }) => assetId === asset?.assetId)
  return (
    <label class="field">
      <span>Asset</span>
      <select value={asset?.assetId ?? ''} onChange={({ currentTarget }) => choose(currentTarget.value)}>
        {asset !== undefined && !isListed && <option value={asset.assetId}>{visible(asset.assetId)}</option>}
        {assets.slice(0, mostAssets).map(({ assetId, name }) => (
          <option key={assetId} value={assetId}>
            {shortened(visible(name), 60)}
          </option>
        ))}
      </select>
    </label>
  )
}
