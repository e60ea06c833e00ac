import { useLive } from '../../live.ts'
import { type Explained, type ExplainedRun, statusOf } from '../../model/explanation.ts'
import { shortened, visible } from '../../model/format.ts'
import { usePlace } from '../../router.ts'
import { JsonTree } from '../../ui/json-tree.tsx'
import { Status } from '../../ui/status.tsx'
import { Actions } from './actions.tsx'
import { Advice } from './advice.tsx'
import { Attempts } from './attempts.tsx'
import { Facts } from './facts.tsx'
import { eventsOf, momentsOf } from './moments.ts'
import { Picture } from './picture.tsx'
import { Timeline } from './timeline.tsx'
import { TypeStats } from './type-stats.tsx'
import { type Target, targetIn, useExplained } from './use-explained.ts'

const indexOf = (
  query: URLSearchParams,
  explained: Explained,
  target: Target,
  rows: ReadonlyMap<string, unknown>,
): number => {
  const at = Number(query.get('at') ?? '-1')
  if (at >= 0) return Math.min(at, explained.stories.length - 1)
  const record = query.get('record')
  const row = rows.get(`${target.domainId}|${target.id}|${record ?? ''}`)
  const found = explained.stories.findIndex(({ run }) => {
    const [, revision = '', types = '', attempt = ''] = (record ?? '').split('#')
    const own = encodeURIComponent(run.subject.revision ?? run.subject.triggerKey ?? '')
    return (
      own === revision &&
      Number(attempt || types) === run.attempt &&
      (attempt === '' || types === (run.subject.types ?? []).join('+'))
    )
  })
  return row === undefined && found < 0 ? 0 : Math.max(0, found)
}

const Standing = ({ story }: { readonly story: ExplainedRun | undefined }) =>
  story === undefined ? (
    <p class="card">No run is recorded for it.</p>
  ) : (
    <section class="card">
      <div class="row" style={{ marginBottom: '6px' }}>
        <Status status={statusOf(story.run)} />
        <strong class="wrap">{visible(shortened(story.title, 200))}</strong>
      </div>
      <p class="wrap" style={{ marginBottom: '12px' }}>
        It {visible(shortened(story.standing, 800)).replace(/\.+$/, '')}.
      </p>
      <Picture run={story.run} />
    </section>
  )

const Records = ({ story, target }: { readonly story: ExplainedRun; readonly target: Target }) => (
  <>
    <section class="card">
      <h2>Facts</h2>
      <Facts story={story} target={target} />
      <TypeStats stats={story.run.typeStats} />
    </section>
    <section class="card">
      <h2>Record and request</h2>
      <JsonTree name="record" value={story.run} isFolded />
      <JsonTree name="request" value={story.run.request} isFolded />
    </section>
  </>
)

/** One run, and the other runs of its asset or data source. */
export const RunView = () => {
  const { path, query } = usePlace()
  const { events, byKey } = useLive('events', 'byKey')
  const target = targetIn(path)
  const explained = useExplained(target)
  if (explained === undefined) return <p class="empty">Reading the records …</p>
  if (typeof explained === 'string') return <p class="empty">{visible(explained)}</p>
  const story = explained.stories[indexOf(query, explained, target, byKey)]
  const related = eventsOf(events, target, story === undefined ? [] : [story])
  return (
    <div class="stack">
      <div class="row">
        <code class="wrap">{visible(shortened(`${target.domainId}/${target.id}`, 300))}</code>
        <span style={{ marginLeft: 'auto' }}>
          <Actions story={story} target={target} />
        </span>
      </div>
      <Standing story={story} />
      <Advice advice={explained.advice} />
      {story !== undefined && <Attempts stories={explained.stories} chosen={story} target={target} />}
      <div class="grid-2" style={{ alignItems: 'start' }}>
        <section class="card">
          <h2>What happened</h2>
          <Timeline moments={momentsOf(story, related, explained.skips)} />
        </section>
        <div class="stack" style={{ alignContent: 'start' }}>
          {story !== undefined && <Records story={story} target={target} />}
          {explained.unreadable.map(({ key, problem }) => (
            <p class="card" key={key.record}>
              Unreadable record {visible(key.record)}: it {visible(problem)}
            </p>
          ))}
        </div>
      </div>
    </div>
  )
}
