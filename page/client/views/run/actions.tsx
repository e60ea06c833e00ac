import type { ExplainedRun } from '../../model/explanation.ts'
import { ChangeButton } from '../../ui/change.tsx'
import type { Target } from './use-explained.ts'

export const Actions = ({
  story,
  target,
}: {
  readonly story: ExplainedRun | undefined
  readonly target: Target
}) => {
  const projectId = story?.run.projectId
  if (projectId === undefined || projectId === '') return null
  const one = {
    domainId: target.domainId,
    projectId,
    ...(target.kind === 'asset' ? { assetId: target.id } : { dataSourceId: target.id }),
  }
  const isOpen = story?.run.state !== 'ENDED'
  return (
    <span class="row">
      {isOpen && (
        <ChangeButton change={{ action: 'cancel', targets: [one] }} isDangerous>
          Cancel
        </ChangeButton>
      )}
      {!isOpen && target.kind === 'asset' && (
        <ChangeButton change={{ action: 'regenerate', targets: [one] }}>Regenerate</ChangeButton>
      )}
    </span>
  )
}
