import { plural } from '../../model/format.ts'
import { AssetChoice, useAssetChoice } from './asset-choice.tsx'
import { attempt, simulator } from './simulator.ts'

const many = 50

/** Publishes assets in the simulated DataZone, whose events request runs. */
export const Publish = () => {
  const choice = useAssetChoice()
  const { assets, asset } = choice
  const several = assets.slice(0, many)
  const publish = (hasNewRevision: boolean) => async () => {
    if (asset === undefined) return
    const { domainId, assetId } = asset
    if (hasNewRevision) await simulator('POST revisions', { domainId, assetId, revision: String(Date.now()) })
    await simulator('POST publications', { domainId, assetId })
  }
  const publishSeveral = () =>
    Promise.all(several.map(({ domainId, assetId }) => simulator('POST publications', { domainId, assetId })))
  const button = (text: string, done: string, act: () => Promise<unknown>, isPrimary = false) => (
    <button
      type="button"
      class={isPrimary ? 'primary' : ''}
      disabled={asset === undefined}
      onClick={() => void attempt(done, act)}
    >
      {text}
    </button>
  )
  return (
    <section class="card stack" style={{ alignContent: 'start' }}>
      <h2>Publish an asset</h2>
      <p class="muted">
        Like publishing in the portal: DataZone sends its event, and the event requests a run.
      </p>
      <AssetChoice {...choice} />
      <div class="row">
        {button('Publish', 'published', publish(false), true)}
        {button('Publish a new revision', 'published a new revision', publish(true))}
        {several.length > 1 &&
          button(`Publish ${several.length}`, `published ${plural(several.length, 'asset')}`, publishSeveral)}
      </div>
    </section>
  )
}
