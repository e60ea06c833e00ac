import { setQuery, usePlace } from '../../router.ts'
import { ByRevision } from './by-revision.tsx'
import { Days } from './days.tsx'

/** The published assets, each a square in the color of its standing; or the runs of the last days. */
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
