import { columns, usual } from './columns.tsx'
import { toggled } from './toggled.ts'

export const columnsKey = 'columns'
export const keptColumns = (): readonly string[] => localStorage.getItem(columnsKey)?.split(',') ?? usual

export const ColumnMenu = ({
  chosen,
  onChange,
}: {
  readonly chosen: readonly string[]
  readonly onChange: (ids: readonly string[]) => void
}) => (
  <details class="popover only-wide">
    <summary class="button">Columns</summary>
    <div role="group" aria-label="Columns">
      {columns.map(({ id, label }) => (
        <label class="check" key={id}>
          <input
            type="checkbox"
            checked={chosen.includes(id)}
            disabled={id === 'asset'}
            onChange={() => onChange(toggled(chosen, id))}
          />
          {label}
        </label>
      ))}
    </div>
  </details>
)
