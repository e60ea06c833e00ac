import { type AssetCell, lookOfStanding, tallyOf } from '../../model/asset-cells.ts'
import { count } from '../../model/format.ts'

/** The number of assets of each standing, as buttons that filter the grid. */
export const Legend = ({
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
