import type { ExplainedRecord } from '../../model/explanation.ts'
import { shortened, typeName, visible } from '../../model/format.ts'
import { Status } from '../../ui/status.tsx'

export const TypeStats = ({ stats = [] }: { readonly stats?: ExplainedRecord['typeStats'] }) =>
  stats.length === 0 ? null : (
    <ul class="list">
      {stats.map(({ type, status, errorMessage }) => (
        <li key={type}>
          <Status status={status} />
          {visible(typeName(type))}
          {errorMessage !== undefined && (
            <span class="muted wrap">{visible(shortened(errorMessage, 400))}</span>
          )}
        </li>
      ))}
    </ul>
  )
