import { decisionOf } from '../../model/decision.ts'
import type { ExplainedRun } from '../../model/explanation.ts'
import { shortened, typeName, visible } from '../../model/format.ts'
import { Ago } from '../../ui/time.tsx'
import type { Target } from './use-explained.ts'

export const Facts = ({ story, target }: { readonly story: ExplainedRun; readonly target: Target }) => {
  const { run } = story
  const facts: readonly (readonly [string, string | undefined])[] = [
    [target.kind === 'asset' ? 'Revision' : 'Trigger key', run.subject.revision ?? run.subject.triggerKey],
    ['Types', run.subject.types?.map(typeName).join(' + ')],
    ['Attempt', String(run.attempt)],
    ['Decision', decisionOf(run)],
    ['Lane', run.request.lane],
    ['Project', run.projectId],
    ['DataZone run', run.runId],
    ['Requested by', story.requestedBy.join(', ')],
  ]
  return (
    <dl class="facts">
      {facts.map(([name, value]) =>
        value === undefined || value === '' ? null : (
          <>
            <dt>{name}</dt>
            <dd class="wrap">{visible(shortened(value, 600))}</dd>
          </>
        ),
      )}
      {story.nextLookAtMs !== undefined && (
        <>
          <dt>Next look</dt>
          <dd>
            <Ago atMs={story.nextLookAtMs} />
          </dd>
        </>
      )}
    </dl>
  )
}
