import { useLive } from '../../live.ts'
import { visible } from '../../model/format.ts'
import { ChangeButton } from '../../ui/change.tsx'

/** A button for each project that pauses it, where changes are allowed. */
export const Pauses = ({ canChange }: { readonly canChange: boolean }) => {
  const { rows } = useLive('rows')
  const scopes = [...new Set(rows.map(({ domainId, projectId }) => `${domainId}/${projectId}`))]
    .filter((scope) => !scope.endsWith('/'))
    .toSorted()
  if (!canChange || scopes.length === 0) return null
  return (
    <section class="card">
      <h2>Pause a project</h2>
      <p class="muted" style={{ marginBottom: '8px' }}>
        Its requests wait in the table, and none of its runs starts, until it is resumed.
      </p>
      <ul class="list">
        {scopes.slice(0, 12).map((scope) => {
          const [domainId, projectId] = scope.split('/')
          return (
            <li key={scope}>
              <span class="clip">{visible(scope)}</span>
              <span class="end">
                <ChangeButton change={{ action: 'pause', domainId, projectId, reason: 'paused on the page' }}>
                  Pause
                </ChangeButton>
              </span>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
